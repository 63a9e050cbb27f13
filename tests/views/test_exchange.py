"""A request, its event, its answer, and who gave it."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.views.exchange import Exchange, Origin, Reply, Request, who_answered

RAN = {"front": "http-api", "request_id": "r", "function": "place-order", "reason": ""}


@pytest.mark.parametrize(
    ("record", "ran", "words"),
    [
        (RAN, ["place-order"], "the function place-order, through the HTTP API"),
        (
            {**RAN, "reason": "the function failed"},
            ["place-order"],
            "the HTTP API, in place of the function place-order: the function failed",
        ),
        (
            {**RAN, "request_id": None, "reason": "no route matches"},
            [],
            "the HTTP API itself, and no function ran: no route matches",
        ),
        (
            {**RAN, "request_id": None, "reason": "the integration did not answer in time"},
            ["place-order"],
            "the HTTP API itself: the integration did not answer in time",
        ),
        ({**RAN, "request_id": None}, [], "the HTTP API itself, and no function ran"),
        (None, [], "nobody that keeps records: there may be no API or URL at this address"),
    ],
)
def test_who_answered_is_read_from_the_record(
    record: dict[str, Any] | None, ran: list[str], words: str
):
    """A status alone does not tell: 502 may be the front's word or the function's own."""
    assert words == who_answered(record, ran)


def test_event_and_answer_stand_side_by_side():
    """The event says whether it is the real one; both are in text and HTML."""
    shown = Exchange(
        "HTTP API shop",
        Request("POST", "/orders", "a=1"),
        Reply(201, (("X-A", "1"),), b'{"id":1}'),
        RAN,
        ["place-order"],
        {"version": "2.0"},
        "place-order",
        Origin.KEPT,
    )

    assert repr(shown).startswith("✓ POST /orders?a=1 → 201 Created\n")
    assert "the very event that the function got" in repr(shown)
    assert 'The event of place-order\n  {\n    "version": "2.0"\n  }' in repr(shown)
    assert 'X-A: 1\n\n  {\n    "id": 1\n  }' in repr(shown)
    assert "The event of place-order" in shown._repr_html_()


def test_without_a_function_there_is_no_event():
    """A refusal shows the answer only, and a body that is no text is counted."""
    refused = Exchange("x", Request("GET", "/", signed=True), Reply(403, (), b"\xff\xfe"), None)

    assert "✗ GET / (signed) → 403 Forbidden" in repr(refused)
    assert "no event: no function was called" in repr(refused)
    assert "2 bytes that are no text" in repr(refused)
    assert "The event" not in refused._repr_html_().replace("<th", "")
