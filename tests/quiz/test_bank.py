from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.errors import KitError
from helpers.quiz.bank import items_of, labs_with_questions, pick, sheets_of
from tests.quiz.conftest import item

ITEMS = [item(str(number)) for number in range(6)]


def test_without_names_every_lab_is_asked_about():
    """The course's own labs, in their order, each question known by lab and id."""
    items = items_of(sheets_of(()))

    assert labs_with_questions() == list(dict.fromkeys(each.slug for each in items))
    assert len(items) == len({each.key for each in items})


def test_only_missed_questions_are_those_whose_last_answer_was_wrong():
    """Neither right ones nor unanswered ones are asked again."""
    history = {ITEMS[1].key: False, ITEMS[2].key: True}

    assert (ITEMS[1],) == pick(ITEMS, history=history, missed_only=True)


def test_a_few_begin_with_the_missed_ones():
    """A warm-up of three repeats what went wrong first."""
    history = {ITEMS[4].key: False, ITEMS[0].key: True}

    assert (ITEMS[4], ITEMS[0], ITEMS[1]) == pick(ITEMS, history=history, count=3)


def test_nothing_missed_is_said_with_what_to_do():
    """An empty sitting is an error that names the way out."""
    with pytest.raises(KitError, match=r"No question is missed.*leave missed_only away"):
        pick(ITEMS, missed_only=True)


@given(st.integers(), st.integers(1, 10))
def test_a_seed_mixes_the_same_way_and_loses_nothing(seed: int, count: int):
    """The same seed asks in the same order."""
    mixed = pick(ITEMS, seed=seed)

    assert set(ITEMS) == set(mixed)
    assert mixed == pick(ITEMS, seed=seed)
    assert mixed[:count] == pick(ITEMS, seed=seed, count=count)
