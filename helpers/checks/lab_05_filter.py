"""Exercise 5.3: a filter of a mapping, tried with orders that look nearly right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.queues import mapped, may_poll, queue, wait_until_empty
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-charge-card"
VISIBILITY_S = 30
WITHIN_S = 20
SEEN = "seen "
SHOWS = """
def handler(event, context):
    for record in event["Records"]:
        print("seen " + record["body"])
"""


def _order(order_id: str, status: str, total_cents: int = 3900) -> dict[str, Any]:
    return {"order_id": order_id, "status": status, "total_cents": total_cents}


WANTED = [
    json.dumps({**_order("o-4001", "paid"), "customer": "c-42"}),
    json.dumps({**_order("o-4002", "paid", 1), "items": [], "customer": "c-7"}),
    json.dumps(_order("o-4003", "paid", 1_000_000)),
]
OTHERS = {
    "order o-4010, which is placed": json.dumps(_order("o-4010", "placed")),
    "order o-4011, which is printing already": json.dumps(_order("o-4011", "printing")),
    "order o-4012, paid but of 0 cents": json.dumps(_order("o-4012", "paid", 0)),
    "order o-4013, which is unpaid": json.dumps(_order("o-4013", "unpaid")),
    "a customer who paid, but no order": json.dumps({"customer": {"status": "paid"}}),
    "the text paid": "paid",
}


def check_5_3(session: Session, did: Did, criteria: Mapping[str, Any]) -> None:
    """Send nine messages through a mapping with this filter; see which ones arrive."""
    attributes = {"VisibilityTimeout": str(VISIBILITY_S)}
    bodies = [*OTHERS.values(), *WANTED]
    with (
        queue(session, "check-orders", attributes) as orders,
        execution_role(session, FUNCTION, may_poll(orders)) as role,
    ):
        session.deploy(SHOWS, FUNCTION, Role=role)
        with mapped(session, FUNCTION, orders, {"FilterCriteria": criteria}, hint=2):
            orders.send(*bodies)
            did(f"sent {len(bodies)} messages, {len(WANTED)} of them paid orders")
            wait_until_empty(
                session, orders, WITHIN_S, "not all of the messages had left the queue."
            )
            lines = session.logs(FUNCTION)
    seen = [line.removeprefix(SEEN) for line in lines if line.startswith(SEEN)]
    _expect_all(seen, criteria)
    _expect_only(seen, criteria)


def _expect_all(seen: list[str], criteria: Any) -> None:
    missing = [body for body in WANTED if body not in seen]
    if not missing:
        return
    advice = "Which of its fields does your pattern not allow?"
    if all('"body"' not in pattern for pattern in _patterns(criteria)):
        advice = "A pattern is laid over the whole record, and the order is its body."
    raise NotYet(
        f"The paid order {missing[0]} did not reach the function. What no filter takes is deleted.",
        expected="every paid order that costs something.",
        advice=advice,
        hint=1,
    )


def _expect_only(seen: list[str], criteria: Any) -> None:
    for name, body in OTHERS.items():
        if body not in seen:
            continue
        advice = "What does your pattern say of it?"
        if len(_patterns(criteria)) > 1:
            advice = "Of several filters one is enough. Fields that must all match stand in one."
        raise NotYet(
            f"The function got {name}: {body}",
            expected="orders that are paid and cost something, and nothing else.",
            advice=advice,
            hint=3,
        )


def _patterns(criteria: Any) -> list[str]:
    filters = criteria.get("Filters") if isinstance(criteria, Mapping) else None
    return [str(one.get("Pattern")) for one in filters or [] if isinstance(one, Mapping)] or [
        shown(criteria)
    ]
