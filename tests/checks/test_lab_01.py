"""Lab 01's checks, where the course's own rehearsal of wrong answers does not reach."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import unquote_plus

import pytest

from helpers.checks.lab_01 import LAB
from helpers.checks.lab_01_repairs import check_1_4
from helpers.checks.lab_01_request_id import _own_lines
from helpers.checks.lab_01_uploads import PHOTO, SIZES, s3_event
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did

NOBODY = cast("Session", None)


def test_keys_in_the_event_are_encoded_as_s3_encodes_them() -> None:
    """A space becomes a plus, a plus %2B, other letters their UTF-8 bytes; slashes stay."""
    keys = [record["s3"]["object"]["key"] for record in s3_event(SIZES)["Records"]]

    assert "c-42/summer+in+k%C3%B6ln%2B2.jpg" == keys[0]
    assert [f"c-{n}/{PHOTO}" for n in (42, 43, 44)] == [unquote_plus(key) for key in keys]


def test_own_lines_are_those_the_handler_wrote() -> None:
    """Lines of Lambda and lines of init do not count; a tail cut at 4 KB is read from START on."""
    tail = (
        "INIT_START Runtime Version: python:3.13\nloaded\n"
        "START RequestId: 1 Version: $LATEST\none\n\ntwo\n"
        "END RequestId: 1\nREPORT RequestId: 1\tDuration: 1 ms\n"
    )

    assert ["one", "two"] == _own_lines(tail)


@pytest.mark.parametrize("repairs", [{}, None, {"get-order": "app.handler"}])
def test_repairs_without_handler_and_code_are_explained(repairs: Any) -> None:
    """A dict that misses a function, or half of one, gets its shape told before anything runs."""
    with pytest.raises(NotYet, match=r"repairs\['get-order'\]") as feedback:
        check_1_4(NOBODY, Did(), repairs)

    assert "Handler" in feedback.value.expected


def test_core_exercises_close_the_lab_and_stretch_exercises_master_it() -> None:
    """Three exercises are core, two stretch, in the order of the curriculum."""
    core = {"1.1": True, "1.2": False, "1.3": True, "1.4": True, "1.5": False}

    assert core == {exercise.id: exercise.core for exercise in LAB.exercises}
