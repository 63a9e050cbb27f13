"""What a learner is told whose answer has another shape, or whose function ends in an error."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.checks.function_errors import ANYWHERE, ERRORS, advice_anywhere, advice_on
from helpers.checks.shapes import advice_on_dict


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "returned nothing"),
        ('{"order_id": "o-1"}', "Return the dict itself"),
        (7, "Return a dict with the keys order_id, total"),
        ({"order_id": "o-1"}, "lacks total"),
        ({"order_id": "o-1", "total": 1, "unit": "ct"}, "Leave out unit"),
    ],
)
def test_each_wrong_shape_is_told_by_what_is_wrong_with_it(answer: Any, told: str) -> None:
    """Nothing, a text, a number, too few keys and too many are five mistakes."""
    assert told in advice_on_dict(answer, ("order_id", "total"))


def test_the_right_shape_needs_no_advice() -> None:
    """Values are for the check to judge; None is one of them."""
    assert "" == advice_on_dict({"total": None, "order_id": "o-1"}, ("order_id", "total"))


def test_a_key_that_is_missing_in_an_event_is_named() -> None:
    """Behind an HTTP door a KeyError names its key, and where such names come from."""
    assert "There is no 'id' there" in advice_on("KeyError: 'id' at: event['id']")


def test_errors_of_one_door_are_not_explained_elsewhere() -> None:
    """What a body or a role of lab 03 means helps nobody who has neither."""
    assert {*ANYWHERE} < {*ERRORS}
    assert "" == advice_anywhere("AccessDeniedException: no")
    assert "#state" in advice_anywhere("Attribute name is a reserved keyword; it is state")
