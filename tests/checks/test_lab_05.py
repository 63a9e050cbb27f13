"""Lab 05's checks, where the course's own rehearsal of wrong answers does not reach."""

from __future__ import annotations

from typing import Any, cast

import pytest

from helpers.checks.lab_05_jobs import printed, reported, sqs_event
from helpers.checks.lab_05_way_out import check_5_4
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did

NOBODY = cast("Session", None)


def test_an_event_has_the_members_that_sqs_sends():
    """Each record has an id and a body of its own; one of a FIFO queue names its group."""
    plain, fifo = sqs_event(["a", "b"])["Records"], sqs_event(["a"], ["o-1"])["Records"]

    assert ["a", "b"] == [record["body"] for record in plain]
    assert 2 == len({record["messageId"] for record in plain})
    assert all(isinstance(value, str) for value in plain[0]["attributes"].values())
    assert "o-1" == fifo[0]["attributes"]["MessageGroupId"]
    assert {*plain[0]} == {*fifo[0]}


def test_printed_reads_whole_lines():
    """Only a line that begins with the driver's word tells of a print."""
    lines = ["START RequestId: 1", "printed o-1\n", "failed: was printed o-2", "printed o-1"]

    assert ["o-1", "o-1"] == printed(lines)


@pytest.mark.parametrize("payload", [{"batchItemFailures": []}, {"batchItemFailures": None}])
def test_a_report_of_nothing_is_read(payload: Any):
    """An empty list and null both list no failure."""
    assert set() == reported(payload, sqs_event(["a"]), hint=2)


@pytest.mark.parametrize(
    "payload", [None, [], {}, "done", 3, {"failures": []}, {"batchItemFailures": ["x"]}]
)
def test_what_is_no_report_gets_a_sentence(payload: Any):
    """Whatever a handler returns, the check says how Lambda takes it."""
    with pytest.raises(NotYet, match="Lambda"):
        reported(payload, sqs_event(["a"]), hint=2)


@pytest.mark.parametrize(
    "settings",
    [
        None,
        {},
        {"VisibilityTimeout": "soon"},
        {"VisibilityTimeout": "6", "RedrivePolicy": "[]"},
        {"VisibilityTimeout": "6", "RedrivePolicy": "no JSON"},
        {"VisibilityTimeout": "6", "RedrivePolicy": '{"maxReceiveCount": 5}'},
    ],
)
def test_settings_that_no_queue_can_have_are_told_before_one_is_made(settings: Any):
    """Shape comes before substance: no queue is made for them."""
    with pytest.raises(NotYet):
        check_5_4(NOBODY, Did(), settings, {})
