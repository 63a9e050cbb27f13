"""The event of an SQS batch, and what a filter sees of one message.

Source: docs.aws.amazon.com/lambda/latest/dg/with-sqs.html (Example standard queue message event),
with-sqs-filtering.html (Properly filtering Amazon SQS messages).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from helpers.cloud.json_text import read_json
from helpers.cloud.ports import QueueMessage

ATTRIBUTES = (
    "ApproximateReceiveCount",
    "AWSTraceHeader",
    "SentTimestamp",
    "SequenceNumber",
    "MessageGroupId",
    "SenderId",
    "MessageDeduplicationId",
    "ApproximateFirstReceiveTimestamp",
    "DeadLetterQueueSourceArn",
)
"""In the order in which Lambda writes them."""


def message_record(
    message: QueueMessage, queue_arn: str, *, has_window: bool = False
) -> dict[str, Any]:
    """Return one of the event's Records.

    With a batching window Lambda shows the hash of message attributes always, also as null.
    """
    known = message.attributes
    record: dict[str, Any] = {
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {name: known[name] for name in ATTRIBUTES if name in known},
        "messageAttributes": {
            name: _attribute(value) for name, value in message.message_attributes.items()
        },
    }
    if has_window:
        record["md5OfMessageAttributes"] = message.md5_of_attributes
    record["md5OfBody"] = message.md5_of_body
    if message.md5_of_attributes is not None:
        record["md5OfMessageAttributes"] = message.md5_of_attributes
    return record | {
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def filterable_message(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as filters see it: a body that is a JSON document is taken apart.

    So a pattern for JSON never matches plain text, and the other way round.
    """
    return {**record, "body": document_in(record["body"])}


def document_in(text: str) -> Any:
    """Return the JSON object or array in a text, or the text itself."""
    try:
        parsed = read_json(text)
    except ValueError:
        return text
    return parsed if isinstance(parsed, (dict, list)) else text


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if value.get("StringValue") is not None:
        shown["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        shown["binaryValue"] = _text_of(value["BinaryValue"])
    return shown | {
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value.get("DataType", "String"),
    }


def _text_of(binary: bytes | str) -> str:
    return base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary
