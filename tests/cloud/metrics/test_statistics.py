"""Statistics of a distribution, in bounded memory."""

from __future__ import annotations

import random

import pytest

from helpers.cloud.metrics.distribution import Distribution, merged
from helpers.cloud.metrics.statistics import statistic


def of(*values: float) -> Distribution:
    """Return a distribution of values."""
    distribution = Distribution()
    for value in values:
        distribution.add(value)
    return distribution


def computed(name: str, distribution: Distribution) -> float | None:
    """Return a statistic by its name."""
    compute = statistic(name)
    assert compute is not None
    return compute(distribution)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SampleCount", 10),
        ("Sum", 55),
        ("Average", 5.5),
        ("Minimum", 1),
        ("Maximum", 10),
        ("p50", 5),
        ("p90", 9),
        ("p99", 10),
        ("p99.9", 10),
        ("p0", 1),
        ("p100", 10),
        ("tm90", 5),
        ("TM(10%:90%)", 5.5),
        ("TM(2:5)", 4),
        ("IQM", 5.5),
        ("wm90", 5.4),
        ("tc90", 9),
        ("TC(:5)", 5),
        ("ts90", 45),
        ("TS(80%:)", 19),
        ("PR(:5)", 50),
        ("PR(5:8)", 30),
    ],
)
def test_statistics_have_the_values_of_their_definition(name: str, expected: float):
    """Each statistic of one to ten is what AWS's definition gives."""
    assert expected == pytest.approx(computed(name, of(*range(1, 11))))


@pytest.mark.parametrize(
    "name", ["", "p", "p101", "P99", "tm", "TM()", "TM(:)", "PR(10%:90%)", "median", "sum", "TM(1:"]
)
def test_what_is_no_statistic_is_none(name: str):
    """A name that CloudWatch does not know gives nothing."""
    assert statistic(name) is None


def test_percentiles_of_summaries_are_not_known():
    """Statistic sets give sums and averages, and no percentiles unless all values are equal."""
    mixed = of(1)
    mixed.add_summary(3, 30, 5, 15)
    equal = Distribution()
    equal.add_summary(3, 30, 10, 10)

    assert (4, 31, None) == tuple(computed(n, mixed) for n in ("SampleCount", "Sum", "p99"))
    assert 10 == computed("p99", equal)


def test_many_values_take_little_room_and_keep_their_percentiles():
    """200,000 different values are held in a few thousand entries, percentiles within a percent."""
    draw = random.Random(1)
    values = [draw.lognormvariate(4, 1) for _ in range(200_000)]
    distribution = of(*values)
    values.sort()

    assert 4_000 > len(distribution.values)
    assert sum(values) == pytest.approx(distribution.total)
    for share in (50, 90, 99, 99.9):
        exact = values[int(len(values) * share / 100) - 1]
        assert exact == pytest.approx(computed(f"p{share}", distribution), rel=0.01)


def test_distributions_add_up():
    """What was kept apart gives the same statistics together, coarse or not."""
    halves = [of(*range(1, 700)), of(*range(700, 1001))]

    whole = merged(halves)

    assert (1000, 500500) == (computed("SampleCount", whole), computed("Sum", whole))
    assert 990 == pytest.approx(computed("p99", whole), rel=0.01)
