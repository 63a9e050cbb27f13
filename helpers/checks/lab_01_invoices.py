"""Exercise 1.5: a moment, an amount and a missing value that survive JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.shapes import advice_on_dict
from helpers.checks.submission import Did, payload_of, shown

HALF_PAST_EIGHT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
KEYS = ("placed_at", "total", "rating")
INVOICES = (
    ({"placed_at": 1_795_249_800, "total_cents": 3900, "ratings": [5, 4]}, "39.00", 4.5),
    ({"placed_at": 1_795_249_800, "total_cents": 5, "ratings": [3]}, "0.05", 3),
    ({"placed_at": 1_795_249_800, "total_cents": 2**53 + 1, "ratings": [1]}, None, 1),
    ({"placed_at": 1_795_249_800, "total_cents": 120, "ratings": []}, "1.20", None),
)


def check_1_5(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Ask for four invoices: cents that a float loses, and ratings that nobody gave."""
    name = "check-invoice"
    session.deploy(handler, name)
    for number, (event, total, rating) in enumerate(INVOICES, start=1):
        answer = session.invoke(name, event)
        did(f"asked for {number} {'invoice' if number == 1 else 'invoices'}")
        payload = payload_of(answer, event, expected="an answer that is JSON.", hint=1)
        if wrong_shape := advice_on_dict(payload, KEYS):
            raise NotYet(
                f"For the event {shown(event)} the answer was {shown(payload)}",
                expected="a dict with placed_at, total and rating, whatever their values.",
                advice=wrong_shape,
                hint=1,
            )
        _expect_moment(payload["placed_at"])
        _expect_money(payload["total"], event, total)
        _expect_rating(payload["rating"], event, rating)


def _expect_moment(text: Any) -> None:
    expected = f"{HALF_PAST_EIGHT.isoformat()!r}: the moment, with its distance from UTC."
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise NotYet(
            f"placed_at was {shown(text)}",
            expected=expected,
            advice="A datetime has a method that writes it as ISO 8601.",
            hint=1,
        ) from None
    if "T" not in text:
        raise NotYet(
            f"placed_at was {text!r}, with a blank between day and time.",
            expected=expected,
            advice="ISO 8601 has a T there: str(moment) writes a blank, moment.isoformat() the T.",
            hint=2,
        )
    if moment.utcoffset() is None:
        raise NotYet(
            f"placed_at was {text!r}, and it does not say in which time zone.",
            expected=expected,
            advice="Give fromtimestamp the zone: tz=UTC. Without one it means the machine's own.",
            hint=2,
        )
    if moment != HALF_PAST_EIGHT or moment.utcoffset() != timedelta(0):
        raise NotYet(
            f"placed_at was {text!r}",
            expected=expected,
            advice="The event counts seconds since 1970 in UTC; answer in UTC too.",
            hint=2,
        )


def _expect_money(value: Any, event: Mapping[str, Any], total: str | None) -> None:
    cents = event["total_cents"]
    expected = total or f"{cents // 100}.{cents % 100:02d}"
    if value == expected:
        return
    advice = "Two digits after the point, always. Decimal's quantize or an f-string gives them."
    if isinstance(value, str) and not set(value) <= set("0123456789."):
        advice = "Digits and one point, nothing else: no sign of a currency, no thousands apart."
    elif isinstance(value, int | float):
        advice = (
            "A JSON number becomes a float at most readers, and a float keeps about 16 digits. "
            "Send money as text."
        )
    elif isinstance(value, str) and cents > 2**53:
        advice = "A float was on the way: it keeps about 16 digits. Divide as Decimal, or as int."
    raise NotYet(
        f"For {cents} cents total was {shown(value)}",
        expected=f"the text {expected!r}.",
        advice=advice,
        hint=2,
    )


def _expect_rating(value: Any, event: Mapping[str, Any], rating: float | None) -> None:
    if value == rating:
        return
    advice = "The mean is the sum of the ratings divided by how many there are."
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - only NaN differs from itself
        advice = (
            "NaN is no JSON: Python's reader takes it, a browser's stops with a SyntaxError. "
            "Nothing has a word in JSON: null."
        )
    elif rating is None:
        advice = f"{shown(value)} would be a rating that nobody gave. None says: there is none."
    raise NotYet(
        f"For the ratings {event['ratings']} rating was {shown(value)}",
        expected=f"{shown(rating)}.",
        advice=advice,
        hint=3,
    )
