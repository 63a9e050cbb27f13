"""Corrections of moto's Kinesis and DynamoDB streams: in order, safe for many, heard by pollers.

moto's Kinesis numbers records from 1 in each shard, moves the records of a split or merged shard to
its children, and goes on writing to the shard that was closed. Its DynamoDB streams number by
counting without a lock, record writes that change nothing, and show a transaction before it is
through; its writes look at an item and change it in two steps, and another may come in between.
Leaves out: deletions by TTL, which moto never makes; retention, so nothing is trimmed.

Source: docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-resharding.html,
docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html.
"""

from __future__ import annotations

import base64
import functools
import itertools
import json
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models import table as table_models
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler
from moto.kinesis import models as kinesis_models

from helpers.cloud.moto_seam.bells import Bells
from helpers.cloud.moto_seam.streams import answers
from helpers.cloud.moto_seam.wrapping import first_time

_BELLS = "coldstart_bells"
WRITES = (
    "put_item",
    "update_item",
    "delete_item",
    "transact_write_items",
    "batch_write_item",
    "execute_statement",
    "execute_transaction",
    "batch_execute_statement",
)
"""Operations of DynamoDB that change items: of the service, and of those who answer for it."""
FIRST_SEQUENCE_NUMBER = 49_671_032_514_893_857_902_384_103_571_239_048_561_203_948_570_123_940_864


def install(bells: Bells, lock: threading.RLock) -> None:
    """Bind the corrections; called again, it only changes whose bells ring.

    `lock` is held while a record is added, and while DynamoDB writes.
    """
    _install_kinesis(bells, lock)
    _install_dynamodb(bells, lock)


def records_after(ordered: list[Any], number: Callable[[Any], int], after: int) -> int:
    """Return the index of the first record above a sequence number."""
    return bisect_right(ordered, after, key=number)


def _install_kinesis(bells: Bells, lock: threading.RLock) -> None:
    stream, shard, backend = (
        kinesis_models.Stream,
        kinesis_models.Shard,
        kinesis_models.KinesisBackend,
    )
    setattr(stream, _BELLS, bells)
    if not first_time(stream):
        return
    numbers = itertools.count(FIRST_SEQUENCE_NUMBER + (time.time_ns() << 32), 6)
    shard.put_record = _numbered(numbers, lock)
    shard.get_records = _under(shard.get_records, lock)
    stream.get_shard_for_key = _open_shard
    stream.put_record = _rung(stream.put_record)
    for name in ("split_shard", "merge_shards"):
        setattr(stream, name, _rung(_kept(getattr(stream, name))))
    for name in ("create_stream", "delete_stream"):
        setattr(backend, name, _told(getattr(backend, name)))


def _numbered(numbers: Iterator[int], lock: threading.RLock) -> Callable[..., str]:
    def put_record(shard: Any, partition_key: str, data: str, explicit_hash_key: str) -> str:
        with lock:
            number = next(numbers)
            record = kinesis_models.Record(partition_key, data, number, explicit_hash_key)
            shard.records[number] = record
        return str(number)

    return put_record


def _open_shard(stream: Any, partition_key: str, explicit_hash_key: str) -> Any:
    """Return the open shard of a key; moto's own checks come first."""
    if not isinstance(partition_key, str) or len(partition_key) > 256:
        raise kinesis_models.InvalidArgumentError("partition_key")
    if explicit_hash_key:
        value = int(explicit_hash_key)
        if value >= 2**128:
            raise kinesis_models.InvalidArgumentError(
                "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
                f"Specified value was {value}"
            )
    else:
        value = int(kinesis_models.md5_hash(partition_key.encode()).hexdigest(), 16)
    for shard in list(stream.shards.values()):
        if shard.is_open and shard.starting_hash <= value <= shard.ending_hash:
            return shard
    return None


