"""The streams of a table: switched off and on again, each with a name of its own."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.conformance.refusals import refused

ON = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
OFF = {"StreamEnabled": False}


class Table:
    """A table of an account."""

    def __init__(self, cloud: Any, stream: dict[str, Any] | None = None) -> None:
        self.client, self.streams = cloud.client("dynamodb"), cloud.client("dynamodbstreams")
        self.name = f"t-{secrets.token_hex(5)}"
        self.client.create_table(
            TableName=self.name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            **({"StreamSpecification": stream} if stream else {}),
        )

    def put(self, name: str) -> None:
        """Write an item."""
        self.client.put_item(TableName=self.name, Item={"id": {"S": name}})

    def switch(self, **specification: Any) -> str:
        """Switch the stream; return the ARN of the last one."""
        self.client.update_table(TableName=self.name, StreamSpecification=specification)
        return str(self.client.describe_table(TableName=self.name)["Table"]["LatestStreamArn"])

    def read(self, stream: str) -> list[str]:
        """Return the ids of the items in a stream."""
        (shard,) = self.streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
        iterator = self.streams.get_shard_iterator(
            StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = self.streams.get_records(ShardIterator=iterator)["Records"]
        return [record["dynamodb"]["Keys"]["id"]["S"] for record in records]


def test_a_stream_switched_on_again_is_another_one(cloud: Any):
    """The first can be read on; what was written between them is in neither."""
    table = Table(cloud)
    first = table.switch(**ON)
    table.put("a")
    assert first == table.switch(**OFF)
    table.put("b")
    second = table.switch(StreamEnabled=True, StreamViewType="KEYS_ONLY")
    table.put("c")

    shown = [
        table.streams.describe_stream(StreamArn=arn)["StreamDescription"] for arn in (first, second)
    ]
    assert [("DISABLED", "NEW_IMAGE"), ("ENABLED", "KEYS_ONLY")] == [
        (one["StreamStatus"], one["StreamViewType"]) for one in shown
    ]
    ends = ["EndingSequenceNumber" in one["Shards"][0]["SequenceNumberRange"] for one in shown]
    assert [True, False] == ends
    assert [["a"], ["c"]] == [table.read(first), table.read(second)]


@pytest.mark.parametrize(("now", "wanted"), [(ON, ON), (None, OFF)])
def test_a_stream_is_not_switched_to_what_it_is(cloud: Any, now: Any, wanted: dict[str, Any]):
    """ValidationException, with the table's name."""
    table = Table(cloud, now)

    status, code, message = refused(
        table.client.update_table, TableName=table.name, StreamSpecification=wanted
    )
    assert (400, "ValidationException") == (status, code)
    assert message.endswith(f"TableName: {table.name}")


def test_what_is_no_stream_is_missed(cloud: Any):
    """Neither a stream, nor a shard, nor an iterator is made up."""
    table = Table(cloud, ON)
    described = table.client.describe_table(TableName=table.name)["Table"]
    stream, none = described["LatestStreamArn"], f"{described['TableArn']}/stream/none"
    place = {"ShardId": "shardId-00000000000000000000-00000000", "ShardIteratorType": "LATEST"}

    for told in (
        refused(table.streams.describe_stream, StreamArn=none),
        refused(table.streams.get_shard_iterator, StreamArn=none, **place),
        refused(table.streams.get_shard_iterator, StreamArn=stream, **place),
    ):
        assert (400, "ResourceNotFoundException") == told[:2]
        assert told[2].startswith("Requested resource not found: S")
    told = refused(table.streams.get_records, ShardIterator="none")
    assert (400, "ValidationException", "Invalid ShardIterator") == told
