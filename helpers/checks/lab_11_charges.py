"""Exercise 11.5: neither payment key nor card number in any log line or answer.

Four orders go through the learner's handler, two of them failing in two ways; every line of the
log and every answer is searched. Left out: secrets in disguise, such as base64.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown
from helpers.views.invocation import Answer

FUNCTION, SECRET = "check-charge-card", "payment-key"
KEY_OF_THE_CHECK = "pk-check-5c1d0e"
ORDERS: tuple[tuple[str, int, str], ...] = (
    ("o-2001", 3_900, "4000 0000 0000 1091"),
    ("o-2002", 250_000, "4000 0000 0000 0002"),
    ("o-2003", 0, "4000-0000-0000-9979"),
    ("o-2004", 1_950, "5200828282828210"),
)
FAILS = {"o-2002", "o-2003"}
END_OF_TRACEBACK = re.compile(r"(\w+\.)*(CardRefused|ValueError): ")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[ -](?=\d)")


def check_11_5(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send four orders and search log and answer of each for what must not be there."""
    with _secret(session) as (arn, key):
        read = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn}
        with execution_role(session, FUNCTION, read) as role:
            session.deploy(handler, FUNCTION, Role=role, Timeout=10)
            for number, (order_id, cents, card) in enumerate(ORDERS, start=1):
                order = _order(order_id, cents, card)
                answer = session.invoke(FUNCTION, order)
                did(f"sent {number} {'order' if number == 1 else 'orders'}, read every log line")
                _expect_no_secret(answer, order, key)
                _expect_outcome(answer, order)


def leaked(text: str, key: str, card: str) -> list[str]:
    """Return which secrets a text holds, however the digits of the card are grouped."""
    digits = BETWEEN_DIGITS.sub("", text)
    found = ["the payment key"] if key in text else []
    return found + (["the card number"] if BETWEEN_DIGITS.sub("", card) in digits else [])


def _order(order_id: str, cents: int, card: str) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "customer": "c-42",
        "total_cents": cents,
        "card": {"number": card, "expires": "12/28"},
    }


def _expect_no_secret(answer: Answer, order: Mapping[str, Any], key: str) -> None:
    card = order["card"]["number"]
    for line in answer.log_tail.splitlines():
        found = leaked(line, key, card)
        if found:
            raise NotYet(
                f"The log of {order['order_id']} shows {' and '.join(found)}, in the line that "
                f"begins {shown(line[:24])}",
                expected="lines of fields that you chose one by one.",
                advice=_advice(line),
                hint=1 if line.startswith("event") else 2,
            )
    found = leaked(json.dumps(answer.payload, ensure_ascii=False), key, card)
    if found:
        raise NotYet(
            f"The answer to {order['order_id']} shows {' and '.join(found)}.",
            expected="answers without secrets, also when the function fails.",
            advice="What stands in an exception's message reaches the caller. Write your own.",
            hint=2,
        )


def _advice(line: str) -> str:
    if line.startswith("[ERROR] CardRefused"):
        return (
            "Lambda logs the message of every exception that leaves the handler, and answers "
            "with it. Catch the library's, and raise ChargeFailed from None."
        )
    if line.startswith("[ERROR] ValueError"):
        return (
            "A card that was refused is one way to fail, and this order fails in another. "
            "Catch whatever the library may raise."
        )
    if END_OF_TRACEBACK.match(line):
        return (
            "logging.exception writes the traceback, and a traceback ends with the message of "
            "the exception. Log the class of the exception instead."
        )
    return "Print the fields you need by name, such as order_id, never a whole event or message."


def _expect_outcome(answer: Answer, order: Mapping[str, Any]) -> None:
    order_id = str(order["order_id"])
    wanted = "failed" if order_id in FAILS else "charged"
    outcomes = list(_outcomes(answer.log_tail, order_id))
    if order_id in FAILS:
        _expect_failure(answer, order_id)
    else:
        expected = {"order_id": order_id, "charge_id": f"ch-{order_id}"}
        payload = payload_of(answer, order, expected=f"{shown(expected)}.", hint=3)
        if payload != expected:
            raise NotYet(
                f"The answer was {shown(payload)}",
                expected=f"{shown(expected)}.",
                advice="Return a dict with both. A handler without return answers null.",
                hint=3,
            )
    if outcomes != [wanted]:
        missing = "has no JSON line with its order_id and outcome"
        seen = f"says {shown(outcomes)}" if outcomes else missing
        raise NotYet(
            f"The log of {order_id} {seen}.",
            expected=f'one line such as {{"order_id": "{order_id}", "outcome": "{wanted}"}}.',
            advice="A log without secrets is good, and one without outcomes helps nobody. "
            "print(json.dumps({...})) writes the line.",
            hint=3,
        )


def _expect_failure(answer: Answer, order_id: str) -> None:
    if not answer.function_error:
        raise NotYet(
            f"Order {order_id} was not charged, and the function answered "
            f"{shown(answer.payload)} as if all were well.",
            expected="an exception that leaves the handler.",
            advice="Without one, Lambda counts a success: nobody retries it and no alarm sounds.",
            hint=3,
        )
    if answer.error_type == "Sandbox.Timedout" or order_id not in (answer.error_message or ""):
        raise NotYet(
            f"Order {order_id} failed with {answer.error_type}: {answer.error_message}",
            expected=f"an exception of yours whose message names {order_id}.",
            advice="raise ChargeFailed(f\"order {event['order_id']} was not charged\") from None",
            hint=3,
        )


def _outcomes(log: str, order_id: str) -> Iterator[Any]:
    for line in log.splitlines():
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        if isinstance(fields, dict) and fields.get("order_id") == order_id and "outcome" in fields:
            yield fields["outcome"]


@contextmanager
def _secret(session: Session) -> Iterator[tuple[str, str]]:
    """Yield ARN and value of the payment key; make one if the account has none."""
    manager = session.client("secretsmanager")
    made = False
    try:
        found = manager.get_secret_value(SecretId=SECRET)
    except manager.exceptions.ResourceNotFoundException:
        manager.create_secret(Name=SECRET, SecretString=KEY_OF_THE_CHECK)
        found, made = manager.get_secret_value(SecretId=SECRET), True
    try:
        yield str(found["ARN"]), str(found["SecretString"])
    finally:
        if made:
            manager.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
