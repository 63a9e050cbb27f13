"""Exercise 10.4: one charge per order, although an attempt may die half-way.

With a long EXPIRY_S a second attempt must not begin while the first may still be at work; with a
short one it must begin after that. What is done stays done, whatever EXPIRY_S says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.lab_10_charges import (
    BANK_S,
    at_once,
    charges_of,
    member_of,
    order,
    warm_up,
)
from helpers.checks.outcome import NotYet
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown
from helpers.checks.tables import table
from helpers.views.invocation import Answer

FUNCTION = "check-charge-crash"
KEY = "id"
LONG_S, SHORT_S = 60, 1
OVER_S = SHORT_S + 1.2
WITHIN_S = 12
TIMES = 3
LIKE = '{"order_id": …, "receipt": …}.'


def check_10_4(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Let attempts crash, with a long expiry and then with a short one, and send again."""
    with (
        table(session, "check-charges", KEY) as charges,
        execution_role(session, FUNCTION, charges.may_use()) as role,
    ):
        for expiry_s, act in ((LONG_S, _while_it_may_be_at_work), (SHORT_S, _after_that)):
            variables = {"TABLE": charges.name, "EXPIRY_S": str(expiry_s)}
            session.deploy(
                handler,
                FUNCTION,
                Role=role,
                MemorySize=1769,
                Environment={"Variables": variables},
            )
            act(session, did)


def _while_it_may_be_at_work(session: Session, did: Did) -> None:
    did("sent an order twice, one after the other")
    first = _receipt(session, order("o-4001"))
    _expect_same(session, order("o-4001"), first, "came a second time")
    did("sent an order twice, and one whose first attempt crashed")
    _crash(session, "o-4002")
    answer = session.invoke(FUNCTION, order("o-4002"))
    if charges_of(session, FUNCTION, "o-4002"):
        raise NotYet(
            f"The second attempt began at once, with EXPIRY_S at {LONG_S}. Nobody knows yet that "
            "the first is dead: it may be at the bank.",
            expected="no charge before the expiry has passed.",
            advice="Mark the order as in progress, with a time, before the work. Nobody begins "
            "while that time lies ahead.",
            hint=2,
        )
    if answer.function_error is None:
        raise NotYet(
            f"The first attempt crashed, and the second answered {shown(answer.payload)}. For "
            "Lambda that is success: there is no third, and nothing was charged.",
            expected="an exception while the order is in progress, so that it is tried later.",
            advice="Tell 'in progress' from 'done', and raise for the first.",
            hint=2,
        )
    did("let an attempt crash, and sent one order three times at once")
    event = order("o-4003", bank_s=BANK_S)
    warm_up(session, FUNCTION, TIMES)
    answers = at_once(session, FUNCTION, [event] * TIMES)
    _expect_charges(session, "o-4003", "came three times at once")
    if all(answer.function_error is not None for answer in answers):
        raise NotYet("Of three attempts at once none gave an answer.", expected=LIKE, hint=3)


def _after_that(session: Session, did: Did) -> None:
    did(f"let an attempt crash, and sent the order again after EXPIRY_S, {SHORT_S} s")
    _crash(session, "o-4005")
    event = order("o-4005")
    last: list[Answer] = []

    def succeeds() -> bool:
        last[:] = [session.invoke(FUNCTION, event)]
        return last[0].function_error is None

    session.wait_until(
        succeeds,
        WITHIN_S,
        "the order whose first attempt crashed was still refused: it is never charged. "
        "Does your condition let an attempt through when the old one has expired?",
    )
    receipt = member_of(last[0], event, "receipt", like=LIKE)
    _expect_charges(session, "o-4005", "was sent again after the expiry")
    # the expiry is measured by the clock of the handler, which nobody can turn
    time.sleep(OVER_S)
    _expect_same(session, event, receipt, "was done, and came again when EXPIRY_S had passed")


def _crash(session: Session, order_id: str) -> None:
    event = order(order_id, crash=True)
    answer = session.invoke(FUNCTION, event)
    if answer.function_error is None:
        raise NotYet(
            f"For the event {shown(event)} charge was never called: the answer is "
            f"{shown(answer.payload)}",
            expected="a call of charge(event) for an order that nobody has sent before.",
            hint=2,
        )


def _receipt(session: Session, event: Mapping[str, Any]) -> Any:
    answer = session.invoke(FUNCTION, event)
    payload_of(answer, event, hint=2)
    return member_of(answer, event, "receipt", like=LIKE)


def _expect_same(session: Session, event: Mapping[str, Any], receipt: Any, how: str) -> None:
    again = session.invoke(FUNCTION, event)
    _expect_charges(session, event["order_id"], how)
    payload_of(again, event, expected="the receipt that the first attempt got.", hint=3)
    seen = member_of(again, event, "receipt", like=LIKE)
    if seen != receipt:
        raise NotYet(
            f"The order {event['order_id']} {how}: the receipt was {shown(receipt)}, and is now "
            f"{shown(seen)}",
            expected="the same receipt. Whoever asks again did not get the first answer.",
            advice="Keep the answer in the item, beside the status done.",
            hint=3,
        )


def _expect_charges(session: Session, order_id: str, how: str) -> None:
    count = charges_of(session, FUNCTION, order_id)
    if count != 1:
        raise NotYet(
            f"The order {order_id} {how}, and was charged {count} times.",
            expected="one charge.",
            advice="An order that is done stays done: the expiry is for attempts that died. And "
            "asking and marking are one step: a condition on the write.",
            hint=2,
        )
