"""Exercise 6.1: which changes of an order are a change of its status.

One event with both images first, for it decides most answers; then a table whose stream has the
learner's view type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.queues import mapped
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.streams import (
    FROM_THE_OLDEST,
    change,
    failures,
    may_read,
    settled,
    table,
)
from helpers.checks.submission import Did, advice_on, failed_with, shown
from helpers.views.invocation import Answer

FUNCTION = "check-status"
VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
BOTH = "NEW_AND_OLD_IMAGES"
WITHIN_S = 20
TOLD = re.compile(r"(.+): (.*) → (.*)")


def _order(order_id: str, status: str, total_cents: int = 3900) -> dict[str, Any]:
    return {
        "order_id": {"S": order_id},
        "status": {"S": status},
        "total_cents": {"N": str(total_cents)},
    }


def _key(order_id: str) -> dict[str, Any]:
    return {"order_id": {"S": order_id}}


CHANGES = (
    ("o-3001", None, _order("o-3001", "placed")),
    ("o-3002", _order("o-3002", "placed"), _order("o-3002", "paid")),
    ("o-3003", _order("o-3003", "paid"), _order("o-3003", "paid", 2900)),
    ("o-3004", _order("o-3004", "shipped"), None),
    ("o-3005", _order("o-3005", "paid"), _order("o-3005", "printing", 4900)),
    ("o-3002", _order("o-3002", "paid"), _order("o-3002", "printing")),
    ("o-3006", None, _order("o-3006", "paid")),
)
EXPECTED = ["o-3002: placed → paid", "o-3005: paid → printing", "o-3002: paid → printing"]
FROM_TABLE = ["o-3101: placed → paid", "o-3101: paid → shipped"]
REASONS = {
    "o-3001": "it is new, and nothing has changed",
    "o-3006": "it is new, and nothing has changed",
    "o-3003": "only its total changed, and its status stayed paid",
    "o-3004": "it was deleted",
}


def check_6_1(session: Session, did: Did, handler: Callable[..., Any], view_type: str) -> None:
    """Send one event of seven records, then write to a table with this view type."""
    if view_type not in VIEWS:
        raise NotYet(
            f"view_type is {shown(view_type)}, and DynamoDB has no view type of that name.",
            expected=f"one of {', '.join(VIEWS)}.",
            hint=1,
        )
    with (
        table(session, "check-orders", key="order_id", view=view_type) as orders,
        execution_role(session, FUNCTION, may_read(orders)) as role,
    ):
        session.deploy(handler, FUNCTION, Role=role)
        _one_event(session, did)
        before = len(_told(session.logs(FUNCTION)))
        orders.put(_order("o-3101", "placed"), _order("o-3101", "paid"))
        orders.put(_order("o-3101", "paid", 100), _order("o-3101", "shipped", 100))
        orders.delete(_key("o-3101"))
        did(f"sent one event of seven records, then wrote to a table with {view_type}")
        with mapped(session, FUNCTION, orders, FROM_THE_OLDEST, hint=3) as mapping:
            session.wait_until(
                lambda: settled(session, mapping) >= 5 or failures(session, mapping) > 1,
                WITHIN_S,
                "the changes of the table had not reached the function.",
            )
        lines = _told(session.logs(FUNCTION))[before:]
    if lines != FROM_TABLE:
        raise _wrong_view(view_type, lines)


def _one_event(session: Session, did: Did) -> None:
    event = {
        "Records": [
            change(number, _key(order_id), old=old, new=new)
            for number, (order_id, old, new) in enumerate(CHANGES)
        ]
    }
    answer = session.invoke(FUNCTION, event)
    did("sent one event of seven records, three of them a change of status")
    if answer.function_error is not None:
        raise _failed(answer)
    _expect(_told(answer.log_tail.splitlines()))


def _told(lines: Iterable[str]) -> list[str]:
    return [line.strip() for line in lines if TOLD.fullmatch(line.strip())]


def _failed(answer: Answer) -> NotYet:
    advice = advice_on(answer)
    if "OldImage" in str(answer.error_message):
        advice = "A new order has no image before, so its record has no OldImage."
    if "NewImage" in str(answer.error_message):
        advice = "A deleted order has no image after, so its record has no NewImage."
    return NotYet(
        failed_with(answer),
        expected="no failure: in a stream the same batch would come again, and again.",
        advice=advice,
        hint=2,
    )


def _expect(lines: list[str]) -> None:
    for line in lines:
        order_id, before, after = TOLD.fullmatch(line).groups()  # type: ignore[union-attr]
        if order_id.startswith("{") or before.startswith("{") or after.startswith("{"):
            raise NotYet(
                f"The customer reads {line!r}: a value came as a dict with its type.",
                expected="o-3002: placed → paid",
                advice='Take the text out of the typed form: new["status"]["S"].',
                hint=3,
            )
        if order_id in REASONS:
            raise NotYet(
                f"tell was called for order {order_id}: {REASONS[order_id]}.",
                expected="a call of tell for a change of status, and for nothing else.",
                hint=2,
            )
    missing = [line for line in EXPECTED if line not in lines]
    if missing:
        advice = "A batch holds many records: go through event['Records']."
        raise NotYet(
            f"The event holds the change {missing[0]}, and tell was not called for it.",
            expected=f"{len(EXPECTED)} calls of tell.",
            advice=advice if len(missing) > 1 else "",
            hint=1,
        )
    if lines != EXPECTED:
        raise NotYet(
            f"tell was called for: {'; '.join(lines)}",
            expected=f"{'; '.join(EXPECTED)}: once each, in the order of the records.",
            hint=2,
        )


def _wrong_view(view_type: str, lines: list[str]) -> NotYet:
    if view_type != BOTH:
        missing = "OldImage" if "OLD" not in view_type else "NewImage"
        return NotYet(
            f"With {view_type} the stream sends no {missing}, and the customer was told: "
            f"{'; '.join(lines) or 'nothing'}.",
            expected="; ".join(FROM_TABLE),
            advice="You need what the order was, and what it is.",
            hint=1,
        )
    return NotYet(
        f"From the table, the customer was told: {'; '.join(lines) or 'nothing'}.",
        expected="; ".join(FROM_TABLE),
        advice="The single event went well. Does a second batch begin with a clean slate?",
        hint=3,
    )
