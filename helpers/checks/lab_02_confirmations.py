"""Exercise 2.3: a confirmation shows one customer's data, whoever was served before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

FUNCTION = "check-confirmation"
PICK_UP = "pick up in the shop"
FIRST = {
    "order_id": "o-501",
    "customer": "c-42",
    "ship_to": "7 Canal Street",
    "notes": ["ring twice"],
    "items": [{"sku": "poster-a2", "qty": 2, "unit_cents": 1950}],
}
SECOND = {
    "order_id": "o-502",
    "customer": "c-43",
    "items": [{"sku": "mug-photo", "qty": 1, "unit_cents": 990}],
}
# its second item has no qty, so the handler fails half-way
BROKEN = {
    "order_id": "o-503",
    "customer": "c-44",
    "ship_to": "12 Mill Lane",
    "notes": ["leave it with the neighbour"],
    "items": [
        {"sku": "poster-a2", "qty": 1, "unit_cents": 1950},
        {"sku": "canvas-60", "unit_cents": 4990},
    ],
}
LAST = {**SECOND, "order_id": "o-504", "customer": "c-45"}


def check_2_3(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send orders of several customers to one environment, one of them broken."""
    session.deploy(handler, FUNCTION)
    served: list[Mapping[str, Any]] = []
    for number, order in enumerate((FIRST, SECOND, FIRST), start=1):
        did(f"sent {number} {'order' if number == 1 else 'orders'} to one environment")
        _expect_own(session, order, served)
        served.append(order)
    _expect_failure(session)
    did("sent 5 orders to one environment, one of them broken")
    _expect_own(session, LAST, [*served, BROKEN])


def confirmation_of(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the shop should answer."""
    return {
        "currency": "EUR",
        "order_id": order["order_id"],
        "ship_to": order.get("ship_to", PICK_UP),
        "notes": order.get("notes", []),
        "total_cents": sum(item["qty"] * item["unit_cents"] for item in order["items"]),
    }


def _expect_own(
    session: Session, order: Mapping[str, Any], served: list[Mapping[str, Any]]
) -> None:
    answer = session.invoke(FUNCTION, order)
    payload = payload_of(answer, order, expected="a confirmation.", hint=2)
    expected = confirmation_of(order)
    if payload == expected:
        return
    _expect_no_leak(payload, order, served)
    advice = "Start from the same five keys for every order: " + ", ".join(expected) + "."
    if payload is None:
        advice = "The handler returned nothing. Does it end with return?"
    elif BROKEN in served:
        advice = _after_failure()
    raise NotYet(
        f"For the order {shown(order)} the answer was {shown(payload)}",
        expected=f"{shown(expected)}.",
        advice=advice,
        hint=2,
    )


def _expect_no_leak(
    payload: Any, order: Mapping[str, Any], served: list[Mapping[str, Any]]
) -> None:
    if not isinstance(payload, dict):
        return
    after_failure = BROKEN in served
    advice = (
        "One event at a time means one after the other, in the same process and the same thread. "
        "Make the dict and its list anew for each event."
    )
    for other in served:
        if (
            "ship_to" in other
            and "ship_to" not in order
            and payload.get("ship_to") == other["ship_to"]
        ):
            raise NotYet(
                f"Customer {order['customer']} was shown {other['ship_to']!r}: "
                f"the address of {other['customer']}.",
                expected=f"ship_to {PICK_UP!r}, for this order names no address.",
                advice=_after_failure() if after_failure else advice,
                hint=1,
            )
    notes, own = payload.get("notes"), order.get("notes", [])
    if isinstance(notes, list) and len(notes) > len(own):
        raise NotYet(
            f"The confirmation of {order['order_id']} has the notes {shown(notes)}: "
            "they are not all of this order.",
            expected=f"notes {shown(own)}.",
            advice=_after_failure()
            if after_failure
            else "A list lives as long as what holds it: a global, a default argument, or the "
            "dict that a copy was made of. A copy of the outer dict shares the list inside.",
            hint=2,
        )


def _after_failure() -> str:
    return (
        "The order before this one failed half-way, so whatever stood at the end of the handler "
        "did not run. Begin clean instead of cleaning up."
    )


def _expect_failure(session: Session) -> None:
    answer = session.invoke(FUNCTION, BROKEN)
    if answer.function_error is not None:
        return
    raise NotYet(
        f"For the order {shown(BROKEN)} the answer was {shown(answer.payload)}",
        expected="an exception: an item without qty has no price.",
        advice='Take item["qty"] as it is, and let a missing one fail.',
        hint=3,
    )
