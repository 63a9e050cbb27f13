"""Exercises 10.3 and 10.4 share this: orders, callers at once, and charges read from the log."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.recorded import recorded
from helpers.checks.session import Session
from helpers.checks.submission import shown
from helpers.views.invocation import Answer

CHARGED = "charged "
BANK_S = 1.0
"""Long enough that callers who begin together are all at work at the same time."""
WARM_S = 0.3
"""Long enough, as a rule, that each of some events at once gets an environment."""
MOST_ROUNDS = 5


def order(order_id: str, **more: Any) -> dict[str, Any]:
    """Return an event of charge-card."""
    return {"order_id": order_id, "customer": "c-42", "total_cents": 3900, "bank_s": 0, **more}


def at_once(session: Session, function: str, events: list[dict[str, Any]]) -> list[Answer]:
    """Invoke a function with all events at the same time; return the answers in their order."""
    with ThreadPoolExecutor(len(events)) as callers:
        return list(callers.map(lambda event: session.invoke(function, event), events))


def warm_up(session: Session, function: str, count: int) -> None:
    """Send orders at once until so many environments are warm; on a slow machine once more.

    The check has deployed the function once. A handler that fails at once is not waited for, and
    where nobody records environments, once has to do.
    """
    for number in range(MOST_ROUNDS):
        created = recorded(session, kind="environment.created", function=function)
        if len(created) >= count or (number and not created):
            return
        events = [order(f"o-9{number}{n}", bank_s=WARM_S * (number + 1)) for n in range(count)]
        at_once(session, function, events)


def charges_of(session: Session, function: str, order_id: str) -> int:
    """Return how often the log says that the bank was asked for this order's money."""
    lines = [line.strip() for line in session.logs(function)]
    return lines.count(f"{CHARGED}{order_id}")


def member_of(answer: Answer, event: Mapping[str, Any], name: str, *, like: str) -> Any:
    """Return a member of the answer's object; anything else is feedback."""
    payload = answer.payload
    if not isinstance(payload, Mapping) or {"order_id", name} - payload.keys():
        raise NotYet(
            f"For the order {event['order_id']} the answer is {shown(payload)}",
            expected=like,
            advice="Return this dict on every way out of the handler.",
            hint=3,
        )
    if payload["order_id"] != event["order_id"]:
        raise NotYet(
            f"For the order {event['order_id']} the answer names {shown(payload['order_id'])}",
            expected=like,
            hint=3,
        )
    return payload[name]
