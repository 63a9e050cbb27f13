"""Exercise 4.4: an event pattern, tried on a bus with twenty events that look much the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

BUS, RULE = "check-shop", "check-high-value"
SOURCE, PAID = "halftone.orders", "OrderPaid"
AT_ONCE = 10
WITHIN_S = 20


def _event(
    what: str, wanted: bool, source: str = SOURCE, kind: str = PAID, **detail: Any
) -> tuple[str, bool, str, str, dict[str, Any]]:
    order = {"order_id": "o-9001", "customer": "c-42", "total_cents": 60_000}
    return what, wanted, source, kind, {**order, **detail}


EVENTS = (
    _event("a paid order of 60,000 cents", True),
    _event("a paid order of exactly 50,000 cents", True, total_cents=50_000),
    _event("a paid order of 49,999 cents", False, total_cents=49_999),
    _event("a paid order of 2,000,000 cents", True, total_cents=2_000_000),
    _event("a paid order with items", True, items=[{"sku": "poster-a2", "qty": 40}]),
    _event("a paid order of customer c-7", True, customer="c-7"),
    _event("a paid order of a tester, test-3", False, customer="test-3"),
    _event("a paid order of a tester, test-c-42", False, customer="test-c-42"),
    _event("a paid order of customer c-test", True, customer="c-test"),
    _event("an order that is placed", False, kind="OrderPlaced"),
    _event("an order that is shipped", False, kind="OrderShipped"),
    _event("an order that is paid back", False, kind="OrderPaidBack"),
    _event("an OrderPaid of the accounting system", False, source="halftone.accounting"),
    _event("an OrderPaid of a partner", False, source="partner.orders"),
    _event("a paid order whose total is text", False, total_cents="60000"),
    _event("a paid order without a total", False, total_cents=None),
    _event("a paid order of 0 cents", False, total_cents=0),
    _event("a paid order of minus 60,000 cents", False, total_cents=-60_000),
    _event("a paid order of 100 cents", False, total_cents=100),
    _event("a paid order of 50,001 cents", True, total_cents=50_001),
)


def check_4_4(session: Session, did: Did, pattern: Mapping[str, Any]) -> None:
    """Put twenty events on a bus, and see which of them a rule with this pattern takes."""
    with _rule(session, pattern):
        sent = _put(session)
        did(f"put {len(EVENTS)} events on a bus, {sum(event[1] for event in EVENTS)} to be matched")
        session.wait_until(
            lambda: sent.keys() <= _passed(session).keys(),
            WITHIN_S,
            "the bus had not passed all of the events on.",
        )
        passed = _passed(session)
    for event_id, (what, wanted, source, kind, detail) in sent.items():
        if passed[event_id] == wanted:
            continue
        seen = shown({"source": source, "detail-type": kind, "detail": detail}, longest=240)
        raise NotYet(
            f"The pattern {'misses' if wanted else 'matches'} {what}: {seen}",
            expected="paid orders of the shop, from 50,000 cents on, and of no tester.",
            advice=_advice(kind, source, detail, wanted=wanted),
            hint=2,
        )


def _advice(kind: str, source: str, detail: Mapping[str, Any], *, wanted: bool) -> str:
    if wanted:
        return "Which of its fields does your pattern not allow? All of them must match."
    if source != SOURCE:
        return "Everybody may name an event OrderPaid. Who sent it stands in source."
    if kind != PAID:
        return "What an event is about stands in detail-type."
    if str(detail["customer"]).startswith("test-"):
        return 'Customers that do not begin so: [{"anything-but": {"prefix": "test-"}}].'
    return "Compare the total as a number: numeric with >= and 50000."


@contextmanager
def _rule(session: Session, pattern: Any) -> Iterator[None]:
    events = session.client("events")
    with suppress(events.exceptions.ResourceAlreadyExistsException):
        events.create_event_bus(Name=BUS)
    try:
        try:
            text = pattern if isinstance(pattern, str) else json.dumps(pattern)
            events.put_rule(Name=RULE, EventBusName=BUS, EventPattern=text)
        except (ClientError, ParamValidationError, TypeError) as refusal:
            raise NotYet(
                f"EventBridge refused the pattern {shown(pattern)}: {refusal}",
                expected="a dict in the shape of the event, whose leaves are lists.",
                hint=1,
            ) from None
        yield
    finally:
        with suppress(ClientError):
            events.delete_rule(Name=RULE, EventBusName=BUS)
        events.delete_event_bus(Name=BUS)


def _put(session: Session) -> dict[str, tuple[str, bool, str, str, dict[str, Any]]]:
    sent = {}
    for start in range(0, len(EVENTS), AT_ONCE):
        page = EVENTS[start : start + AT_ONCE]
        entries = [
            {
                "Source": source,
                "DetailType": kind,
                "EventBusName": BUS,
                "Detail": json.dumps({k: v for k, v in detail.items() if v is not None}),
            }
            for _, _, source, kind, detail in page
        ]
        answers = session.client("events").put_events(Entries=entries)["Entries"]
        sent.update({a["EventId"]: e for a, e in zip(answers, page, strict=True)})
    return sent


def _passed(session: Session) -> dict[str, bool]:
    records = session.records(kind="bus.event")
    return {str(record["event"]): RULE in record["rules"] for record in records}
