from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.errors import KitError
from helpers.quiz.sitting import Sitting
from tests.quiz.conftest import item

ITEMS = (item("1", rights="A"), item("2", rights="BC"), item("3", rights="C"))
LETTERS = st.sets(st.sampled_from("ABC"))


def test_practice_shows_the_reasons_of_an_answered_question_and_of_no_other():
    """One reads why at once, and the answer then stands."""
    sitting = Sitting(ITEMS).answer("B").answer("A")

    assert sitting.shows_reasons(ITEMS[0], now_s=0)
    assert not sitting.shows_reasons(ITEMS[1], now_s=0)
    assert {"B"} == sitting.mark(ITEMS[0]).chosen


def test_without_minutes_nobody_looks_at_a_clock():
    """Practice never ends by itself."""
    sitting = Sitting(ITEMS)

    assert sitting.left_s(1e9) is None
    assert not sitting.is_over(1e9)


def test_a_timed_sitting_hides_reasons_until_it_is_over():
    """Answers may be changed until then, and not after."""
    sitting = Sitting.timed(ITEMS, now_s=100.0).answer("B", now_s=101).answer("A", now_s=102)

    assert 6 * 60 - 2 == sitting.left_s(102.0)
    assert not sitting.shows_reasons(ITEMS[0], now_s=102)
    assert sitting.shows_reasons(ITEMS[0], now_s=100 + 6 * 60)
    assert sitting == sitting.answer("C", now_s=100 + 6 * 60)
    assert sitting.hand_in().shows_reasons(ITEMS[2], now_s=102)


def test_all_right_options_and_only_they_are_right():
    """Half of two right options is wrong, and so is one too many."""
    for letters, right in (("BC", True), ("B", False), ("ABC", False)):
        assert right == Sitting(ITEMS).go(1).answer(letters).mark(ITEMS[1]).right


def test_unanswered_questions_count_only_when_time_was_asked_for():
    """In practice one may stop; an exam counts what has no answer."""
    assert () == Sitting(ITEMS).missed()
    assert ITEMS == Sitting.timed(ITEMS, now_s=0).missed()


def test_an_unknown_letter_is_named():
    """The error lists the letters there are."""
    with pytest.raises(KitError, match=r"has no option D.*A, B, C"):
        Sitting(ITEMS).answer("D")


@pytest.mark.parametrize("minutes", [0, -1])
def test_a_limit_without_time_is_refused(minutes: float):
    """No one can answer in no time."""
    with pytest.raises(KitError, match="is no time limit"):
        Sitting.timed(ITEMS, now_s=0, minutes=minutes)


def test_a_sitting_without_questions_is_refused():
    """There is always a current question."""
    with pytest.raises(KitError, match="at least one"):
        Sitting(())


@given(moves=st.lists(st.tuples(st.integers(-9, 9), LETTERS), max_size=20), timed=st.booleans())
def test_marks_agree_with_the_answers_that_stand(
    moves: Sequence[tuple[int, set[str]]], *, timed: bool
):
    """Whatever is done: right plus missed is what counts, and the place is one of the questions."""
    sitting = Sitting.timed(ITEMS, now_s=0) if timed else Sitting(ITEMS)
    for place, letters in moves:
        sitting = sitting.go(place).answer(letters)

    counted = sitting.counted()
    assert len(counted) == sum(mark.right for mark in counted) + len(sitting.missed())
    assert 0 <= sitting.place < len(ITEMS)
    assert all(mark.chosen for mark in counted) or timed
