"""What became of an event that was handed over."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.views.fate import fate_of


def record(kind: str, time: float, **members: Any) -> dict[str, Any]:
    """Return a record of the event "a"."""
    return {"kind": kind, "time": time, "request_id": "a", **members}


FAILED = {"status": "error", "error_type": "KeyError", "duration_ms": 1.5}
LIFE = [
    record("event.queued", 10.0),
    record("invocation.started", 10.01),
    {**record("invocation.started", 10.02), "request_id": "b"},
    record("environment.frozen", 10.03),
    record("invocation.finished", 10.1, **FAILED),
    record("event.retried", 10.1, attempts=1, wait_s=60.0, reason="KeyError"),
]


def test_the_stations_of_one_event_are_told_in_order():
    """Other events and what happens to environments are left out."""
    fate = fate_of(LIFE, "a")

    assert [
        ("after 0.00 s", "in the function's queue"),
        ("after 0.01 s", "running"),
        ("after 0.10 s", "failed: KeyError"),
        (
            "after 0.10 s",
            "will be tried again after 60 s of AWS's time, because of KeyError (tried so far: 1)",
        ),
    ] == [*fate.stations]
    assert not fate.settled


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (
            record("invocation.finished", 12.0, status="success", error_type=None, duration_ms=2.0),
            "succeeded in 2 ms",
        ),
        (
            record("event.dropped", 12.0, attempts=3, reason="RetriesExhausted"),
            "dropped after 3 tries: RetriesExhausted",
        ),
        (
            record(
                "event.sent_on",
                12.0,
                condition="RetriesExhausted",
                target="arn:q",
                delivered=True,
                reason="",
                dead_letter=True,
            ),
            "sent on to the dead-letter queue arn:q",
        ),
        (
            record(
                "event.sent_on",
                12.0,
                condition="OnSuccess",
                target="arn:q",
                delivered=False,
                reason="AccessDenied",
                dead_letter=False,
            ),
            "could not be sent on to the destination (OnSuccess) arn:q: AccessDenied",
        ),
        (record("recursion.stopped", 12.0, runs=16), "stopped as a loop after 16 runs"),
    ],
)
def test_the_end_is_known(last: dict[str, Any], words: str):
    """Success, a drop, a destination, a stopped loop: nothing more will come."""
    fate = fate_of([*LIFE, last], "a")

    assert (words, True) == (fate.last(), fate.settled)


def test_before_the_first_record_the_event_is_accepted():
    """No records are no error."""
    assert ("accepted", False) == (fate_of([], "a").last(), fate_of([], "a").settled)
