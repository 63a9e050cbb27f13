"""A payment provider for checks: it knows one key, and the secret that holds the shop's.

`payments.py` travels in the package of the learner's function; beside it a second file tells the
provider, with every event, which key it accepts. So a check changes that key without a call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from helpers.checks.outcome import NotYet
from helpers.checks.recorded import recorded
from helpers.checks.roles import name_of_role
from helpers.checks.session import Session
from helpers.checks.submission import payload_of, shown

SECRET = "shop/payment-key"
OTHER_SECRET = "shop/mail-login"
OLD_SECRET = "shop/payment-key-old"
"""Begins like the shop's: a star at the end of an ARN would match it."""
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
ARN_OF_SECRET = re.compile(rf".*:secret:{SECRET}(-\w{{6}})?")
HANDLER = "watcher.handler"
PROVIDER = '''
class WrongKey(Exception):
    """The provider does not know the key."""

accepted = None
tried = []

def charge(key, order):
    tried.append(key)
    if key != accepted:
        raise WrongKey("the provider does not know this key")
    return order["total_cents"]
'''
WATCHER = """
import boto3
from botocore.exceptions import ClientError

import payments
import app

def allowed(call, **parameters):
    try:
        call(**parameters)
    except ClientError as refusal:
        return refusal.response["Error"]["Code"] != "AccessDeniedException"
    return True

def may_also():
    secrets = boto3.client("secretsmanager")
    for other in {others!r}:
        if allowed(secrets.get_secret_value, SecretId=other):
            yield "read the secret " + other
    if allowed(secrets.put_secret_value, SecretId={secret!r}, SecretString="probe"):
        yield "change the secret {secret}"

def handler(event, context):
    if event == "may also":
        return list(may_also())
    payments.accepted = event["accepted"]
    payments.tried.clear()
    try:
        answer = app.{name}(event["order"], context)
    except payments.WrongKey:
        return {{"refused": True, "tried": payments.tried}}
    return {{"answer": answer, "tried": payments.tried}}
"""


def package(session: Session, charge_card: Callable[..., Any]) -> bytes:
    """Return the learner's function with a provider and a watcher beside it."""
    others = (OTHER_SECRET, OLD_SECRET)
    watcher = WATCHER.format(name=charge_card.__name__, others=others, secret=SECRET)
    return session.zip(charge_card, files={"payments.py": PROVIDER, "watcher.py": watcher})


@contextmanager
def secret(session: Session, name: str, value: str) -> Iterator[Callable[[str], None]]:
    """Keep a value in a secret, and yield a way to change it; the learner's comes back after."""
    secrets = session.client("secretsmanager")
    learners = None
    try:
        learners = secrets.get_secret_value(SecretId=name)["SecretString"]
    except secrets.exceptions.ResourceNotFoundException:
        secrets.create_secret(Name=name, SecretString=value)

    def store(new: str) -> None:
        secrets.put_secret_value(SecretId=name, SecretString=new)

    store(value)
    try:
        yield store
    finally:
        with suppress(ClientError):
            if learners is None:
                secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
            else:
                store(learners)


def pay(session: Session, function: str, order: Mapping[str, Any], accepted: str) -> dict[str, Any]:
    """Send an order to a provider that accepts this key; what was denied becomes feedback."""
    answer = session.invoke(function, {"order": order, "accepted": accepted})
    _expect_no_denial(session, function)
    if answer.error_type == "Sandbox.Timedout":
        _out_of_time(order, reads(session, function))
    paid: dict[str, Any] = payload_of(answer, order, expected="an order that is paid.", hint=2)
    return paid


def expect_answer(paid: Mapping[str, Any], order: Mapping[str, Any]) -> None:
    """Raise NotYet unless the function answered with the order's id and the cents paid."""
    expected = {"order_id": order["order_id"], "paid_cents": order["total_cents"]}
    if paid.get("answer") == expected:
        return
    advice = "charge(key, order) returns the cents. Put them beside the order's id."
    if paid.get("answer") is None:
        advice = "The handler returned nothing. Does it end with return?"
    raise NotYet(
        f"For the order {shown(order)} the answer was {shown(paid.get('answer'))}",
        expected=f"{shown(expected)}.",
        advice=advice,
        hint=2,
    )


def reads(session: Session, function: str) -> int:
    """Return how often the function has read a secret since the check began."""
    decisions = session.records(kind="decision", action="secretsmanager:GetSecretValue")
    return sum(name_of_role(function) in str(decision["principal"]) for decision in decisions)


def _out_of_time(order: Mapping[str, Any], read: int) -> NoReturn:
    expected, advice = "an answer, or an error, soon.", "Does a loop of the function never end?"
    if read > 1:
        expected = "an end: a key that is still wrong after it was read anew stays wrong."
        advice = "Do not loop. Charging once more is enough; then let WrongKey leave the handler."
    raise NotYet(
        f"For the order {shown(order)} the function ran until its timeout, and read a secret "
        f"{read} times.",
        expected=expected,
        advice=advice,
        hint=3,
    )


def _expect_no_denial(session: Session, function: str) -> None:
    for denied in recorded(session, kind="decision", allowed=False):
        if name_of_role(function) in str(denied["principal"]):
            advice = (
                "An ARN of a secret ends in a hyphen and six characters. Write -?????? for them "
                "in Resource, and compare the action with the line above."
            )
            if not ARN_OF_SECRET.fullmatch(str(denied["resource"])):
                advice = "The variable SECRET_ID names the secret. Read that one, and no other."
            raise NotYet(
                f"Denied: the role may not {denied['action']} on {denied['resource']}.",
                expected="a role that may read the secret with secretsmanager:GetSecretValue.",
                advice=advice,
                hint=3,
            )
