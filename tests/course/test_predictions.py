from __future__ import annotations

from pathlib import Path

import pytest

from helpers.checks.exercise import LabChecks, Prediction
from helpers.course.predictions import predict, saw
from helpers.course.progress import Progress, open_file

QUESTION = Prediction(
    "1.a",
    "How many environments?",
    {"A": "one", "B": "ten"},
    "B",
    {"A": "One serves one event at a time.", "B": "Each concurrent event needs its own."},
)
LAB = LabChecks("01-x", (), (QUESTION,))


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(open_file(tmp_path / "p.json"))


def test_a_prediction_is_recorded_and_repeated_in_words(progress: Progress):
    """One letter is enough; the card spells the option."""
    assert "you say B: ten" in str(predict(LAB, progress, "1.a", "b"))
    assert {"1.a": "B"} == progress.guesses("01-x")


def test_the_placeholder_never_blocks_and_records_nothing(progress: Progress):
    """An untouched prediction cell runs and says what could be written."""
    assert 'Write "A" or "B" instead of ...' in str(predict(LAB, progress, "1.a", ...))
    assert {} == progress.guesses("01-x")


def test_an_unknown_option_is_a_kind_message(progress: Progress):
    """A letter that is no option names those there are, without an exception."""
    assert 'Choose "A" or "B"' in str(predict(LAB, progress, "1.a", "Z"))
    assert {} == progress.guesses("01-x")


def test_an_unknown_option_leaves_what_was_said_before(progress: Progress):
    """Whoever mistypes a second opinion still has the first, and reads so."""
    predict(LAB, progress, "1.a", "A")

    assert "Until then you say A." in str(predict(LAB, progress, "1.a", 2))
    assert {"1.a": "A"} == progress.guesses("01-x")


def test_a_right_prediction_is_confirmed_with_its_reason(progress: Progress):
    """What was said and what happened agree, and the mechanism is named."""
    predict(LAB, progress, "1.a", "B")

    text = str(saw(LAB, progress, "1.a"))

    assert "B, and so it was" in text
    assert "Each concurrent event needs its own." in text
    assert "Why not" not in text


def test_another_prediction_stands_beside_what_happened_with_both_reasons(progress: Progress):
    """The belief behind a wrong option gets its own answer."""
    predict(LAB, progress, "1.a", "A")

    text = str(saw(LAB, progress, "1.a"))

    assert "A: one" in text
    assert "B: ten" in text
    assert "Why not A" in text
    assert "One serves one event at a time." in text


def test_without_a_prediction_what_happened_is_shown_all_the_same(progress: Progress):
    """Skipping a prediction costs nothing."""
    assert "nothing yet" in str(saw(LAB, progress, "1.a"))
    assert "B: ten" in str(saw(LAB, progress, "1.a"))


TRUTHS = {
    "true": "A browser stops at it.",
    "half": "Only Python reads it.",
    "false": "JSON has no word for it.",
}
HEARD = Prediction("1.g", "NaN is JSON.", dict.fromkeys(TRUTHS, ""), "half", TRUTHS)
HEARD_LAB = LabChecks("01-x", (), (HEARD,))


def test_options_in_small_letters_are_found_too(progress: Progress):
    """Sentences heard elsewhere are marked "true", "half" or "false", however they are typed."""
    assert "✎ 1.g you say half" == str(predict(HEARD_LAB, progress, "1.g", "Half"))
    assert {"1.g": "half"} == progress.guesses("01-x")


@pytest.mark.parametrize(
    ("said", "mine", "verdict", "why"),
    [
        ("half", "half", "half true, as you said", "Only Python reads it."),
        ("true", "true", "half true", "A browser stops at it."),
        (..., "nothing yet", "half true", "Only Python reads it."),
    ],
)
def test_a_marked_sentence_is_answered_in_its_own_words(
    progress: Progress, said: object, mine: str, verdict: str, why: str
):
    """The card says how true the sentence is, and answers the belief behind a wrong mark."""
    predict(HEARD_LAB, progress, "1.g", said)

    card = saw(HEARD_LAB, progress, "1.g")

    assert (("You said", mine), ("It is", verdict), ("Why", why)) == card.lines
    assert "“NaN is JSON.”" in card.heading
