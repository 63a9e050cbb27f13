"""Records of queues and streams as the event has them, and as filters see them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from helpers.cloud.events.dynamodb import dynamodb_record
from helpers.cloud.events.kinesis import filterable_kinesis_record, kinesis_record
from helpers.cloud.events.sqs import filterable_message, message_record
from helpers.cloud.ports import QueueMessage, StreamRecord

QUEUE = "arn:aws:sqs:us-east-2:123456789012:my-queue"
STREAM = "arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream"


def message(body: str, **attributes: str) -> QueueMessage:
    """Return a message."""
    return QueueMessage("id", "handle", body, attributes, {}, "md5")


def kinesis(data: bytes) -> dict[str, Any]:
    """Return the record of some data."""
    members = {"data": base64.b64encode(data).decode()}
    record = StreamRecord("shardId-000000000006", 7, "1", 1545084650.987, members)
    return kinesis_record(record, STREAM, "arn:aws:iam::123456789012:role/r")


def test_the_members_of_a_message_come_in_the_order_of_the_documentation():
    """Attributes that a message does not have are left out."""
    record = message_record(message("x", SenderId="A", ApproximateReceiveCount="1"), QUEUE)

    assert [
        *("messageId", "receiptHandle", "body", "attributes", "messageAttributes"),
        *("md5OfBody", "eventSource", "eventSourceARN", "awsRegion"),
    ] == [*record]
    assert ["ApproximateReceiveCount", "SenderId"] == [*record["attributes"]]
    assert "us-east-2" == record["awsRegion"]


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ('{"a": 1}', {"a": 1}),
        ("[1]", [1]),
        ("plain", "plain"),
        ("1", "1"),
        ('"quoted"', '"quoted"'),
        ("", ""),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_filters_see_the_json_in_a_body(body: str, seen: Any):
    """Objects and arrays are taken apart, everything else is text."""
    record = message_record(message(body), QUEUE)

    assert seen == filterable_message(record)["body"]
    assert body == record["body"]


@pytest.mark.parametrize(
    ("data", "seen"),
    [(b'{"a": 1}', {"a": 1}), (b"plain", "plain"), (b"\xff\xfe", "//4=")],
)
def test_filters_see_the_data_of_kinesis_decoded(data: bytes, seen: Any):
    """Bytes that are no text stay base64; members stand at the top."""
    filterable = filterable_kinesis_record(kinesis(data))

    assert seen == filterable["data"]
    assert "1" == filterable["partitionKey"]
    assert "shardId-000000000006:7" == filterable["eventID"]


def test_the_moment_of_a_tables_record_has_whole_seconds():
    """As Lambda's event shows it."""
    members = {"eventID": "e", "eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "a"}}}}
    arn = "arn:aws:dynamodb:us-east-2:123456789012:table/t/stream/2024"
    record = dynamodb_record(StreamRecord("s", 1, "k", 1479499740.9, members), arn)

    assert 1479499740.0 == record["dynamodb"]["ApproximateCreationDateTime"]
    assert ("us-east-2", arn) == (record["awsRegion"], record["eventSourceARN"])
