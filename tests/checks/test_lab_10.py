"""Lab 10's checks, where the course's own rehearsal of wrong answers does not reach."""

from __future__ import annotations

from typing import Any, cast

import pytest

from helpers.checks.lab_10_charges import charges_of, member_of, order
from helpers.checks.lab_10_failures import check_10_1
from helpers.checks.lab_10_in_time import check_10_2
from helpers.checks.lab_10_paths import check_10_6
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did
from helpers.views.invocation import Answer

NOBODY = cast("Session", None)
LIKE = "an answer."


class Log:
    """A session of which only the log is asked."""

    def logs(self, name: str) -> list[str]:
        """Return some lines."""
        return ["START", "charged o-1\n", "charged o-12", "not charged o-1", "charged o-1"]


def test_charges_are_whole_lines_of_one_order():
    """Neither an order with a longer id counts, nor a line that begins with another word."""
    assert 2 == charges_of(cast("Session", Log()), "f", "o-1")


def test_a_member_of_the_right_order_is_returned():
    """An answer that names the order gives its member, false and null too."""
    answer = Answer(200, {"order_id": "o-1", "charged": False})

    assert member_of(answer, order("o-1"), "charged", like=LIKE) is False


@pytest.mark.parametrize(
    "payload", [None, [], "charged", {}, {"charged": True}, {"order_id": "o-2", "charged": True}]
)
def test_an_answer_of_another_shape_gets_a_sentence(payload: Any):
    """Whatever a handler returns, the feedback names the order that was sent."""
    with pytest.raises(NotYet, match="o-1"):
        member_of(Answer(200, payload), order("o-1"), "charged", like=LIKE)


@pytest.mark.parametrize(("settings", "statement"), [(None, {}), ({}, "sqs:SendMessage")])
def test_parts_of_another_shape_are_told_before_anything_is_made(settings: Any, statement: Any):
    """Shape comes before substance: no function is deployed for them."""
    with pytest.raises(NotYet, match="is "):
        check_10_1(NOBODY, Did(), lambda event, context: [], settings, statement)


def test_settings_of_another_shape_are_told_before_anything_is_made():
    """A list of settings is no settings."""
    with pytest.raises(NotYet, match="settings is"):
        check_10_2(NOBODY, Did(), cast("Any", ["MaximumRetryAttempts"]))


@pytest.mark.parametrize("repairs", [None, ["charge-card"], {"charge_card": {}}])
def test_repairs_of_unknown_functions_are_told_before_anything_is_made(repairs: Any):
    """A name that is not one of the six is a slip, and the six are named."""
    with pytest.raises(NotYet, match="repairs is") as told:
        check_10_6(NOBODY, Did(), repairs)

    assert "stock-watch" in told.value.expected
