"""Heard elsewhere asks for two to six sentences."""

from __future__ import annotations

import pytest

from tools.lint.heard import sentences

LINE = 'lab.predict("7.b", ...)  # Every parcel weighs the same.\n'


@pytest.mark.parametrize(("times", "count"), [(0, 1), (6, 7)])
def test_count(lesson, spoil, times, count):
    """Too few and too many sentences to mark are told at the heading."""
    assert [] == sentences(lesson)

    (problem,) = sentences(spoil(LINE, LINE * times))

    assert f"{count} sentences to mark; 2 to 6 are wanted" in problem.message
