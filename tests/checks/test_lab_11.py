"""Lab 11's checks, where the course's own rehearsal of wrong answers does not reach."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from helpers.checks.attempts import files, listed
from helpers.checks.lab_11 import LAB
from helpers.checks.lab_11_charges import _advice, leaked
from helpers.checks.lab_11_hostile import BASE, GOOD, HOSTILE
from helpers.checks.lab_11_report import _statements
from helpers.checks.lab_11_uploads import STAND_IN, _with_stand_in
from helpers.checks.outcome import NotYet

KEY, CARD = "pk-demo-81", "4000 0000 0000 0002"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("card=4000 0000 0000 0002", ["the card number"]),
        ("card=4000-0000-0000-0002;", ["the card number"]),
        ("n=4000000000000002 key=pk-demo-81", ["the payment key", "the card number"]),
        ('{"order_id": "o-2001", "total_cents": 3900, "card": "…0002"}', []),
    ],
)
def test_a_card_is_found_however_its_digits_are_grouped(line: str, found: list[str]) -> None:
    """Spaces and dashes hide nothing; the last four digits are no card number."""
    assert found == leaked(line, KEY, CARD)


def test_a_traceback_is_told_from_an_exception_that_left_the_handler() -> None:
    """The one is written by logging.exception, the other by Lambda."""
    assert "logging.exception" in _advice("app.CardRefused: over the limit: …")
    assert "every exception that leaves the handler" in _advice("[ERROR] CardRefused: over …")


def test_hostile_events_are_thirty_and_all_different() -> None:
    """Each tries something of its own, and none is a good order by accident."""
    events = [json.dumps(event) for _, event in HOSTILE]

    assert 30 == len(set(events))
    assert not set(events) & {json.dumps(event) for _, event in GOOD}
    assert BASE == GOOD[0][1]


@pytest.mark.parametrize("policy", ["no JSON", None, {"Version": "2012-10-17"}, {"Statement": 3}])
def test_what_is_no_policy_is_explained(policy: Any) -> None:
    """Before anything is deployed."""
    with pytest.raises(NotYet, match="This is no policy"):
        _statements(policy)


def test_a_policy_may_be_text_and_have_one_statement() -> None:
    """As IAM takes it."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}

    assert [statement] == _statements(json.dumps({"Statement": statement}))


def test_a_stand_in_takes_the_place_of_the_service_and_conditions_stay() -> None:
    """The simulator takes no services as callers."""
    statement = {"Principal": {"Service": "s3.amazonaws.com"}, "Condition": {"ArnLike": {}}}
    (changed,) = _with_stand_in({"Statement": [statement]})["Statement"]

    assert {"Principal": {"AWS": STAND_IN}, "Condition": {"ArnLike": {}}} == changed


def test_the_file_of_attempts_calls_the_learners_handler_by_its_name() -> None:
    """Whatever it is called."""
    (source,) = files("place").values()

    compile(source, "attempts.py", "exec")
    assert "app.place(event, context)" in cast("str", source)


def test_words_are_listed_as_in_a_sentence() -> None:
    """With commas, and an "and" before the last."""
    assert ["read", "read and write", "read, write and delete"] == [
        listed(["read"]),
        listed(["read", "write"]),
        listed(["read", "write", "delete"]),
    ]


def test_core_exercises_close_the_lab_and_stretch_exercises_master_it() -> None:
    """Three exercises are core, four stretch, in the order of the curriculum."""
    core = {"11.1": True, "11.2": False, "11.3": True, "11.4": False, "11.5": True}

    assert {**core, "11.6": False, "11.7": False} == {e.id: e.core for e in LAB.exercises}
