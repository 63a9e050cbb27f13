from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from helpers.cloud.clock import Clock, Timers

SOON_S = 10.0


@pytest.fixture
def timers() -> Iterator[Timers]:
    """Timers of a clock that is not lapsed."""
    timers = Timers(Clock())
    yield timers
    timers.close()


def test_time_lapse_divides_platform_waits_only():
    """At a factor of 60 two minutes take two seconds; the clocks go on as ever."""
    clock = Clock(time_lapse=60)

    assert 2.0 == clock.lapsed(120)
    assert abs(clock.today().timestamp() - clock.now()) < SOON_S


def test_time_lapse_can_change_while_the_cloud_runs():
    """A wait is lapsed by the factor that holds when it is asked for."""
    clock = Clock()
    clock.time_lapse = 10

    assert 1.0 == clock.lapsed(10)


def test_the_steady_clock_never_goes_back():
    """Durations come from a clock that nobody sets."""
    clock = Clock()
    moments = [clock.steady() for _ in range(100)]

    assert sorted(moments) == moments


def test_timers_run_in_the_order_in_which_they_are_due(timers: Timers):
    """The earliest runs first, whenever it was added; equal ones in the order they came."""
    ran: list[str] = []
    done = threading.Event()
    timers.after(0.06, done.set)
    timers.after(0.04, lambda: ran.append("later"))
    timers.after(0.0, lambda: ran.append("first"))
    timers.after(0.0, lambda: ran.append("second"))

    assert done.wait(SOON_S)
    assert ["first", "second", "later"] == ran


def test_a_timer_that_comes_before_the_one_waited_for_is_not_late(timers: Timers):
    """Adding a nearer timer wakes the thread that waits for a far one."""
    done = threading.Event()
    timers.after(3600, lambda: None)
    timers.after(0.0, done.set)

    assert done.wait(SOON_S)


def test_a_cancelled_timer_never_runs(timers: Timers):
    """Cancelling forgets the action; cancelling twice, or after it ran, is harmless."""
    ran: list[str] = []
    done = threading.Event()
    cancelled = timers.after(0.01, lambda: ran.append("cancelled"))
    last = timers.after(0.03, done.set)
    cancelled.cancel()
    cancelled.cancel()

    assert done.wait(SOON_S)
    last.cancel()
    assert [] == ran


def test_an_action_may_add_a_timer_and_close():
    """Actions run without a lock, so they may use the timers, even end them."""
    timers = Timers(Clock())
    done = threading.Event()

    def close() -> None:
        timers.close()
        done.set()

    timers.after(0.0, lambda: timers.after(0.0, close) and None)

    assert done.wait(SOON_S)


def test_an_action_that_fails_does_not_end_the_others(
    timers: Timers, capfd: pytest.CaptureFixture[str]
):
    """A fault in one action is printed, and the next timer runs."""
    done = threading.Event()
    timers.after(0.0, lambda: 1 / 0 and None)
    timers.after(0.01, done.set)

    assert done.wait(SOON_S)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_close_drops_what_waits_and_ends_the_thread():
    """After close nothing runs, and no thread is left."""
    timers = Timers(Clock())
    ran: list[str] = []
    timers.after(0.02, lambda: ran.append("late"))

    timers.close()

    assert not timers._thread.is_alive()
    assert [] == ran
