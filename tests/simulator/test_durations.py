"""Durations are drawn from what they are called, and impossible ones are refused."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from random import Random

import pytest

from helpers.cloud.errors import KitError
from helpers.simulator.durations import (
    Duration,
    Exponential,
    Fixed,
    Lognormal,
    Normal,
    Percentiles,
)


def drawn(duration: Duration, count: int = 20_000) -> list[float]:
    """Return durations in order of size."""
    draw = duration.sampler(Random(3))
    return sorted(draw() for _ in range(count))


def test_each_distribution_has_its_own_figures() -> None:
    """Mean, median and 99th percentile are within three percent."""
    assert {80} == set(drawn(Fixed(80)))
    assert 100 == pytest.approx(statistics.mean(drawn(Normal(100, 20))), rel=0.03)
    assert 20 == pytest.approx(statistics.stdev(drawn(Normal(100, 20))), rel=0.03)
    assert 100 == pytest.approx(statistics.mean(drawn(Exponential(100))), rel=0.03)
    lognormal = drawn(Lognormal(80, 900))
    assert 80 == pytest.approx(lognormal[10_000], rel=0.03)
    assert 900 == pytest.approx(lognormal[19_800], rel=0.1)


def test_percentiles_are_met_at_their_points_and_never_left() -> None:
    """A dashboard's percentiles come out again."""
    values = drawn(Percentiles(((0, 20), (50, 40), (99, 300), (100, 900))))

    assert 40 == pytest.approx(values[10_000], rel=0.03)
    assert 300 == pytest.approx(values[19_800], rel=0.1)
    assert 20 <= values[0] <= values[-1] <= 900


def test_a_wide_normal_never_runs_backwards() -> None:
    """What would be negative takes a tenth of a millisecond."""
    assert 0.1 == drawn(Normal(10, 100))[0]


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Fixed(0), "from 0.1 to 900000"),
        (lambda: Fixed(900_001), "from 0.1 to 900000"),
        (lambda: Normal(10, -1), "at least 0"),
        (lambda: Lognormal(100, 50), "from 100 to 900000"),
        (lambda: Exponential(True), "a number"),
        (lambda: Percentiles(((0, 10), (50, 5), (100, 20))), "Write them as"),
        (lambda: Percentiles(((50, 5),)), "Write them as"),
    ],
)
def test_impossible_durations_say_what_is_possible(build: Callable[[], object], words: str) -> None:
    """No function runs for no time, or longer than fifteen minutes."""
    with pytest.raises(KitError, match=words):
        build()
