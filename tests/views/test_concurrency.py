from __future__ import annotations

import math
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.simulator import Async, Fixed, Result, Scenario, Sqs, Sync, simulate
from helpers.views.concurrency import COLUMNS, INTERVALS, concurrency_view, facts, intervals

SHOP = Scenario(rate_per_s=30, duration=Fixed(300), period_s=20)


@pytest.fixture(scope="module")
def tight() -> Result:
    """A function with fewer environments than it needs."""
    return simulate(SHOP.changed(reserved=5), seed=4)


def test_the_text_twin_is_the_same_for_a_seed_and_another_for_another(tight: Result):
    """What a saved notebook keeps does not change from run to run."""
    again = simulate(SHOP.changed(reserved=5), seed=4)

    assert concurrency_view(tight).text == concurrency_view(again).text
    assert concurrency_view(tight).text != concurrency_view(simulate(SHOP, seed=5)).text


def test_the_figures_are_those_of_the_result(tight: Result):
    """Throttles, losses and the date of the prices stand in the picture's text."""
    text = concurrency_view(tight).text

    assert f"Throttles       {tight.counters.throttles:,}" in text
    assert f"prices of {tight.cost.prices_of}" in text
    assert dict(facts(tight))["Lost"] == f"{tight.counters.refused:,}"


def test_two_results_share_their_charts_and_are_told_apart_by_name(tight: Result):
    """A and B stand beside each other in figures, legends and text."""
    picture = concurrency_view(tight, simulate(SHOP, seed=4))

    assert "A environments" in picture.drawing
    assert "B environments" in picture.drawing
    assert "B until" in picture.text


def test_what_waits_is_drawn_only_when_something_waits(tight: Result):
    """An empty chart says nothing."""
    queued = simulate(SHOP.changed(source=Async(), reserved=5), seed=4)

    assert "Waiting" not in concurrency_view(tight).drawing
    assert "Waiting" in concurrency_view(queued).drawing


def test_a_limit_that_was_reached_is_drawn_and_a_far_one_is_not(tight: Result):
    """A limit of a thousand would press ten environments to the floor."""
    assert "limit 5" in concurrency_view(tight).drawing
    assert "limit 1,000" not in concurrency_view(simulate(SHOP)).drawing


def test_a_function_that_serves_nothing_has_a_picture_without_latencies():
    """Reserved concurrency 0 is drawn, too."""
    picture = concurrency_view(simulate(SHOP.changed(reserved=0)))

    assert "p99 latency     –" in picture.text
    assert "Latency that" not in picture.drawing


@settings(max_examples=25, deadline=None)
@given(
    rate=st.sampled_from([0.0, 0.5, 20.0]),
    period_s=st.floats(1, 2000),
    source=st.sampled_from([Sync(), Async(), Sqs(maximum_concurrency=2)]),
    reserved=st.none() | st.integers(0, 10),
)
def test_every_simulation_can_be_drawn(
    rate: float, period_s: float, source: Sync | Async | Sqs, reserved: int | None
):
    """Whatever the settings, the drawing is XML and the intervals cover the whole time."""
    scenario = Scenario(rate_per_s=rate, period_s=period_s, source=source, reserved=reserved)
    result = simulate(scenario)
    shown = intervals(result, INTERVALS)

    ET.fromstring(concurrency_view(result).svg().partition("\n")[2])
    assert 0.0 == shown[0].start_s
    assert math.isclose(result.elapsed_s, shown[-1].end_s)
    assert all(one.end_s == other.start_s for one, other in pairwise(shown))
    busy = COLUMNS.index("busy")
    assert result.peak_concurrency == max(each.values[busy] for each in shown)


def test_a_cancelled_simulation_is_drawn():
    """What had happened until then is a picture as well."""
    result = simulate(SHOP, cancelled=lambda: True)

    assert result.cancelled
    assert "Requests" in concurrency_view(result).text
