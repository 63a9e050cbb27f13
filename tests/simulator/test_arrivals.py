"""Requests come when a shape says: in order, within the period, and as many as it promises."""

from __future__ import annotations

import math
from random import Random

import pytest

from helpers.cloud.errors import KitError
from helpers.simulator.arrivals import (
    Arrivals,
    Burst,
    Constant,
    DayCurve,
    Poisson,
    Ramp,
    Replay,
    Steps,
)

SHAPES = [
    Constant(50),
    Poisson(50),
    Burst(500, at_s=20, background_per_s=40),
    Ramp(0, 100),
    Ramp(100, 0),
    Steps(((10, 20), (50, 100))),
    DayCurve(10, 90, day_s=100),
    Replay(tuple(number / 50 for number in range(5000))),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_shape_is_in_order_and_brings_what_it_promises(shape: Arrivals) -> None:
    """Moments rise within the period; their number is within four standard deviations."""
    times = list(shape.times(Random(7), 100.0))
    expected = shape.expected(100.0)

    assert sorted(times) == times
    assert 0.0 <= times[0] <= times[-1] <= 100.0
    assert abs(len(times) - expected) <= 4 * math.sqrt(expected)


def test_a_burst_is_one_moment() -> None:
    """All requests of a burst come at once, also after the last one of the background."""
    assert [3.0] * 5 == list(Burst(5, at_s=3).times(Random(0), 10))
    assert [] == list(Burst(5, at_s=30).times(Random(0), 10))
    assert 5 == list(Burst(5, at_s=3, background_per_s=2).times(Random(0), 10)).count(3.0)


def test_steps_change_the_rate_at_their_moments() -> None:
    """Nothing comes before the first step, and each rate holds until the next one."""
    times = list(Steps(((10, 20), (20, 0), (30, 200))).times(Random(1), 40))

    assert 0 == sum(at < 10 or 20 <= at < 30 for at in times)
    assert sum(10 <= at < 20 for at in times) < sum(at >= 30 for at in times) / 5


def test_a_day_is_quiet_at_its_start_and_busy_in_its_middle() -> None:
    """The cosine lies between the lowest and the highest rate."""
    times = list(DayCurve(1, 101, day_s=1000).times(Random(1), 1000))
    quiet, busy = (sum(start <= at < start + 100 for at in times) / 100 for start in (0, 450))

    assert 1 <= quiet <= 8
    assert 90 <= busy <= 110


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_same_seed_gives_the_same_moments(shape: Arrivals) -> None:
    """Two runs with one seed are equal."""
    assert list(shape.times(Random("x"), 30)) == list(shape.times(Random("x"), 30))


def test_impossible_arrivals_say_what_to_write() -> None:
    """Each error names the value and what would be possible."""
    for build, words in (
        (lambda: Constant(-1), "at least 0"),
        (lambda: Poisson(math.nan), "at least 0"),
        (lambda: Poisson("9"), "a number"),  # type: ignore[arg-type]
        (lambda: Burst(0), "at least 1"),
        (lambda: Burst(1.5), "whole number"),  # type: ignore[arg-type]
        (lambda: Steps(()), "Write pairs"),
        (lambda: Steps(((5, 1), (5, 2))), "Write pairs"),
        (lambda: DayCurve(10, 5), "at least 10"),
        (lambda: Replay((2.0, 1.0)), "sort them"),
        (lambda: Ramp(1, math.inf), "at least 0"),
    ):
        with pytest.raises(KitError, match=words):
            build()
