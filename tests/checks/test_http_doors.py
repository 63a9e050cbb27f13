"""Doors of a check, as far as they can be tested without an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from helpers.checks.function_errors import advice_on, last_error
from helpers.checks.http_doors import Door, Reply, advice_for
from helpers.checks.outcome import NotStarted, NotYet
from helpers.checks.session import Session


@dataclass(frozen=True)
class Told:
    """A session that knows what was recorded and logged, and nothing else."""

    reason: str | None = None
    error_type: str | None = None
    lines: list[str] = field(default_factory=list)

    def records(self, **equals: Any) -> list[Mapping[str, Any]]:
        """Return one record of the kind asked for."""
        return [{"reason": self.reason, "error_type": self.error_type}]

    def logs(self, name: str) -> list[str]:
        """Return the log."""
        return self.lines


def explained(told: Told) -> NotYet:
    """Return what a door says of a 500."""
    door = Door(cast("Session", told), "HTTP API", "a1", "http://127.0.0.1", "check-it")
    return door._explained("GET /", Reply(500, {}, b"no"))


ERROR = (
    "[ERROR] KeyError: 'rawPath'\nTraceback (most recent call last):\n  File\n    event['rawPath']"
)


def test_a_failed_function_is_told_by_its_log():
    """The error and the line that raised it come from the function's log."""
    told = explained(Told("the function failed", "KeyError", ["START", ERROR, "END"]))

    assert "failed with KeyError: 'rawPath' at: event['rawPath']" in told.seen


def test_an_end_without_a_last_word_is_told_by_its_record():
    """A timeout writes no error into the log; an older error there is not blamed for it."""
    told = explained(Told("the function failed", "Sandbox.Timedout", [ERROR]))

    assert "failed with Sandbox.Timedout" in told.seen
    assert "a loop that never stops" in told.advice


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("statusCode is not a number", "a whole number"),
        ("a header's value is not a string", "one text"),
        ("body is not base64", "nothing but base64"),
        ("body is not a string", "json.dumps"),
    ],
)
def test_an_answer_that_no_door_can_use_is_told_by_its_reason(reason: str, told: str):
    """Each part of an answer has its own rule."""
    assert told in explained(Told(reason)).advice


def test_an_untouched_starter_is_not_a_failure():
    """The starter's own exception means that nobody has begun."""
    lines = ["[ERROR] NotImplementedError: Exercise 3.1\nTraceback"]

    with pytest.raises(NotStarted):
        explained(Told("the function failed", "NotImplementedError", lines))


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("body is not a string", "(body is not a string)"),
        ("the authorizer function failed or its answer is malformed", "answered nothing that"),
        (None, "(no reason recorded)"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_by_the_door(reason: str | None, words: str):
    """Where the function ended well, the door's own reason is given."""
    assert words in explained(Told(reason)).seen


def test_a_log_without_errors_has_no_last_error():
    """Lines that only mention errors do not count."""
    assert "" == last_error(["START", "no [ERROR] here", "END"])


def test_null_is_advised_on_before_anything_else():
    """A null answer most often comes from a handler that returns nothing."""
    assert "end with return" in advice_for(Reply(200, {}, b"null"), "another")
    assert "another" == advice_for(Reply(200, {}, b"{}"), "another")
    assert "no Decimal" in advice_on("TypeError: Object of type Decimal is not JSON serializable")
