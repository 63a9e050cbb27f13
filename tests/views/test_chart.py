"""Charts: axes that cover the values, series told without colour, a table as twin."""

from __future__ import annotations

import math
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.errors import KitError
from helpers.views.axes import ticks
from helpers.views.chart import Kind, Series, chart

numbers = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@given(st.lists(numbers, min_size=1, max_size=50))
def test_ticks_are_even_and_cover_every_value(values: list[float]):
    """They rise by one step, and begin and end beyond the values."""
    found = ticks(values)
    steps = [b - a for a, b in pairwise(found)]
    slack = max(steps) * 1e-6

    assert 2 <= len(found) <= 12
    assert found[0] <= min(values) + slack
    assert max(values) - slack <= found[-1]
    assert all(math.isclose(step, steps[0], rel_tol=1e-3) for step in steps)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=30), st.sampled_from(Kind))
def test_any_series_is_drawn_inside_its_picture(points: list[tuple[float, float]], kind: Kind):
    """Whatever the values, the drawing is well formed and no coordinate is missing."""
    drawn = chart("Any", Series("any", sorted(points), kind), x="x", y="y")

    ElementTree.fromstring(drawn.drawing)
    assert "nan" not in drawn.drawing
    assert "inf" not in drawn.drawing


def test_the_twin_is_a_table():
    """A row for each x; a step holds its value, a line is read between its points."""
    steps = Series("limit", [(0, 10), (2, 20)], Kind.STEP)
    used = Series("used", [(0, 0), (1, 4), (2, 8)])
    drawn = chart("Twin", used, steps, Series("peak", [(0, 5), (2, 7)], Kind.BAR), x="s", y="n")

    assert [
        ["s", "used", "limit", "peak"],
        ["0", "0", "10", "5"],
        ["2", "8", "20", "7"],
        ["highest", "8", "20", "7"],
    ] == [line.split() for line in drawn.text.splitlines()]


def test_categories_stand_under_their_bars():
    """With names, the axis and the table say them."""
    bars = Series("cost", [(0, 2), (1, 3)], Kind.BAR)
    drawn = chart("Cost", bars, x="memory", y="USD", names=["128 MB", "1,769 MB"])

    assert "memory    cost\n128 MB    2\n1,769 MB  3" == drawn.text
    assert ">1,769 MB</text>" in drawn.drawing


def test_a_peak_among_many_points_is_drawn():
    """Thinning keeps the highest value: the curve still reaches the top of the plot."""
    points = [(n / 100, 0.0) for n in range(50_000)]
    points[31_337] = (313.37, 100.0)
    drawn = chart("Peak", Series("rare", points), x="s", y="n")
    path = next(e for e in ElementTree.fromstring(drawn.drawing).iter("path")).get("d", "")

    assert " 34.0L" in path
    assert len(drawn.html()) < 40_000


def test_series_are_told_apart_without_colour():
    """Each has a mark of its own, and curves have dashes of their own."""
    drawn = chart(
        "Three", *(Series(f"s{n}", [(0, n), (1, n)]) for n in range(3)), x="x", y="y"
    ).drawing
    groups = [g for g in ElementTree.fromstring(drawn).iter("g") if g.find("title") is not None]
    curves = [g.findall("path")[0].get("stroke-dasharray") for g in groups]
    marks = [g.findall("path")[1].get("d") for g in groups]

    assert 3 == len(set(curves))
    assert 3 == len(set(marks))


@pytest.mark.parametrize("series", [(), (Series("empty", []),), (Series("s", [(0, 0)]),) * 8])
def test_a_chart_that_cannot_be_read_is_refused(series: tuple[Series, ...]):
    """None, an empty one, or more than seven."""
    with pytest.raises(KitError, match="1 to 7 series"):
        chart("No", *series, x="x", y="y")
