from __future__ import annotations

from typing import Any

import pytest

from helpers.checks.exercise import Exercise, LabChecks, Prediction, find_lab
from helpers.cloud.errors import KitError


def test_a_prediction_needs_its_answer_among_the_options():
    """A question whose answer cannot be chosen is refused when it is written."""
    with pytest.raises(ValueError, match="answer 'C' is not an option"):
        Prediction("1.a", "Which?", {"A": "a", "B": "b"}, "C", {"A": "", "B": ""})


def test_a_prediction_needs_a_reason_for_every_option():
    """A wrong option without a reason teaches nothing, so it is refused."""
    with pytest.raises(ValueError, match="every option needs a reason"):
        Prediction("1.a", "Which?", {"A": "a", "B": "b"}, "A", {"A": "because"})


def test_an_unknown_exercise_names_those_there_are():
    """A mistyped id is answered with the list of ids."""
    exercise = Exercise("1.1", "total an order", True, ("a", "b", "c"), lambda *_: None)
    lab = LabChecks("01-x", (exercise,))

    assert exercise is lab.exercise("1.1")
    with pytest.raises(KitError, match=r"no exercise '1\.7'.*It has: 1\.1"):
        lab.exercise("1.7")


def test_an_unknown_lab_is_answered_with_where_to_look():
    """A slug without a module of checks is a kind error, not ModuleNotFoundError."""
    with pytest.raises(KitError, match="There is no lab '98-nowhere'"):
        find_lab("98-nowhere")


def test_a_slug_that_is_nearly_right_is_corrected():
    """The number alone finds the module; the full slug is asked for."""
    with pytest.raises(KitError, match=r"Did you mean Lab\(.00-welcome"):
        find_lab("00-handlers")


@pytest.mark.parametrize("name", [1.1, 1, None, len])
def test_a_name_that_is_no_text_is_asked_for_in_quotes(name: Any):
    """Whoever forgets the quotes reads how to write it, and not that 1.1 is missing from 1.1."""
    with pytest.raises(KitError, match=r'no text.*in quotes: "1\.1"'):
        find_lab("01-handlers").exercise(name)
