"""Exercise 8.4: a cached key, read anew after its time and when the provider refuses it.

Reads are counted from IAM's decisions. The times to live are so long, or so short, that a slow
machine cannot change what is counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.payments import ARN, HANDLER, SECRET, expect_answer, package, pay, reads, secret
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-charge-cached"
MAY_READ = {
    "Effect": "Allow",
    "Action": "secretsmanager:GetSecretValue",
    "Resource": f"{ARN}{SECRET}-??????",
}
OLD, NEW, OTHER = "pk-check-01aa", "pk-check-02bb", "pk-check-03cc"
LONG_S, SHORT_S = 86_400, 1


def check_8_4(session: Session, did: Did, charge_card: Callable[..., Any]) -> None:
    """Pay before and after a rotation, after the time to live, and with a key that stays wrong."""
    code = package(session, charge_card)
    with secret(session, SECRET, OLD) as store, execution_role(session, FUNCTION, MAY_READ) as role:

        def deploy(cache_s: int) -> None:
            variables = {"SECRET_ID": SECRET, "CACHE_SECONDS": str(cache_s)}
            session.deploy(
                code,
                FUNCTION,
                Handler=HANDLER,
                Role=role,
                Environment={"Variables": variables},
            )

        deploy(LONG_S)
        did("sent 3 orders, counted who read the secret")
        _expect_one_read(session)
        did("sent 3 orders, rotated the key, sent another")
        store(NEW)
        _expect_paid_after_rotation(session)
        did("sent orders before and after a rotation, then with a key that stays wrong")
        _expect_end(session)
        deploy(SHORT_S)
        did("sent orders before and after a rotation, and one after CACHE_SECONDS")
        _expect_read_again(session)


def _order(number: int) -> dict[str, Any]:
    return {"order_id": f"o-84{number:02}", "customer": "c-42", "total_cents": 1950 + number}


def _expect_one_read(session: Session) -> None:
    for number in range(3):
        expect_answer(_paid(session, _order(number), OLD), _order(number))
    if reads(session, FUNCTION) != 1:
        raise NotYet(
            f"For 3 orders the function read the secret {reads(session, FUNCTION)} times.",
            expected=f"one read: CACHE_SECONDS was {LONG_S}.",
            advice="Keep the key and the time of its end in a global, and read again only after "
            "that time.",
            hint=1,
        )


def _expect_paid_after_rotation(session: Session) -> None:
    before, order = reads(session, FUNCTION), _order(4)
    paid = pay(session, FUNCTION, order, NEW)
    again = reads(session, FUNCTION) - before
    if "refused" in paid and not again:
        tried = paid["tried"]
        advice = "Catch WrongKey, read the secret again whatever its age, and charge once more."
        seen = "After the rotation the order failed with WrongKey."
        if len(tried) > 1 and len(set(tried)) == 1:
            seen = "After the rotation the order was sent once more with the key that had failed."
            advice = "The second try asks the same cache. Read the secret past it."
        raise NotYet(
            seen,
            expected="the order is paid with the new key. Nobody tells an environment that a "
            "secret has changed; the failed login does.",
            advice=advice,
            hint=2,
        )
    if "refused" in paid:
        raise NotYet(
            f"The function read the secret again, and tried the keys {shown(paid['tried'])}",
            expected=f"the last one tried to be {shown(NEW)}.",
            advice="Take the value that you have just read for the second try.",
            hint=2,
        )
    expect_answer(paid, order)
    if again > 1:
        raise NotYet(
            f"After one WrongKey the function read the secret {again} times.",
            expected="one read.",
            hint=3,
        )
    _expect_kept(session)


def _expect_kept(session: Session) -> None:
    """Send one order more: the key that was read after the rotation has its own time to live."""
    before, order = reads(session, FUNCTION), _order(8)
    paid = _paid(session, order, NEW)
    expect_answer(paid, order)
    if len(paid["tried"]) > 1 or reads(session, FUNCTION) != before:
        raise NotYet(
            f"The order after that was tried with {len(paid['tried'])} keys, and the secret was "
            f"read {reads(session, FUNCTION) - before} times.",
            expected=f"one try and no read: the new key serves for CACHE_SECONDS, {LONG_S}.",
            advice="Keep the key that you read after WrongKey, with an end of its own.",
            hint=3,
        )


def _expect_end(session: Session) -> None:
    before, order = reads(session, FUNCTION), _order(5)
    paid = pay(session, FUNCTION, order, OTHER)
    if "refused" not in paid:
        raise NotYet(
            f"No key was accepted, and yet the answer was {shown(paid.get('answer'))}",
            expected="WrongKey: an order that was not paid must not look like one that was.",
            advice="After the second try, let WrongKey leave the handler.",
            hint=3,
        )
    again = reads(session, FUNCTION) - before
    if again > 1 or len(paid["tried"]) > 2:
        raise NotYet(
            f"A key that stays wrong was tried {len(paid['tried'])} times and read {again} times.",
            expected="two tries and one read: charging once more is enough.",
            hint=3,
        )


def _expect_read_again(session: Session) -> None:
    before = reads(session, FUNCTION)
    expect_answer(_paid(session, _order(6), NEW), _order(6))
    time.sleep(SHORT_S + 0.1)
    expect_answer(_paid(session, _order(7), NEW), _order(7))
    if reads(session, FUNCTION) - before < 2:
        raise NotYet(
            f"With CACHE_SECONDS at {SHORT_S}, two orders more than {SHORT_S} s apart were served "
            "by one read.",
            expected="a second read after CACHE_SECONDS, also when no login has failed.",
            advice="A provider may accept the old key for a while. Give the kept key an end: "
            "the time of reading plus CACHE_SECONDS.",
            hint=1,
        )


def _paid(session: Session, order: Mapping[str, Any], accepted: str) -> dict[str, Any]:
    paid = pay(session, FUNCTION, order, accepted)
    if "refused" in paid:
        raise NotYet(
            f"For the order {shown(order)} the provider refused {shown(paid['tried'])}",
            expected=f"the key in the secret, {shown(accepted)}.",
            advice="Read SecretString of the secret that SECRET_ID names.",
            hint=2,
        )
    return paid
