"""moto's streams as pollers and everyone else use them, without HTTP."""

from __future__ import annotations

import base64
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.kinesis.models import kinesis_backends

from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.streams.polled import MotoStreams
from helpers.cloud.ports import StreamShard

REGION = "eu-central-1"
FIRST = "shardId-000000000000"


@pytest.fixture
def streams() -> MotoStreams:
    """The account's streams."""
    return MotoStreams()


def kinesis() -> Any:
    """Return moto's Kinesis of a Region."""
    return kinesis_backends[ACCOUNT_ID][REGION]


def stream(shards: int = 1) -> Any:
    """Create a Kinesis stream."""
    return kinesis().create_stream(secrets.token_hex(6), shards)


def put(made: Any, *keys: str) -> list[tuple[str, str]]:
    """Put a record for each key; return their numbers and shards."""
    data = base64.b64encode(b"x").decode()
    return [made.put_record(key, "", data) for key in keys]


def table() -> Any:
    """Create a table with a stream."""
    return dynamodb_backends[ACCOUNT_ID][REGION].create_table(
        secrets.token_hex(6),
        schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        throughput=None,
        attr=[{"AttributeName": "id", "AttributeType": "S"}],
        global_indexes=None,
        indexes=None,
        streams={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=None,
        warm_throughput=None,
    )


def arn_of(made: Any) -> str:
    """Return the ARN of a table's stream."""
    return f"{made.table_arn}/stream/{made.latest_stream_label}"


def test_numbers_rise_over_shards_and_threads(streams: MotoStreams):
    """Two records never share one, and reading gives them in order."""
    made = stream(shards=2)
    with ThreadPoolExecutor(8) as pool:
        parts = [*pool.map(lambda n: put(made, *(f"{n}-{i}" for i in range(50))), range(8))]
    numbers = [int(number) for part in parts for number, _ in part]
    assert 400 == len({*numbers})
    found = [
        record
        for shard in streams.shards(made.arn) or ()
        for record in streams.read(made.arn, shard.shard_id, 0, 1000)
    ]
    assert sorted(numbers) == sorted(record.sequence for record in found)
    for shard in streams.shards(made.arn) or ():
        one = [r.sequence for r in streams.read(made.arn, shard.shard_id, 0, 1000)]
        assert sorted(one) == one


def test_reading_goes_on_behind_a_number(streams: MotoStreams):
    """As far as asked for."""
    made = stream()
    numbers = [int(number) for number, _ in put(made, *"abcde")]

    found = streams.read(made.arn, FIRST, numbers[1], 2)
    assert numbers[2:4] == [record.sequence for record in found]
    assert numbers[-1] == streams.last_sequence(made.arn, FIRST)
    assert 0 == streams.last_sequence(made.arn, FIRST, before=found[0].arrived - 60)


def test_a_split_shard_keeps_its_records_and_gets_no_more(streams: MotoStreams):
    """Its children get what follows."""
    made = stream()
    before = put(made, "a", "b", "c")
    made.split_shard(FIRST, str(2**127))
    after = put(made, "a", "b", "c")

    parent, one, two = streams.shards(made.arn) or ()
    assert StreamShard(FIRST, (), is_open=False) == parent
    assert [(FIRST,)] * 2 == [one.parents, two.parents]
    assert {FIRST} == {shard for _, shard in before}
    assert FIRST not in {shard for _, shard in after}
    assert 3 == len(streams.read(made.arn, FIRST, 0, 10))


def test_merged_shards_are_the_parents_of_one(streams: MotoStreams):
    """Each keeps its records."""
    made = stream(shards=2)
    put(made, *"abcdef")
    made.merge_shards(FIRST, "shardId-000000000001")
    (_, shard), *_ = put(made, "z")

    *parents, child = streams.shards(made.arn) or ()
    assert tuple(parent.shard_id for parent in parents) == child.parents
    assert child.shard_id == shard
    assert 6 == sum(len(streams.read(made.arn, p.shard_id, 0, 10)) for p in parents)


def test_a_tables_records_are_numbered_without_a_gap(streams: MotoStreams):
    """Also when many write at once; a write that changes nothing is no record."""
    made = table()
    with ThreadPoolExecutor(8) as pool:
        [*pool.map(lambda n: made.put_item({"id": {"S": str(n)}}), range(100))]
    made.put_item({"id": {"S": "1"}})

    (shard,) = streams.shards(arn_of(made)) or ()
    found = streams.read(arn_of(made), shard.shard_id, 0, 1000)
    assert 100 == len({record.sequence for record in found}) == len(found)
    assert found[-1].sequence - found[0].sequence == 99


def test_an_image_stays_as_it_was(streams: MotoStreams):
    """A later change of the item does not change an earlier record; sizes are the item's own."""
    made = table()
    backend = dynamodb_backends[ACCOUNT_ID][REGION]
    backend.put_item(made.name, {"id": {"S": "a"}, "m": {"M": {"n": {"N": "1"}}}})
    (shard,) = streams.shards(arn_of(made)) or ()
    (record,) = streams.read(arn_of(made), shard.shard_id, 0, 10)
    backend.put_item(made.name, {"id": {"S": "a"}, "m": {"M": {"n": {"N": "2"}}}})

    members = streams.read(arn_of(made), shard.shard_id, 0, 1)[0].members
    assert record.members == members
    assert {"N": "1"} == members["dynamodb"]["NewImage"]["m"]["M"]["n"]
    assert 3 + (3 + 1 + 3 + 3) == members["dynamodb"]["SizeBytes"]


def test_what_is_not_there_has_no_shards(streams: MotoStreams):
    """A stream of an earlier table of the same name is another one."""
    made = table()
    place = f"{REGION}:{ACCOUNT_ID}"
    assert streams.shards(f"{made.table_arn}/stream/2001-01-01T00:00:00.000") is None
    assert streams.shards(made.table_arn) is None
    assert streams.shards(f"arn:aws:kinesis:{place}:stream/none") is None
    assert [] == [*streams.read(f"arn:aws:kinesis:{place}:stream/none", FIRST, 0, 1)]


def test_bells_ring_for_records_and_shards(streams: MotoStreams):
    """And for the end of a stream."""
    made, rings = stream(), []
    end = streams.watch(made.arn, lambda: rings.append(1))
    put(made, "a")
    made.split_shard(FIRST, str(2**127))
    kinesis().delete_stream(stream_arn=made.arn, stream_name=None)
    assert 3 == len(rings)
    end()