def _kept(original: Callable[..., None]) -> Callable[..., None]:
    """Leave records where they are when shards are split or merged."""

    @functools.wraps(original)
    def operation(stream: Any, *positional: Any, **named: Any) -> None:
        held = {shard: shard.records for shard in stream.shards.values()}
        for shard in held:
            shard.records = kinesis_models.OrderedDict()
        try:
            original(stream, *positional, **named)
        finally:
            for shard, kept in held.items():
                kept.update(shard.records)
                shard.records = kept

    return operation


def _rung(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def operation(stream: Any, *positional: Any, **named: Any) -> Any:
        answer = original(stream, *positional, **named)
        getattr(stream, _BELLS).ring(stream.arn)
        return answer

    return operation


def _told(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def operation(backend: Any, *positional: Any, **named: Any) -> Any:
        stream = original(backend, *positional, **named)
        getattr(stream, _BELLS).ring(stream.arn)
        return stream

    return operation


def _install_dynamodb(bells: Bells, lock: threading.RLock) -> None:
    shard = table_models.StreamShard
    setattr(shard, _BELLS, bells)
    if not first_time(shard):
        return
    shard.add = _added(lock)
    for owner in (DynamoDBBackend, DynamoHandler):
        for name in WRITES:
            setattr(owner, name, _under(getattr(owner, name), lock))
    DynamoDBBackend.delete_table = _dropped(DynamoDBBackend.delete_table)
    answers.install()


def _added(lock: threading.RLock) -> Callable[..., None]:
    def add(shard: Any, old: Any, new: Any) -> None:
        if old is not None and new is not None and old.to_json() == new.to_json():
            return  # nothing changed, so the stream says nothing
        table = shard.table
        event = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        view = table.stream_specification.get("StreamViewType")
        if view is None:  # the stream was switched off
            return
        with lock:
            number = shard.starting_sequence_number + len(shard.items)
            record = table_models.StreamRecord(table, view, event, old, new, number)
            record.record["dynamodb"] = _frozen(record.record["dynamodb"])
            record.record["awsRegion"], record.record["eventVersion"] = table.region_name, "1.1"
            record.arrived = time.time()
            shard.items.append(record)
        getattr(shard, _BELLS).ring(stream_arn(table))

    return add


def _frozen(members: dict[str, Any]) -> dict[str, Any]:
    """Return a record's members as they are now: moto's hold the item's own values."""
    plain = {name: members[name] for name in answers.IMAGES if name in members}
    frozen: dict[str, Any] = json.loads(dynamo_json_dump(plain))
    return {**members, **frozen, "SizeBytes": sum(map(_item_bytes, frozen.values()))}


def _item_bytes(item: dict[str, Any]) -> int:
    """Return the size of an item as DynamoDB counts it: names and values."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(typed: dict[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind in ("SS", "NS", "BS"):
        return sum(_value_bytes({kind[0]: element}) for element in value)
    if kind == "L":
        return 3 + sum(1 + _value_bytes(element) for element in value)
    if kind == "M":
        return 3 + _item_bytes(value)
    sizes: dict[str, Callable[[str], int]] = {
        "S": lambda text: len(text.encode()),
        "N": lambda digits: (len(digits.strip("-.0")) + 1) // 2 + 1,
        "B": lambda text: len(base64.b64decode(text)),
    }
    return sizes[kind](value) if kind in sizes else 1


def _under(original: Callable[..., Any], lock: threading.RLock) -> Callable[..., Any]:
    """Hold the lock, so that others see all of it or nothing, and none comes in between."""

    @functools.wraps(original)
    def operation(*positional: Any, **named: Any) -> Any:
        with lock:
            return original(*positional, **named)

    return operation


def _dropped(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def delete_table(backend: Any, *positional: Any, **named: Any) -> Any:
        table = original(backend, *positional, **named)
        getattr(table_models.StreamShard, _BELLS).ring(stream_arn(table))
        return table

    return delete_table


def stream_arn(table: Any) -> str:
    """Return the ARN of a table's stream."""
    return f"{table.table_arn}/stream/{table.latest_stream_label}"


sequence_of_record: Callable[[Any], int] = attrgetter("sequence_number")
