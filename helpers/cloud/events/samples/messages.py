"""One order as a message: of a queue, a topic, a bus, a stream, a table, a log.

Two parts are of the samples and not of a source: ids that are random on AWS stay the same here,
and one record is in each batch.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from helpers.cloud.events.cloudwatch_logs import LogEvent, subscription_event
from helpers.cloud.events.dynamodb import dynamodb_record
from helpers.cloud.events.eventbridge import envelope, scheduled_event
from helpers.cloud.events.kinesis import kinesis_record
from helpers.cloud.events.samples.place import (
    ACCOUNT,
    MESSAGE_ID,
    ORDER,
    ORDER_TEXT,
    REGION,
    WHEN,
    arn,
)
from helpers.cloud.events.sns import SnsMessage
from helpers.cloud.events.sqs import message_record
from helpers.cloud.ports import QueueMessage, StreamRecord

Event = dict[str, Any]
Item = dict[str, dict[str, str]]

PRIORITY = "express"
ORDERS = arn("sns", "orders")
SHARD = "shardId-000000000000"
SEQUENCE = 49590338271490256608559692538361571095921575989136588898
RECEIPT = "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a"


def sqs_event(body: str = ORDER_TEXT, *, fifo: bool = False, attributed: bool = False) -> Event:
    """Return a batch of one message; `attributed` adds a message attribute, priority."""
    sent_ms = str(int(WHEN.timestamp() * 1000))
    system = {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": sent_ms,
        "SenderId": ACCOUNT,
        "ApproximateFirstReceiveTimestamp": str(int(sent_ms) + 5),
    }
    if fifo:
        system |= {
            "SequenceNumber": "18849496460467696128",
            "MessageGroupId": str(ORDER["customer"]),
            "MessageDeduplicationId": str(ORDER["order_id"]),
        }
    attributes = {"priority": {"DataType": "String", "StringValue": PRIORITY}}
    message = QueueMessage(
        message_id=MESSAGE_ID,
        receipt_handle=RECEIPT,
        body=body,
        attributes=system,
        message_attributes=attributes if attributed else {},
        md5_of_body=_md5(body.encode()),
        md5_of_attributes=_md5_of_text("priority", PRIORITY) if attributed else None,
    )
    queue = "print-jobs.fifo" if fifo else "print-jobs"
    return {"Records": [message_record(message, arn("sqs", queue))]}


def sns_message(
    text: str = ORDER_TEXT, topic: str = ORDERS, *, subject: str = "Order placed"
) -> SnsMessage:
    """Return a published message; those of other topics have no message attribute."""
    attributes = {"priority": {"Type": "String", "Value": PRIORITY}} if topic == ORDERS else {}
    return SnsMessage(
        message_id=MESSAGE_ID,
        topic_arn=topic,
        text=text,
        time=WHEN,
        subject=subject,
        attributes=attributes,
    )


def sns_event(
    text: str = ORDER_TEXT, topic: str = ORDERS, *, subject: str = "Order placed"
) -> Event:
    """Return what a function that subscribes gets: one record."""
    return sns_message(text, topic, subject=subject).event(f"{topic}:{MESSAGE_ID}")


def eventbridge_event() -> Event:
    """Return an event of the shop's own bus."""
    entry = {"Source": "halftone.orders", "DetailType": "Order Placed", "Detail": ORDER_TEXT}
    event = envelope(entry, account=ACCOUNT, region=REGION, now=WHEN.timestamp())
    return event | {"id": MESSAGE_ID}


def schedule_event() -> Event:
    """Return the event of a rule with a schedule."""
    rule = arn("events", "rule/nightly-report")
    return scheduled_event(rule, WHEN, account=ACCOUNT, region=REGION) | {"id": MESSAGE_ID}


def kinesis_event() -> Event:
    """Return a batch of one record of a stream; its data is base64."""
    record = StreamRecord(
        shard_id=SHARD,
        sequence=SEQUENCE,
        key=str(ORDER["customer"]),
        arrived=WHEN.timestamp(),
        members={"data": base64.b64encode(ORDER_TEXT.encode()).decode()},
    )
    role = f"arn:aws:iam::{ACCOUNT}:role/place-order-role"
    return {"Records": [kinesis_record(record, arn("kinesis", "stream/orders"), role)]}


def dynamodb_event(name: str = "INSERT") -> Event:
    """Return a batch of one change of the orders table: INSERT, MODIFY or REMOVE."""
    new, old = _item(ORDER), _item(ORDER | {"status": "paid"})
    if name != "INSERT":
        new, old = old, new
    images: dict[str, Any] = {"INSERT": {"NewImage": new}, "REMOVE": {"OldImage": new}}.get(
        name, {"NewImage": new, "OldImage": old}
    )
    keys = {"order_id": new["order_id"]}
    document = {
        "Keys": keys,
        **images,
        "SequenceNumber": "4421584500000000017450439091",
        "SizeBytes": sum(map(_item_bytes, (keys, *images.values()))),
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    record = StreamRecord(
        shard_id=SHARD,
        sequence=1,
        key=json.dumps(keys),
        arrived=WHEN.timestamp(),
        members={
            "eventID": "c4ca4238a0b923820dcc509a6f75849b",
            "eventName": name,
            "dynamodb": document,
        },
    )
    return {
        "Records": [
            dynamodb_record(record, arn("dynamodb", "table/orders/stream/2026-11-21T13:00:00.000"))
        ]
    }


def logs_event() -> Event:
    """Return what a subscription filter sends: gzipped JSON in base64."""
    moment = int(WHEN.timestamp() * 1000)
    event = LogEvent("3" * 56, moment, ORDER_TEXT)
    group = "/aws/lambda/place-order"
    stream = "2026/11/21/[$LATEST]f3c1d2b4a5968778695a4b3c2d1e0f00"
    return subscription_event(ACCOUNT, group, stream, "orders", [event])


def _item(members: dict[str, Any]) -> Item:
    """Return members as DynamoDB writes them: each value with its type."""
    return {
        name: {"N": str(value)} if isinstance(value, int) else {"S": str(value)}
        for name, value in members.items()
    }


def _item_bytes(item: Item) -> int:
    return sum(len(name) + len(*value.values()) for name, value in item.items())


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _md5_of_text(name: str, value: str) -> str:
    """Return the digest of one attribute of type String, as SQS documents it."""
    parts = [name.encode(), b"String"]
    data = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return _md5(data + b"\x01" + len(value).to_bytes(4, "big") + value.encode())
