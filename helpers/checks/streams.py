"""Streams that a check makes for itself, and the events in which their records reach a function.

Shapes: docs.aws.amazon.com/lambda/latest/dg/with-ddb.html and with-kinesis.html (Example events).
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from helpers.checks.session import Session

READS = ("DescribeStream", "GetRecords", "GetShardIterator")
LISTS = {
    "dynamodb": ("ListStreams",),
    "kinesis": ("DescribeStreamSummary", "ListShards"),
}
FROM_THE_OLDEST = {"StartingPosition": "TRIM_HORIZON"}
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-11-21T08:00:00.000"
KINESIS_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a check with its stream; `arn` is the stream's. Lives as long as its block."""

    client: Any
    name: str
    arn: str

    def put(self, *items: Item) -> None:
        """Write items, each in DynamoDB's typed form, in their order."""
        for item in items:
            self.client.put_item(TableName=self.name, Item=dict(item))

    def put_at_once(self, *items: Item) -> None:
        """Write items of different keys in one transaction, so that all are of the same age."""
        puts = [{"Put": {"TableName": self.name, "Item": dict(item)}} for item in items]
        self.client.transact_write_items(TransactItems=puts)

    def delete(self, key: Item) -> None:
        """Delete the item with this key."""
        self.client.delete_item(TableName=self.name, Key=dict(key))


@dataclass(frozen=True, slots=True)
class Stream:
    """A Kinesis stream of a check; lives as long as its block."""

    client: Any
    name: str
    arn: str

    def put(self, *data: str, key: str = "c-42") -> None:
        """Put records of one partition key, in their order."""
        for text in data:
            self.client.put_record(StreamName=self.name, Data=text.encode(), PartitionKey=key)


@contextmanager
def table(session: Session, name: str, *, key: str, view: str) -> Iterator[Table]:
    """Make a table whose changes are streamed, yield it, delete it."""
    client, unique = session.client("dynamodb"), f"{name}-{secrets.token_hex(4)}"
    made = client.create_table(
        TableName=unique,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )
    try:
        yield Table(client, unique, str(made["TableDescription"]["LatestStreamArn"]))
    finally:
        client.delete_table(TableName=unique)


@contextmanager
def stream(session: Session, name: str) -> Iterator[Stream]:
    """Make a Kinesis stream of one shard, yield it, delete it."""
    client, unique = session.client("kinesis"), f"{name}-{secrets.token_hex(4)}"
    client.create_stream(StreamName=unique, ShardCount=1)
    try:
        client.get_waiter("stream_exists").wait(StreamName=unique)
        found = client.describe_stream_summary(StreamName=unique)["StreamDescriptionSummary"]
        yield Stream(client, unique, str(found["StreamARN"]))
    finally:
        client.delete_stream(StreamName=unique)


def may_read(source: Table | Stream) -> dict[str, Any]:
    """Return the statement a role needs to be the role of this stream's reader."""
    service = source.arn.split(":")[2]
    return {
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in (*READS, *LISTS[service])],
        "Resource": source.arn,
    }


def settled(session: Session, mapping: str) -> int:
    """Return how many records a mapping is done with: processed or given up."""
    verbs = ("succeeded", "dropped")
    found = [r for verb in verbs for r in session.records(kind=f"batch.{verb}", mapping=mapping)]
    return sum(int(record["count"]) for record in found)


def failures(session: Session, mapping: str) -> int:
    """Return how many batches of a mapping failed and are tried again."""
    return len([r for r in session.records(kind="batch.retried", mapping=mapping) if r["counts"]])


def change(
    number: int, key: Item, *, old: Item | None = None, new: Item | None = None
) -> dict[str, Any]:
    """Return the record of one change of an item, with both images where there are any."""
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    images = {"NewImage": new, "OldImage": old}
    return {
        "eventID": f"{number:032x}",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1795249800 + number,
            "Keys": dict(key),
            **{image: dict(item) for image, item in images.items() if item is not None},
            "SequenceNumber": str(4421584500000000017450439091 + number),
            "SizeBytes": 59,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": ARN,
    }


def kinesis_records(data: Sequence[str], *, first: int = 0) -> list[dict[str, Any]]:
    """Return records of a Kinesis stream, numbered from `first`."""
    return [_kinesis_record(text, number) for number, text in enumerate(data, start=first)]


def sequence_number(number: int) -> str:
    """Return the sequence number of a record of `kinesis_records`."""
    return str(49590338271490256608559692538361571095921575989136588898 + number)


def click(page: str, customer: str = "c-42") -> str:
    """Return the data of a click on a page."""
    return json.dumps({"page": page, "customer": customer})


def _kinesis_record(text: str, number: int) -> dict[str, Any]:
    sequence = sequence_number(number)
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "c-42",
            "sequenceNumber": sequence,
            "data": base64.b64encode(text.encode()).decode(),
            "approximateArrivalTimestamp": 1795249800.0 + number,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000000:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/check-clicks-role",
        "awsRegion": "us-east-1",
        "eventSourceARN": KINESIS_ARN,
    }
