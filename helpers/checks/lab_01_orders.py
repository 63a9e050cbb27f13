"""Exercise 1.1: an order's total, and an exception of its own for an order that breaks a rule."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.shapes import advice_on_dict
from helpers.checks.submission import ELSEWHERE, Did, failed_with, payload_of, shown
from helpers.views.invocation import Answer

NO_JSON = "Runtime.MarshalError"
POSTERS = {"sku": "poster-a2", "qty": 2, "unit_cents": 1950}
POSTCARDS = {"sku": "postcard-a6", "qty": 50, "unit_cents": 120}
SAMPLE = {"sku": "paper-sample", "qty": 1, "unit_cents": 0}


def _order(order_id: str, *items: Mapping[str, Any], total_cents: int = 0) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "customer": "c-42",
        "items": list(items),
        "total_cents": total_cents,
        "status": "placed",
    }


GOOD = (
    (_order("o-1007", POSTERS, total_cents=3900), 3900),
    (_order("o-2001", POSTERS, POSTCARDS, SAMPLE, total_cents=9900), 9900),
    # a customer's browser sent this total
    (_order("o-2002", POSTCARDS, total_cents=1), 6000),
)
BAD = (
    (_order("o-3001"), "has no items"),
    ({"order_id": "o-3002", "customer": "c-42", "status": "placed"}, "has no list of items"),
    (_order("o-3003", POSTERS, {**POSTCARDS, "qty": 0}), "asks for 0 pieces"),
    (_order("o-3004", {**POSTERS, "qty": -2}), "asks for -2 pieces"),
    (_order("o-3005", {**POSTERS, "qty": "2"}), "has a text as quantity"),
    (_order("o-3006", {**POSTERS, "unit_cents": 19.5}), "has a price that is not whole cents"),
)


def check_1_1(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send orders with right and wrong totals, then orders that must be rejected."""
    name = "check-place-order"
    session.deploy(handler, name)
    for number, (order, total) in enumerate(GOOD, start=1):
        answer = session.invoke(name, order)
        did(f"sent {number} good {'order' if number == 1 else 'orders'}")
        _expect_total(answer, order, total)
    for number, (order, fault) in enumerate(BAD, start=1):
        answer = session.invoke(name, order)
        did(f"sent {len(GOOD)} good orders and {number} bad")
        _expect_rejection(answer, order, fault)


def _expect_total(answer: Answer, order: Mapping[str, Any], total: int) -> None:
    expected = {"order_id": order["order_id"], "total_cents": total}
    _expect_accepted(answer, order, expected)
    payload = payload_of(answer, order, expected=f"the answer {shown(expected)}.", hint=1)
    if payload == expected and type(payload["total_cents"]) is int:
        return
    advice = "Multiply qty by unit_cents for each item, and add these up."
    if wrong_shape := advice_on_dict(payload, tuple(expected)):
        advice = wrong_shape
    elif payload["total_cents"] == order["total_cents"]:
        advice = (
            "That is the total the event brought along. Whoever sends the order could write "
            "anything there: compute it."
        )
    elif payload["total_cents"] == sum(item["unit_cents"] for item in order["items"]):
        advice = "That is the price of one piece of each. Where does qty come in?"
    elif isinstance(payload["total_cents"], float):
        advice = "Cents are whole numbers; a float is not exact. Stay with int."
    raise NotYet(
        f"For the order {shown(order)} the answer was {shown(payload)}",
        expected=f"{shown(expected)}.",
        advice=advice,
        hint=2,
    )


def _expect_accepted(answer: Answer, order: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Raise where a rule of the learner's own refuses an order that breaks none of the shop's."""
    error_type = answer.error_type or ""
    # not every account passes a type of the learner's own on
    if answer.function_error is None or hasattr(builtins, error_type) or "." in error_type:
        return
    prices = sorted({item["unit_cents"] for item in order["items"]})
    raise NotYet(
        f"A good order was refused. {failed_with(answer)}",
        expected=f"{shown(expected)}: {order['order_id']} keeps every rule.",
        advice=f"Its prices are {' and '.join(map(str, prices))} cents, and at least 0 is "
        "allowed. Which of your rules is stricter than the exercise's?",
        hint=2,
    )


def _expect_rejection(answer: Answer, order: Mapping[str, Any], fault: str) -> None:
    order_id = order["order_id"]
    if answer.function_error is None:
        raise _accepted(answer, order, fault)
    error_type = answer.error_type or ""
    if hasattr(builtins, error_type) or error_type == NO_JSON:
        raise NotYet(
            f"Order {order_id} {fault}, and the function failed with "
            f"{error_type}: {answer.error_message}",
            expected="an exception of your own, such as BadOrder.",
            advice=_advice_on_failure(error_type),
            hint=2,
        )
    if order_id not in (answer.error_message or ""):
        raise NotYet(
            f"Order {order_id} {fault}, and the message says {answer.error_message!r}.",
            expected=f"a message that names the order: {order_id}.",
            advice="Whoever reads this error at night wants to know which order it is.",
            hint=3,
        )


def _advice_on_failure(error_type: str) -> str:
    if error_type == "NameError":
        return ELSEWHERE
    if error_type == NO_JSON:
        return "What you returned is no JSON. An exception is raised, not returned."
    return (
        f"{error_type} could come from any line. Check the order first, and raise an exception "
        "whose name says that the order is at fault."
    )


def _accepted(answer: Answer, order: Mapping[str, Any], fault: str) -> NotYet:
    payload = answer.payload
    advice = "Look at each item before you compute, and raise when it breaks a rule."
    if isinstance(payload, dict) and "statusCode" in payload:
        advice = (
            "Your statusCode is a number inside the answer. Only an exception that leaves "
            "the handler sets FunctionError."
        )
    return NotYet(
        f"Order {order['order_id']} {fault}, and the answer was {shown(payload)}: "
        "StatusCode 200, no FunctionError.",
        expected="an exception of your own: for Lambda this order went well.",
        advice=advice,
        hint=2,
    )
