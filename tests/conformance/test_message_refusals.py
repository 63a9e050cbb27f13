"""What SQS refuses of messages, of queues' names and of consumers' wishes."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.conformance.refusals import refused

ALNUM = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
FIFO = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
    "must end with .fifo suffix and be 1 to 80 in length."
)
INVALID = "InvalidParameterValue"


@pytest.fixture(scope="module")
def queue(cloud: Any) -> str:
    """Return the URL of a queue."""
    made = cloud.client("sqs").create_queue(QueueName=f"q-{secrets.token_hex(5)}")
    return str(made["QueueUrl"])


def text(value: str, kind: str = "String") -> dict[str, str]:
    """Return a message attribute."""
    return {"DataType": kind, "StringValue": value}


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (
            {"MessageBody": ""},
            "MissingParameter",
            "The request must contain the parameter MessageBody.",
        ),
        (
            {"MessageBody": "a\x0bb"},
            "InvalidMessageContents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to "
            "#xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
        ),
        (
            {"MessageBody": "é" * 600_000},
            INVALID,
            "One or more parameters are invalid. Reason: Message must be shorter than 1048576 "
            "bytes.",
        ),
        (
            {"MessageAttributes": {"a": text("")}},
            INVALID,
            "Message (user) attribute 'a' must contain a non-empty value of type 'String'.",
        ),
        (
            {"MessageAttributes": {"a": text("many", "Number")}},
            INVALID,
            "Can't cast the value of message (user) attribute 'a' to a number.",
        ),
        (
            {"MessageAttributes": {f"a{n}": text("x") for n in range(11)}},
            INVALID,
            "Number of message attributes [11] exceeds the allowed maximum [10].",
        ),
    ],
)
def test_a_message_has_limits(
    cloud: Any, queue: str, given: dict[str, Any], code: str, message: str
):
    """Nothing is sent, and SQS says why."""
    sqs, call = cloud.client("sqs"), {"MessageBody": "x", **given}

    assert (400, code, message) == refused(sqs.send_message, QueueUrl=queue, **call)


def test_every_character_that_is_allowed_arrives(cloud: Any, queue: str):
    """Tabs, lines, and letters beyond the first plane."""
    sqs, body = cloud.client("sqs"), "\t\r\n é \U0001f680"
    sqs.send_message(
        QueueUrl=queue, MessageBody=body, MessageAttributes={"n": text("-1.5e3", "Number")}
    )

    (got,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    assert body == got["Body"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("MaxNumberOfMessages", 0, "Must be between 1 and 10, if provided."),
        ("MaxNumberOfMessages", 11, "Must be between 1 and 10, if provided."),
        ("WaitTimeSeconds", 21, "Must be >= 0 and <= 20, if provided."),
        ("VisibilityTimeout", -1, "Must be between 0 and 43200, if provided."),
    ],
)
def test_a_consumer_cannot_wish_for_anything(
    cloud: Any, queue: str, name: str, value: int, reason: str
):
    """InvalidParameterValue, with the value and its range."""
    told = refused(cloud.client("sqs").receive_message, QueueUrl=queue, **{name: value})

    assert (
        400,
        INVALID,
        f"Value {value} for parameter {name} is invalid. Reason: {reason}",
    ) == told


@pytest.mark.parametrize(
    ("name", "attributes", "message"),
    [
        ("orders.fifo", {}, ALNUM),
        ("or ders", {}, ALNUM),
        ("o" * 81, {}, ALNUM),
        ("orders", {"FifoQueue": "true"}, FIFO),
        ("o" * 76 + ".fifo", {"FifoQueue": "true"}, FIFO),
    ],
)
def test_a_name_fits_the_kind_of_its_queue(
    cloud: Any, name: str, attributes: dict[str, str], message: str
):
    """The suffix .fifo and FifoQueue come together, and the suffix counts to the 80."""
    sqs = cloud.client("sqs")

    assert (400, INVALID, message) == refused(
        sqs.create_queue, QueueName=name, Attributes=attributes
    )
