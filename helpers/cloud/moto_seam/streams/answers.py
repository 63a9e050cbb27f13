"""What moto's DynamoDB streams answer: each of a table's, and binary values encoded once.

A stream that was switched off can be read on, and a table with a new stream has both; moto knows
the last one only, and lets none follow it. Its label has microseconds, and GetRecords encodes as
base64 what already is. Leaves out: that a disabled stream goes after a day.

Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html (enabling a stream),
APIReference/API_UpdateTable.html (StreamSpecification), API_streams_GetRecords.html and
API_streams_DescribeStream.html (StreamLabel).
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable
from typing import Any

from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodbstreams.models import DynamoDBStreamsBackend, ShardIterator

IMAGES = ("Keys", "NewImage", "OldImage")
LABEL_LENGTH = len("2026-11-21T23:20:18.374")
_STREAMS = "coldstart_streams"


def install() -> None:
    """Bind the corrections; to be called once."""
    Table.set_stream_specification = _labelled(Table.set_stream_specification)
    DynamoDBBackend.update_table_streams = _update_table_streams
    DynamoDBStreamsBackend.describe_stream = _describe_stream
    DynamoDBStreamsBackend.get_shard_iterator = _get_shard_iterator
    DynamoDBStreamsBackend.get_records = _decoded(DynamoDBStreamsBackend.get_records)


def shard_of(table: Any, label: str) -> Any:
    """Return the shard of one of a table's streams, switched off or not; None without such."""
    return getattr(table, _STREAMS, {}).get(label)


def is_enabled(table: Any, label: str | None) -> bool:
    """Tell whether a table's stream is switched on; the last one is the only one that can be."""
    on = (table.stream_specification or {}).get("StreamEnabled")
    return bool(on) and label == table.latest_stream_label


def _labelled(original: Callable[..., None]) -> Callable[..., None]:
    """Let a stream's label end with milliseconds, and keep the streams that were before."""

    @functools.wraps(original)
    def set_stream_specification(table: Any, streams: Any) -> None:
        original(table, streams)
        if table.latest_stream_label:
            table.latest_stream_label = table.latest_stream_label[:LABEL_LENGTH]
            kept = table.__dict__.setdefault(_STREAMS, {})
            kept[table.latest_stream_label] = table.stream_shard
            if streams and streams.get("StreamEnabled"):
                table.stream_shard.view = streams.get("StreamViewType")

    return set_stream_specification


def _update_table_streams(_backend: Any, table: Any, specification: dict[str, Any]) -> None:
    """Switch a table's stream on, as a new one, or off; what it is already is refused."""
    wanted = bool(specification.get("StreamEnabled"))
    if wanted == is_enabled(table, table.latest_stream_label):
        state = "an enabled stream" if wanted else "no enabled stream"
        raise MockValidationException(f"Table already has {state}: TableName: {table.name}")
    table.set_stream_specification(specification)


def _describe_stream(backend: Any, arn: str) -> dict[str, Any]:
    table, shard = _stream(backend, arn)
    label = arn.rpartition("/")[2]
    enabled = is_enabled(table, label)
    shown = shard.to_json()
    if not enabled:
        last = shard.starting_sequence_number + max(0, len(shard.items) - 1)
        shown["SequenceNumberRange"]["EndingSequenceNumber"] = str(last)
    return {
        "StreamArn": arn,
        "StreamLabel": label,
        "StreamStatus": "ENABLED" if enabled else "DISABLED",
        "StreamViewType": shard.view,
        "CreationRequestDateTime": shard.created_on,
        "TableName": table.name,
        "KeySchema": table.schema,
        "Shards": [shown],
    }


def _get_shard_iterator(
    backend: Any, arn: str, shard_id: str, kind: str, sequence_number: int | None = None
) -> Any:
    _, shard = _stream(backend, arn)
    if shard.id != shard_id:
        missing = f"Requested resource not found: Shard: {shard_id} in Stream: {arn} not found"
        raise ResourceNotFoundException(missing)
    if kind.endswith("SEQUENCE_NUMBER") and sequence_number is None:
        raise MockValidationException("SequenceNumber must be specified for this iterator type")
    iterator = ShardIterator(backend, shard, kind, sequence_number)
    backend.shard_iterators[iterator.arn] = iterator
    return iterator


def _stream(backend: Any, arn: str) -> tuple[Any, Any]:
    """Return the table of a stream, and the stream's shard."""
    parts = arn.split("/")
    table = backend.dynamodb.tables.get(parts[1]) if len(parts) == 4 else None
    shard = None if table is None else shard_of(table, parts[3])
    if shard is None:
        missing = f"Requested resource not found: Stream: {arn} not found"
        raise ResourceNotFoundException(missing)
    return table, shard


def _decoded(original: Callable[..., Any]) -> Callable[..., Any]:
    """Give binary values as bytes, for they are encoded when the answer is written."""

    @functools.wraps(original)
    def get_records(backend: Any, iterator_arn: str, limit: int) -> Any:
        if iterator_arn not in backend.shard_iterators:
            raise MockValidationException("Invalid ShardIterator")
        answer = original(backend, iterator_arn, limit)
        return {**answer, "Records": [_with_bytes(record) for record in answer["Records"]]}

    return get_records


def _with_bytes(record: dict[str, Any]) -> dict[str, Any]:
    members = record["dynamodb"]
    images = {name: _values(members[name]) for name in IMAGES if name in members}
    return {**record, "dynamodb": {**members, **images}}


def _values(item: dict[str, Any]) -> dict[str, Any]:
    return {name: _bytes_in(typed) for name, typed in item.items()}


def _bytes_in(typed: dict[str, Any]) -> dict[str, Any]:
    ((kind, value),) = typed.items()
    decoders: dict[str, Callable[[Any], Any]] = {
        "B": base64.b64decode,
        "BS": lambda values: [base64.b64decode(one) for one in values],
        "L": lambda values: [_bytes_in(one) for one in values],
        "M": _values,
    }
    return {kind: decoders[kind](value)} if kind in decoders else typed
