from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cloud.billing import Architecture
from helpers.cloud.errors import KitError
from helpers.views.bill import bill_view
from helpers.views.cost import SHORT, cost_view
from helpers.views.month import Month
from tests.views.test_measured import run

RUNS = [run(128, 800, init=200), *(run(size, 102_400 / size) for size in (128, 512, 1024))]


def test_every_size_has_a_row_with_time_and_both_prices():
    """The text twin is the table one would make by hand."""
    text = cost_view(RUNS, function="thumbnail").text

    assert "1,024  0.58  1     100 ms  100 ms – 100 ms  –       100 ms  $1.87   $1.53" in text
    assert "128    0.07  1     800 ms" in text
    assert "Prices of 2026-" in text


def test_the_picture_names_fastest_and_cheapest():
    """Equal costs go to the faster size, which here is both."""
    picture = cost_view(RUNS)

    assert "Fastest: 1,024 MB" in picture.text
    assert "Cheapest: 1,024 MB" in picture.text
    assert "Init of a cold start" in picture.drawing


def test_runs_without_a_cold_start_have_no_chart_of_inits():
    """Nothing is drawn that was not seen."""
    assert "Init of a cold start" not in cost_view(RUNS[1:]).drawing


def test_nothing_measured_is_said_with_what_to_do():
    """An empty picture would be a riddle."""
    with pytest.raises(KitError, match=r"no run to draw.*two memory sizes"):
        cost_view([run(128, 3000, status="timeout")])


def test_runs_too_short_to_compare_are_said():
    """Within a period or two of the processor's share, chance decides."""
    assert SHORT in cost_view([run(128, 39)]).text
    assert SHORT not in cost_view([run(128, 41)]).text


def test_more_sizes_than_shapes_are_thinned_in_the_chart_and_all_in_the_text():
    """The smallest and the largest stay."""
    picture = cost_view([run(128 * n, 900 / n) for n in range(1, 12)])

    assert all(f"\n{128 * n:,} " in picture.text for n in range(1, 12))
    assert ">1,408</text>" in picture.drawing


@settings(max_examples=40, deadline=None)
@given(
    st.builds(
        Month,
        requests=st.integers(0, 10**9),
        duration_ms=st.floats(0.1, 900_000),
        memory_mb=st.integers(128, 10_240),
        ephemeral_mb=st.sampled_from([512, 10_240]),
        architecture=st.sampled_from(Architecture),
        free_tier=st.booleans(),
    )
)
def test_every_month_can_be_drawn(month: Month):
    """Whatever the quantities, the drawing is XML and the text ends with the break-even."""
    picture = bill_view(month)

    ET.fromstring(picture.svg().partition("\n")[2])
    assert "runs more than 60% of the time" in picture.text
