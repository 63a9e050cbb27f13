from __future__ import annotations

import pytest

from helpers.checks.exercise import Exercise
from helpers.cloud.errors import KitError
from helpers.course.hints import Hints

EXERCISE = Exercise("1.2", "do it", True, ("first", "second", "third"), lambda *_: None)


def test_each_call_gives_the_next_of_three_and_stays_at_the_last():
    """Hints come one at a time, without a gate."""
    hints = Hints()

    shown = [str(hints.show(EXERCISE)) for _ in range(4)]

    assert ["first", "second", "third", "third"] == [text.split("\n")[1] for text in shown]
    assert "1.2 hint 1 of 3, a nudge" in shown[0]
    assert 'Next: lab.hint("1.2")' in shown[0]
    assert "Next" not in shown[3]


def test_a_hint_can_be_asked_for_by_number():
    """A failed check names the hint that fits; any of the three can be had at once."""
    assert "third" in str(Hints().show(EXERCISE, 3))


def test_a_hint_that_does_not_exist_names_those_that_do():
    """There are three, and the message says how to ask."""
    with pytest.raises(KitError, match="Hints are 1, 2 and 3"):
        Hints().show(EXERCISE, 4)
