"""How many batches of a queue may be in flight."""

from __future__ import annotations

from helpers.cloud.queue_scaling import Scaling


def test_it_begins_with_five_and_grows_by_three_hundred_a_minute_while_all_are_busy():
    """Only time in which every batch was in flight counts."""
    scaling = Scaling()
    assert 5 == scaling.limit
    scaling.grow(5, now=0.0)
    scaling.grow(5, now=1.0)
    assert 10 == scaling.limit
    scaling.grow(4, now=50.0)
    scaling.grow(10, now=60.0)
    assert 10 == scaling.limit
    scaling.grow(10, now=120.0)
    assert 310 == scaling.limit


def test_batches_that_end_do_not_take_back_the_time_in_which_all_were_busy():
    """A queue with a backlog grows at the same rate, however short its batches are."""
    scaling = Scaling()
    for tick in range(200):
        now = tick * 0.05
        scaling.grow(scaling.limit - 1, now)  # one has just ended
        scaling.grow(scaling.limit, now)
    assert 54 == scaling.limit


def test_it_never_passes_its_ceiling():
    """MaximumConcurrency, or 1,250."""
    bounded, free = Scaling(2), Scaling()
    for scaling in (bounded, free):
        scaling.grow(5, now=0.0)
        scaling.grow(scaling.limit, now=100_000.0)
    assert (2, 1250) == (bounded.limit, free.limit)
    assert bounded.wait_s() is None


def test_failures_halve_it_and_successes_bring_it_back():
    """Two stay at least."""
    scaling = Scaling()
    for _ in range(4):
        scaling.failed()
    assert 2 == scaling.limit
    for _ in range(9):
        scaling.succeeded()
    assert 5 == scaling.limit


def test_an_idle_queue_begins_again_with_five():
    """What was gained is lost when nothing is in flight."""
    scaling = Scaling()
    scaling.grow(5, now=0.0)
    scaling.grow(5, now=10.0)
    scaling.grow(0, now=11.0)
    assert 5 == scaling.limit
