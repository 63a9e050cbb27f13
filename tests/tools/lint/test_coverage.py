"""Cells teach what the inventory knows, and all of what it asks of the labs there are."""

from __future__ import annotations

import pytest

from tools.coverage.inventory import read_inventory
from tools.lint.coverage import unknown, untaught


@pytest.fixture
def inventory(course):
    """What lessons/coverage of the good course asks for."""
    return read_inventory(course.root)


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        ("07-02", "lessons/coverage has no '07-02'"),
        ("claim 41", "lessons/coverage has no 'claim 41'"),
        ("09-01", "09-01 is left out: an advertisement"),
    ],
)
def test_unknown(spoil, lesson, inventory, id_, expected):
    """An id that is unknown, or left out on purpose, is told with the line of its cell."""
    assert [] == unknown(lesson, inventory)

    spoiled = spoil('"07-01"', f'"{id_}"')
    (problem,) = unknown(spoiled, inventory)
    cell = next(cell for cell in spoiled.cells if id_ in cell.teaches)

    assert expected in problem.message
    assert cell.line == problem.line


def test_untaught(spoil, lesson, inventory):
    """A topic or claim of a lab that is there, and that no cell teaches, is told with its text."""
    assert [] == untaught([lesson], inventory)

    found = untaught([spoil('"07-01", "claim 1", ', "")], inventory)

    assert [
        "No cell teaches 07-01 (what a scale says. Right: What it is given.). "
        'Teach it, then tag the cell: teaches=["07-01"].',
        "No cell teaches claim 1 (heard: Every parcel weighs the same. Right: Each has its own "
        'weight.). Teach it, then tag the cell: teaches=["claim 1"].',
    ] == [problem.message for problem in found]
    assert [] == untaught([], inventory)
