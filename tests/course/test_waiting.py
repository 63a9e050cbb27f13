"""Waiting for a condition is patient where the machine is slow."""

from __future__ import annotations

import pytest

from helpers.course import waiting
from helpers.course.waiting import STEP_S, SWIFT_S, first_true


class HandTime:
    """A clock that only sleeping and looking move."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> HandTime:
    """The clock of `first_true`."""
    time = HandTime()
    monkeypatch.setattr(waiting, "time", time)
    return time


def looks(hand: HandTime, took_s: float, *, until: int = 10**6) -> tuple[bool, int]:
    """Wait a second with looks that take so long; return the value and how many there were."""
    count = 0

    def condition() -> bool:
        nonlocal count
        count += 1
        hand.now += took_s
        return count == until

    return first_true(condition, 1.0), count


def test_a_busy_machine_gets_as_many_looks_as_an_idle_one(hand: HandTime):
    """Looks that take ten times as long do not use up the time for what they wait for."""
    idle = looks(hand, took_s=0.01)
    assert idle == looks(hand, took_s=0.1)
    assert (False, pytest.approx(1 / STEP_S, abs=1)) == (idle[0], idle[1] - 1)


def test_slow_looks_count_beyond_what_is_swift(hand: HandTime):
    """A condition that itself waits does not make the whole wait endless."""
    assert (False, 2) == looks(hand, took_s=SWIFT_S + 1.0 - STEP_S / 2)


def test_the_first_true_value_is_returned(hand: HandTime):
    """Nothing is waited for any longer."""
    assert (True, 3) == looks(hand, took_s=0.01, until=3)
