"""Exercise 10.3: one charge per order, also when the event comes three times at once.

First three orders of one customer, at once: all are charged, and three environments are ready.
Then one order three times at once, and once more later. At last the table cannot be reached.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.checks.lab_10_charges import (
    BANK_S,
    WARM_S,
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

FUNCTION = "check-charge-card"
KEY = "id"
TIMES = 3
APART = ("o-3001", "o-3002", "o-3003")
SAME = "o-3007"
UNREACHED = "o-3009"
LIKE = '{"order_id": …, "charged": true or false}.'


def check_10_3(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send three orders at once, one order three times at once, and one without a table."""
    with (
        table(session, "check-charges", KEY) as charges,
        execution_role(session, FUNCTION, charges.may_use()) as role,
    ):
        settings = {"Role": role, "MemorySize": 1769}
        session.deploy(handler, FUNCTION, **settings, **_variables(charges.name))
        _orders_apart(session, did)
        _one_order_at_once(session, did)
        session.deploy(handler, FUNCTION, **settings, **_variables("check-no-such-table"))
        _no_table(session, did)


def _variables(table_name: str) -> dict[str, Any]:
    return {"Environment": {"Variables": {"TABLE": table_name}}}


def _orders_apart(session: Session, did: Did) -> None:
    events = [order(order_id, bank_s=WARM_S) for order_id in APART]
    did("sent three orders of one customer at once")
    answers = at_once(session, FUNCTION, events)
    for event, answer in zip(events, answers, strict=True):
        payload_of(answer, event, hint=2)
        charged = member_of(answer, event, "charged", like=LIKE)
        count = charges_of(session, FUNCTION, event["order_id"])
        if (charged, count) != (True, 1) or charged is not True:
            times = "once" if count == 1 else f"{count} times"
            raise NotYet(
                f"The order {event['order_id']} was charged {times}, and the answer says "
                f"charged: {shown(charged)}. Nobody had sent this order before.",
                expected="three orders, three charges, although the customer is the same.",
                advice=_advice_on_first(charged, count),
                hint=2,
            )


def _advice_on_first(charged: Any, count: int) -> str:
    if charged is True and count == 0:
        return "The answer says so, and nobody asked the bank: call charge(event) before it."
    if count == 1:
        return "charged is True or False, a bool and no text."
    return "What makes two events the same work? Take that as the key."


def _one_order_at_once(session: Session, did: Did) -> None:
    event = order(SAME, bank_s=BANK_S)
    warm_up(session, FUNCTION, TIMES)
    did("sent three orders, then one order three times at once")
    answers = at_once(session, FUNCTION, [event] * TIMES)
    _expect_one_charge(session, "came three times at once")
    for answer in answers:
        payload_of(answer, event, expected="an answer for every one of the three.", hint=3)
    said = [member_of(answer, event, "charged", like=LIKE) for answer in answers]
    if sorted(said) != [False, False, True]:
        raise NotYet(
            f"The order was charged once, and the three answers say charged: {said}.",
            expected="true for the one that charged, false for the two others.",
            advice="Return right after the refusal, with charged False.",
            hint=3,
        )
    did("sent three orders, then one order three times at once, and once more")
    again = session.invoke(FUNCTION, event)
    payload_of(again, event, hint=3)
    _expect_one_charge(session, "came again after that")
    if member_of(again, event, "charged", like=LIKE) is not False:
        raise NotYet(
            "The fourth event charged nothing, and its answer says charged: true.",
            expected="charged: false.",
            hint=3,
        )


def _expect_one_charge(session: Session, how: str) -> None:
    count = charges_of(session, FUNCTION, SAME)
    if count == 1:
        return
    if count == 0:
        raise NotYet(
            f"The order {SAME} {how}, and nobody charged it.",
            expected="one charge: whoever may write the item does the work.",
            hint=3,
        )
    raise NotYet(
        f"The order {SAME} {how}, and was charged {count} times.",
        expected="one charge. All of them saw the same table, at the same moment.",
        advice="Ask and mark in one step, before the work: a PutItem that DynamoDB refuses when "
        "an item with this id exists.",
        hint=2,
    )


def _no_table(session: Session, did: Did) -> None:
    did("sent one order three times at once, then one that could not be written down")
    answer = session.invoke(FUNCTION, order(UNREACHED))
    if answer.function_error is not None:
        return
    if charges_of(session, FUNCTION, UNREACHED):
        raise NotYet(
            "The table could not be reached, and the order was charged all the same. If it comes "
            "again, nobody knows.",
            expected="no charge, and an exception: then the event is tried again later.",
            hint=3,
        )
    raise NotYet(
        "The table could not be reached, nothing was charged, and the function succeeded. Nobody "
        "tries this order again: it is lost.",
        expected="an exception. Only ConditionalCheckFailedException means 'already there'.",
        advice="Look at the error's code, and raise every other one again.",
        hint=3,
    )
