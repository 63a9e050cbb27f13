from __future__ import annotations

from collections.abc import Mapping

import pytest

from helpers.cloud.errors import KitError
from helpers.consoles.quiz import ANSWER, BACK, CHOSEN, FINISH, MISSED, NEXT, TIME_OVER, Quiz
from helpers.quiz.questions import QuestionSheet, load_questions


class Record:
    """A learner's record in memory."""

    def __init__(self) -> None:
        self.answers: dict[str, bool] = {}

    def quiz_history(self) -> Mapping[str, bool]:
        return self.answers

    def record_answer(self, slug: str, question: str, chosen: str, *, right: bool) -> None:
        self.answers[f"{slug}/{question}"] = right


class FakeLab:
    """Lab 00 with a record."""

    def __init__(self) -> None:
        self.record = Record()

    def questions(self) -> QuestionSheet:
        return load_questions("00-welcome")

    def progress(self) -> Record:
        return self.record


@pytest.fixture
def lab() -> FakeLab:
    """A lab whose learner has answered nothing yet."""
    return FakeLab()


def offered(quiz: Quiz) -> list[str]:
    return [action["do"] for action in quiz.panel.actions]


def rights(quiz: Quiz) -> list[str]:
    return sorted(quiz._sitting.current.question.right_letters())


def test_in_practice_reasons_follow_each_answer(lab: FakeLab):
    """Nothing is said before; then every option has its reason, and the answer is recorded."""
    quiz = Quiz(lab)
    assert ("", 0.0) == (quiz.panel.result, quiz.panel.ends_at)

    quiz.panel.press(ANSWER, {CHOSEN: rights(quiz)})

    assert "✔ right" in quiz.panel.result
    assert ANSWER not in offered(quiz)
    assert [True] == [*lab.record.answers.values()]


def test_nothing_chosen_is_no_answer(lab: FakeLab):
    """One is asked to choose, and nothing is recorded."""
    quiz = Quiz(lab)
    quiz.panel.press(ANSWER, {CHOSEN: []})

    assert "Choose an option" in quiz.panel.words
    assert {} == lab.record.answers


def test_missed_questions_can_be_asked_again(lab: FakeLab):
    """At the end, and in another sitting on another day."""
    quiz = Quiz(lab)
    wrong = {"A", "B"} - set(rights(quiz))
    quiz.panel.press(ANSWER, {CHOSEN: [min(wrong)]})
    missed = quiz._sitting.current
    quiz.panel.press(FINISH)
    quiz.panel.press(MISSED)

    assert (missed,) == quiz._sitting.items
    assert missed.question.question in repr(Quiz(lab, missed_only=True))


def test_a_timed_sitting_says_nothing_until_it_is_over(lab: FakeLab):
    """No reasons, no Answer button, a clock that the page shows; going on keeps the choice."""
    quiz = Quiz(lab, timed=True)
    assert quiz.panel.ends_at > 0
    assert ANSWER not in offered(quiz)
    quiz.panel.press(NEXT, {CHOSEN: rights(quiz)})
    quiz.panel.press(BACK, {CHOSEN: []})
    assert "" == quiz.panel.result
    assert {} == lab.record.answers

    quiz.panel.press(TIME_OVER, {CHOSEN: rights(quiz)})

    assert "1 of" in quiz.panel.result
    assert 0.0 == quiz.panel.ends_at
    assert [True] == [*lab.record.answers.values()]


def test_answers_at_the_bell_count(lab: FakeLab):
    """What stands in the page when time is over is the answer."""
    quiz = Quiz(lab, minutes=1e-9)
    quiz.panel.press(TIME_OVER, {CHOSEN: rights(quiz)})

    assert quiz._sitting.handed_in
    assert 1 == len(lab.record.answers)


def test_without_a_lab_every_lab_is_asked_about_and_nothing_is_recorded():
    """A quiz needs no account."""
    quiz = Quiz()

    assert {"00-welcome", "01-handlers"} <= {item.slug for item in quiz._items}
    assert {"00-welcome"} == {item.slug for item in Quiz(None, "00-welcome")._items}
    with pytest.raises(KitError, match="No question is missed"):
        Quiz(missed_only=True)


def test_the_twin_has_all_questions_and_answers(lab: FakeLab):
    """What a saved notebook keeps is the page of questions."""
    assert repr(load_questions("00-welcome")) == repr(Quiz(lab))
