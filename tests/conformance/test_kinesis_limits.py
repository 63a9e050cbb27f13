"""What Kinesis refuses of records, readers and streams."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.conformance.refusals import refused

MIB = 1024 * 1024
START = "1 validation error detected: Value"


def stream_of(cloud: Any, **settings: Any) -> str:
    """Create a stream; return its name."""
    name = f"s-{secrets.token_hex(5)}"
    cloud.client("kinesis").create_stream(StreamName=name, ShardCount=1, **settings)
    return name


@pytest.fixture(scope="module")
def stream(cloud: Any) -> str:
    """Return the name of a stream."""
    return stream_of(cloud)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"Data": b"x" * MIB},
            f"{START} at 'data' failed to satisfy constraint: Member must have length less than "
            f"or equal to {MIB}",
        ),
        (
            {"PartitionKey": ""},
            f"{START} '' at 'partitionKey' failed to satisfy constraint: Member must have length "
            "greater than or equal to 1",
        ),
        (
            {"PartitionKey": "k" * 257},
            f"{START} '{'k' * 257}' at 'partitionKey' failed to satisfy constraint: Member must "
            "have length less than or equal to 256",
        ),
    ],
)
def test_a_record_has_limits(cloud: Any, stream: str, given: dict[str, Any], message: str):
    """A mebibyte with its key fits, one byte more does not; a key has 1 to 256 letters."""
    kinesis = cloud.client("kinesis", parameter_validation=False)
    call = {"StreamName": stream, "Data": b"x" * (MIB - 1), "PartitionKey": "k"}

    assert kinesis.put_record(**call)["SequenceNumber"]
    assert (400, "ValidationException", message) == refused(kinesis.put_record, **call | given)


def test_a_stream_made_for_larger_records_takes_them(cloud: Any):
    """MaxRecordSizeInKiB is the stream's own limit."""
    name = stream_of(cloud, MaxRecordSizeInKiB=2048)
    kinesis = cloud.client("kinesis")

    assert kinesis.put_record(StreamName=name, Data=b"x" * (MIB + 1), PartitionKey="k")
    status, code, _ = refused(
        kinesis.put_record, StreamName=name, Data=b"x" * 2 * MIB, PartitionKey="k"
    )
    assert (400, "ValidationException") == (status, code)


def test_a_request_of_many_records_is_taken_whole_or_not(cloud: Any, stream: str):
    """One that is too large names its place, and none is put."""
    kinesis = cloud.client("kinesis")
    reader = kinesis.get_shard_iterator(
        StreamName=stream, ShardId="shardId-000000000000", ShardIteratorType="LATEST"
    )["ShardIterator"]
    records = [{"Data": b"x", "PartitionKey": "k"}, {"Data": b"x" * MIB, "PartitionKey": "k"}]

    _, code, message = refused(kinesis.put_records, StreamName=stream, Records=records)
    assert "ValidationException" == code
    assert message.startswith(f"{START} at 'records.2.member.data' failed")
    assert [] == kinesis.get_records(ShardIterator=reader)["Records"]


@pytest.mark.parametrize("iterator", ["none", "AAAA", "ö"])
def test_an_iterator_that_is_none(cloud: Any, iterator: str):
    """InvalidArgumentException, 400."""
    told = refused(cloud.client("kinesis").get_records, ShardIterator=iterator)

    assert (400, "InvalidArgumentException", "Invalid ShardIterator.") == told


def test_an_account_has_a_number_of_shards(cloud: Any):
    """A typing error in ShardCount costs nobody a machine's memory."""
    status, code, message = refused(
        cloud.client("kinesis").create_stream, StreamName="many", ShardCount=20_001
    )

    assert (400, "LimitExceededException") == (status, code)
    assert "Limit: 20000." in message
    missing = refused(cloud.client("kinesis").create_stream, StreamName="none")
    assert missing[1:] == (
        "ValidationException",
        f"{START} null at 'shardCount' failed to satisfy constraint: Member must not be null",
    )


def test_consumers_belong_to_a_stream(cloud: Any):
    """Of a stream that is not there nobody can be a consumer."""
    arn = "arn:aws:kinesis:us-east-1:123456789012:stream/none"
    kinesis = cloud.client("kinesis")

    for call, given in (
        (kinesis.register_stream_consumer, {"ConsumerName": "c"}),
        (kinesis.list_stream_consumers, {}),
    ):
        assert "ResourceNotFoundException" == refused(call, StreamARN=arn, **given)[1]
