"""moto's Kinesis and DynamoDB streams, as pollers use them; implements Streams."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.kinesis.models import kinesis_backends

from helpers.cloud.moto_seam.bells import Bells, Ring
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.streams import answers, kinesis_limits, records
from helpers.cloud.ports import StreamRecord, StreamShard

CONSUMER = "/consumer/"
"""In the ARN of a consumer with a throughput of its own, which reads the same records."""
MEMBERS = ("Keys", "NewImage", "OldImage", "SequenceNumber", "SizeBytes", "StreamViewType")


class MotoStreams:
    """The account's streams; lives with the cloud, and changes moto's for everyone."""

    def __init__(self) -> None:
        self._bells = Bells()
        self._lock = threading.RLock()
        records.install(self._bells, self._lock)
        kinesis_limits.install()

    def shards(self, arn: str) -> Sequence[StreamShard] | None:
        """Return a stream's shards, parents first."""
        if _is_kinesis(arn):
            stream = _kinesis_stream(arn)
            if stream is None:
                return None
            return [_kinesis_shard(shard) for shard in list(stream.shards.values())]
        shard = _table_shard(arn)
        if shard is None:
            return None
        is_open = answers.is_enabled(shard.table, arn.rpartition("/")[2])
        return [StreamShard(shard.id, is_open=is_open)]

    def read(self, arn: str, shard_id: str, after: int, count: int) -> Sequence[StreamRecord]:
        """Return the records behind a sequence number."""
        with self._lock:
            found = self._after(arn, shard_id, after, count)
        if _is_kinesis(arn):
            return [_of_kinesis(record, shard_id) for record in found]
        return [_of_dynamodb(record, shard_id) for record in found]

    def last_sequence(self, arn: str, shard_id: str, before: float | None = None) -> int:
        """Return where a stream ends, or ended at a moment."""
        with self._lock:
            ordered = _ordered(arn, shard_id)
        if before is not None:
            ordered = [record for record in ordered if record.created_at < before]
        return _number(arn)(ordered[-1]) if ordered else 0

    def watch(self, arn: str, ring: Ring) -> Ring:
        """Call `ring` when records are added, or shards, or when a stream comes or goes."""
        return self._bells.watch(arn.split(CONSUMER, maxsplit=1)[0], ring)

    def _after(self, arn: str, shard_id: str, after: int, count: int) -> list[Any]:
        ordered = _ordered(arn, shard_id)
        first = records.records_after(ordered, _number(arn), after)
        return ordered[first : first + count]


def _is_kinesis(arn: str) -> bool:
    return arn.split(":")[2] == "kinesis"


def _number(arn: str) -> Any:
    return records.sequence_of_record if _is_kinesis(arn) else _dynamodb_number


def _dynamodb_number(record: Any) -> int:
    return int(record.record["dynamodb"]["SequenceNumber"])


def _ordered(arn: str, shard_id: str) -> list[Any]:
    if _is_kinesis(arn):
        stream = _kinesis_stream(arn)
        shard = stream.shards.get(shard_id) if stream is not None else None
        return [] if shard is None else [*shard.records.values()]
    table_shard = _table_shard(arn)
    return [] if table_shard is None else [*table_shard.items]


def _kinesis_stream(arn: str) -> Any:
    region, account_id, name = arn.split(":", 5)[3:6]
    if account_id != ACCOUNT_ID:
        return None
    name, consumer, _ = name.removeprefix("stream/").partition(CONSUMER)
    stream = kinesis_backends[ACCOUNT_ID][region].streams.get(name)
    if stream is not None and consumer and stream.get_consumer_by_arn(arn) is None:
        return None
    return stream


def _table_shard(arn: str) -> Any:
    region, account_id, path = arn.split(":", 5)[3:6]
    parts = path.split("/", 3)  # table/NAME/stream/LABEL
    if account_id != ACCOUNT_ID or len(parts) != 4:
        return None
    table = dynamodb_backends[ACCOUNT_ID][region].tables.get(parts[1])
    return None if table is None else answers.shard_of(table, parts[3])


def _kinesis_shard(shard: Any) -> StreamShard:
    parents = tuple(parent for parent in (shard.parent, shard.adjacent_parent) if parent)
    return StreamShard(shard.shard_id, parents, shard.is_open)


def _of_kinesis(record: Any, shard_id: str) -> StreamRecord:
    return StreamRecord(
        shard_id=shard_id,
        sequence=record.sequence_number,
        key=record.partition_key,
        arrived=record.created_at,
        members={"data": record.data},
    )


def _of_dynamodb(record: Any, shard_id: str) -> StreamRecord:
    document = record.record["dynamodb"]
    return StreamRecord(
        shard_id=shard_id,
        sequence=_dynamodb_number(record),
        key=json.dumps(document["Keys"], sort_keys=True, default=str),
        arrived=record.arrived,
        members={
            "eventID": record.record["eventID"],
            "eventName": record.record["eventName"],
            "dynamodb": {name: document[name] for name in MEMBERS if name in document},
        },
    )
