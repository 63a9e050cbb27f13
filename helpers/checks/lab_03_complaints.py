"""Exercise 3.6: a bad order is a 400 that lists everything wrong with it, never a 500."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.checks.http_doors import Door, Reply, advice_for, http_api
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-place-order"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
POSTERS = {"sku": "poster-a2", "qty": 2, "unit_cents": 1950}
GOOD = {"order_id": "o-2001", "customer": "c-7", "items": [POSTERS]}


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad body, and the fields that are wrong in it."""

    what: str
    body: bytes
    fields: frozenset[str]
    advice: str = ""


def _bad(what: str, fields: str, advice: str = "", **changes: Any) -> Bad:
    order = {name: value for name, value in {**GOOD, **changes}.items() if value is not ...}
    return Bad(what, json.dumps(order).encode(), frozenset(fields.split()), advice)


BAD = (
    _bad("an order without a customer", "customer", customer=...),
    _bad("an order without id and items", "order_id items", order_id=..., items=[]),
    _bad(
        "an order with three faults",
        "order_id items.0.qty items.1.unit_cents",
        order_id=7,
        items=[{**POSTERS, "qty": 0}, {**POSTERS, "unit_cents": 19.5}, POSTERS],
    ),
    _bad(
        "an order of true pieces",
        "items.0.qty",
        "In Python True is an int: isinstance(True, int). Compare type(qty) with int.",
        items=[{**POSTERS, "qty": True}],
    ),
    _bad("an item that is no object", "items.1", items=[POSTERS, "poster-a2"]),
    Bad("a body that is no JSON", b'{"order_id": "o-2', frozenset({"body"})),
    Bad("a body that is a list", b'["o-2001"]', frozenset({"body"})),
    Bad("no body at all", b"", frozenset({"body"})),
)


def check_3_6(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send two good orders, one of them as a form, then everything that can be wrong."""
    session.deploy(handler, FUNCTION)
    with http_api(session, FUNCTION, ["POST /orders"]) as door:
        for number, kind in enumerate((JSON, FORM), start=1):
            did(f"sent {number} good {'order' if number == 1 else 'orders'}")
            _expect_created(_send(door, json.dumps(GOOD).encode(), kind), kind)
        for number, bad in enumerate(BAD, start=1):
            did(f"sent 2 good orders and {number} bad")
            _expect_complaints(_send_bad(door, bad), bad)


def _send(door: Door, body: bytes, kind: str) -> Reply:
    return door.send("POST", "/orders", body=body, headers={"Content-Type": kind})


def _send_bad(door: Door, bad: Bad) -> Reply:
    try:
        return _send(door, bad.body, JSON)
    except NotYet as failure:
        advice = failure.advice
        if "the function failed" in failure.seen:
            advice = (
                "The customer sees Internal Server Error and nothing more. Look at a value "
                "before you use it, and return a 400."
            )
        raise NotYet(
            f"For {bad.what}: {failure.seen}",
            expected="400 with the errors.",
            advice=advice,
            hint=1,
        ) from None


def _expect_created(reply: Reply, kind: str) -> None:
    wanted = {"order_id": GOOD["order_id"]}
    if reply.status == 201 and reply.value == wanted:
        return
    advice = "A good order is answered with 201 and its id."
    if kind == FORM:
        advice = (
            "This body came as base64: its type is a form's, as curl -d sends it. "
            "Look at isBase64Encoded before you read the body."
        )
    raise NotYet(
        f"A good order of type {kind} got {reply.status} {shown(reply.value)}",
        expected=f"201 and {shown(wanted)}.",
        advice=advice_for(reply, advice),
        hint=1,
    )


def _expect_complaints(reply: Reply, bad: Bad) -> None:
    if reply.status != 400:
        raise NotYet(
            f"The request with {bad.what} got {reply.status} {shown(reply.value)}",
            expected="400: the caller is at fault, and can mend it.",
            advice=bad.advice or _advice_on_status(reply.status),
            hint=2,
        )
    fields = _fields(reply.value)
    if fields is None:
        raise NotYet(
            f"The request with {bad.what} got 400 {shown(reply.value)}",
            expected='{"errors": [{"field": "…", "problem": "…"}, …]}.',
            advice="One dict per fault, with the name of the field and a sentence for a person.",
            hint=2,
        )
    if fields == bad.fields:
        return
    missing, extra = sorted(bad.fields - fields), sorted(fields - bad.fields)
    advice = bad.advice or (
        "Collect the faults in a list and go on; answer when you have seen everything."
    )
    if extra and not missing:
        advice = f"Nothing is wrong with {extra[0]!r} here."
    elif bad.fields == {"body"}:
        advice = "Nothing in this body can be looked at. Its one fault is in the field 'body'."
    elif extra == ["body"]:
        advice = "This body is a JSON object. Look into it, and name the fields that are wrong."
    elif extra and missing:
        advice = f"Name the place: {missing[0]!r}, with the item's number counted from 0."
    raise NotYet(
        f"For {bad.what} the errors named {sorted(fields)}",
        expected=f"{sorted(bad.fields)}.",
        advice=advice,
        hint=3,
    )


def _advice_on_status(status: int) -> str:
    if 400 < status < 500:
        return "Other statuses of 4xx can mean this too; the shop's page waits for 400."
    return "A program reads the status first. An error inside a 2xx looks like success."


def _fields(value: Any) -> set[str] | None:
    """Return the fields that an answer complains about; None if it has another shape."""
    errors = value.get("errors") if isinstance(value, dict) else None
    if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
        return None
    if not all(isinstance(e.get("problem"), str) and e["problem"].strip() for e in errors):
        return None
    fields = [error.get("field") for error in errors]
    return set(fields) if all(isinstance(name, str) for name in fields) else None
