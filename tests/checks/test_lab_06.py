"""Lab 06's checks, where the course's own rehearsal of wrong answers does not reach."""

from __future__ import annotations

import base64
from typing import Any, cast

import pytest

from helpers.checks.lab_06_moving import Keeps, check_6_2
from helpers.checks.lab_06_status import check_6_1
from helpers.checks.outcome import NotYet
from helpers.checks.queues import Queue
from helpers.checks.session import Session
from helpers.checks.streams import Table, change, click, kinesis_records, may_read, sequence_number
from helpers.checks.submission import Did

NOBODY = cast("Session", None)
KEY = {"order_id": {"S": "o-1"}}
ITEM = {**KEY, "status": {"S": "paid"}}


@pytest.mark.parametrize(
    ("old", "new", "name", "images"),
    [
        (None, ITEM, "INSERT", {"NewImage"}),
        (ITEM, ITEM, "MODIFY", {"NewImage", "OldImage"}),
        (ITEM, None, "REMOVE", {"OldImage"}),
    ],
)
def test_a_change_is_named_by_its_images(old: Any, new: Any, name: str, images: set[str]):
    """An image that is not there is no member of the record."""
    record = change(1, KEY, old=old, new=new)

    assert name == record["eventName"]
    assert images == {*record["dynamodb"]} & {"NewImage", "OldImage"}


def test_records_of_kinesis_hold_their_data_in_base64():
    """Numbers go on where the batch before ended."""
    first, second = kinesis_records([click("/posters"), "{"], first=3)

    assert click("/posters").encode() == base64.b64decode(first["kinesis"]["data"])
    assert b"{" == base64.b64decode(second["kinesis"]["data"])
    assert sequence_number(4) == second["kinesis"]["sequenceNumber"]


def test_a_reader_may_read_its_stream_and_no_other():
    """The statement names one stream, and no action but reading."""
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-11-21T08:00:00.000"
    statement = may_read(Table(None, "orders", arn))

    assert arn == statement["Resource"]
    assert {"Describe", "Get", "List"} == {
        verb
        for action in statement["Action"]
        for verb in ("Describe", "Get", "List", "Put", "Delete")
        if action.startswith(f"dynamodb:{verb}")
    }


@pytest.mark.parametrize("view", [None, "", "new_and_old_images", ["NEW_IMAGE"], 7])
def test_a_view_type_that_no_stream_has_is_told_before_a_table_is_made(view: Any):
    """Shape comes before substance."""
    with pytest.raises(NotYet, match="view_type"):
        check_6_1(NOBODY, Did(), lambda *_: None, view)


@pytest.mark.parametrize("settings", [None, [], "MaximumRetryAttempts", 3])
def test_settings_that_are_no_dict_are_told_before_a_table_is_made(settings: Any):
    """Shape comes before substance."""
    with pytest.raises(NotYet, match="mapping_settings"):
        check_6_2(NOBODY, Did(), settings, {})


def test_the_lessons_names_are_exchanged_for_the_checks_own():
    """A learner's ARNs lead to what the check made; what is no JSON stays as it is."""
    lost = Queue(None, "", "arn:aws:sqs:us-east-1:123456789012:check-lost-1f")
    keeps = Keeps(lost, "check-failures-1f")

    assert ["arn:aws:s3:::check-failures-1f/*", lost.arn] == keeps.exchanged(
        ["arn:aws:s3:::halftone-failures/*", "arn:aws:sqs:us-east-1:123456789012:stock-failures"]
    )
    assert {1, 2} == keeps.exchanged({1, 2})
