"""Exercise 8.3: the payment key moves from a variable into a secret.

The check puts a key of its own into the secret, pays two orders with it, reads the log, and tries
what the role should not allow.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.outcome import NotYet
from helpers.checks.payments import (
    HANDLER,
    OLD_SECRET,
    OTHER_SECRET,
    SECRET,
    expect_answer,
    package,
    pay,
    secret,
)
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-charge-card"
KEY = "pk-check-4c1e"
KEYS_BEGIN = "pk-"
REFUSED = ("InvalidParameterValueException", "ValidationException")
ORDERS = (
    {"order_id": "o-8301", "customer": "c-42", "total_cents": 3900},
    {"order_id": "o-8302", "customer": "c-43", "total_cents": 12950},
)


def check_8_3(
    session: Session,
    did: Did,
    charge_card: Callable[..., Any],
    variables: Mapping[str, str],
    statement: Mapping[str, Any],
) -> None:
    """Pay two orders with a key that only the secret holds, then look for it elsewhere."""
    _expect_no_key_in(variables)
    with (
        secret(session, SECRET, KEY),
        secret(session, OTHER_SECRET, "not for charge-card"),
        secret(session, OLD_SECRET, "of another year"),
        execution_role(session, FUNCTION, statement) as role,
    ):
        _deploy(session, package(session, charge_card), role, variables)
        for number, order in enumerate(ORDERS, start=1):
            did(f"put a new key into the secret, sent {number} of {len(ORDERS)} orders")
            paid = pay(session, FUNCTION, order, KEY)
            _expect_the_secret(paid)
            expect_answer(paid, order)
        did("sent 2 orders with a new key in the secret, then read the log and tried the role")
        _expect_quiet(session.logs(FUNCTION))
        _expect_least_privilege(session.invoke(FUNCTION, "may also").payload)


def _deploy(session: Session, code: bytes, role: str, variables: Mapping[str, str]) -> None:
    environment = {"Variables": dict(variables)}
    try:
        session.deploy(
            code, FUNCTION, Handler=HANDLER, Role=role, Timeout=10, Environment=environment
        )
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] not in REFUSED:
            raise
        raise NotYet(
            f"Lambda refused the variables {shown(variables)}: "
            f"{refusal.response['Error']['Message']}",
            expected="names of at least two characters that are not Lambda's own.",
            advice='{"SECRET_ID": …} is enough.',
            hint=1,
        ) from None


def _expect_no_key_in(variables: Any) -> None:
    if not isinstance(variables, Mapping) or not all(
        isinstance(value, str) for value in variables.values()
    ):
        raise NotYet(
            f"The variables are {shown(variables)}",
            expected="a dict of names and texts.",
            hint=1,
        )
    for name, value in variables.items():
        if value.startswith(KEYS_BEGIN):
            raise NotYet(
                f"The variable {name} holds the key.",
                expected="the name of the secret in a variable, and the key in the secret.",
                advice="Encryption at rest does not hide it. Whoever may read the configuration "
                "reads it too, as the contractor did.",
                hint=1,
            )
        if _decoded(value).startswith(KEYS_BEGIN):
            raise NotYet(
                f"The variable {name} holds the key in base64.",
                expected="the name of the secret in a variable, and the key in the secret.",
                advice="base64 is a spelling, no lock: whoever reads it can undo it.",
                hint=1,
            )

    if "SECRET_ID" not in variables:
        raise NotYet(
            f"variables_8_3 is {shown(variables)}, without SECRET_ID.",
            expected="SECRET_ID among them, and its value names the secret.",
            advice="A name is no secret: it may stand in a variable.",
            hint=1,
        )


def _decoded(value: str) -> str:
    try:
        return b64decode(value, validate=True).decode()
    except (Base64Error, ValueError):
        return ""


def _expect_the_secret(paid: Mapping[str, Any]) -> None:
    if not paid["tried"]:
        raise NotYet(
            "The provider was never asked.",
            expected="charge(key, event), once for each order.",
            hint=2,
        )
    if isinstance(paid["tried"][-1], dict):
        raise NotYet(
            "charge got a dict where the key belongs.",
            expected="charge(key, order): the key, a text, and then the order.",
            hint=3,
        )
    if paid["tried"][-1] != KEY:
        raise NotYet(
            "The provider refused the key: it did not come from the secret, which the check has "
            "given a new one.",
            expected="the value that stands in the secret when the order comes.",
            advice='Read it with get_secret_value(SecretId=os.environ["SECRET_ID"]); the key is '
            "its SecretString.",
            hint=2,
        )


def _expect_quiet(lines: list[str]) -> None:
    if any(KEY in line for line in lines):
        raise NotYet(
            "The log holds the key.",
            expected="no line with the key in it: more people read logs than secrets.",
            advice="Print ids, never secrets.",
            hint=2,
        )


def _expect_least_privilege(may_also: Any) -> None:
    if not may_also:
        return
    raise NotYet(
        f"The orders are paid, but the role may also {' and '.join(may_also)}.",
        expected="a statement that allows reading this secret, and nothing else.",
        advice="One action, secretsmanager:GetSecretValue; one resource, the secret's ARN. A star "
        "at its end matches every name that begins so.",
        hint=3,
    )
