from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.billing import Architecture
from helpers.views.measured import cheapest, fastest, measured


def run(memory_mb: int, ms: float, *, init: float | None = None, **more: Any) -> dict[str, Any]:
    """Return a record of one invocation that ended."""
    return {
        "kind": "invocation.finished",
        "function": "thumbnail",
        "status": "success",
        "memory_mb": memory_mb,
        "duration_ms": ms,
        "init_ms": init,
        **more,
    }


def test_a_size_is_the_median_of_its_warm_runs():
    """The first run of an environment is told apart, with its init."""
    (point,) = measured([run(128, 90, init=200), run(128, 30), run(128, 40), run(128, 31)])

    assert (128, 31, 30, 40, 3) == (
        point.memory_mb, point.median_ms, point.shortest_ms, point.longest_ms, point.runs,
    )  # fmt: skip
    assert 200 == point.init_ms


def test_cold_runs_count_where_there_are_no_warm_ones():
    """One run is better than none."""
    (point,) = measured([run(128, 90, init=200)])

    assert 90 == point.median_ms


def test_failed_runs_and_other_functions_are_left_out():
    """What timed out says nothing of how long the work takes."""
    records = [
        run(128, 3000, status="timeout"),
        run(128, 30),
        run(256, 1, function="other"),
        run(512, 3000, status="timeout"),
        {"kind": "invocation.throttled", "function": "thumbnail"},
    ]

    (point,) = measured(records, function="thumbnail")

    assert (30, 1) == (point.median_ms, point.failed)


def test_a_million_runs_cost_what_the_price_list_says():
    """0.1 s at 1 GB: $0.20 for requests, $1.67 for compute; less on arm64."""
    (point,) = measured([run(1024, 99.1)])

    assert 100 == point.billed_ms
    assert Decimal("1.86667") == point.usd_per_million()
    assert Decimal("1.53334") == point.usd_per_million(Architecture.ARM64)


def test_one_vcpu_comes_with_1769_mb():
    """The processor's share follows memory."""
    (point,) = measured([run(1769, 5)])

    assert 1 == point.vcpus


@given(
    st.lists(
        st.tuples(
            st.sampled_from([128, 512, 1769]),
            st.floats(0.5, 1e5),
            st.none() | st.floats(1, 1e4),
        ),
        min_size=1,
    )
)
def test_points_are_sorted_and_within_what_was_seen(runs: list[tuple[int, float, float | None]]):
    """Sizes rise, medians lie within, and nothing is faster or cheaper than the best."""
    points = measured([run(memory, ms, init=init) for memory, ms, init in runs])

    assert sorted({memory for memory, _, _ in runs}) == [point.memory_mb for point in points]
    for point in points:
        assert point.shortest_ms <= point.median_ms <= point.longest_ms
        assert fastest(points).median_ms <= point.median_ms * 1.05
        assert cheapest(points).usd_per_million() <= point.usd_per_million() * Decimal("1.01")


def test_a_difference_within_the_noise_does_not_decide():
    """Twice the memory for 1 ms less is not called the fastest."""
    points = measured([run(1769, 58), run(3008, 57)])

    assert 1769 == fastest(points).memory_mb


def test_half_the_time_for_twice_the_memory_costs_about_the_same():
    """Equal costs go to the faster size."""
    points = measured([run(512, 200), run(1024, 100)])

    assert pytest.approx(1.0) == float(points[0].usd_per_million() / points[1].usd_per_million())
    assert 1024 == cheapest(points).memory_mb
