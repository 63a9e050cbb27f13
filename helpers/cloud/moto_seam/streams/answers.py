"""What moto's DynamoDB streams answer: labels in milliseconds, and binary values encoded once.

moto's label has microseconds, and GetRecords encodes as base64 what already is.

Source: docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html and
API_streams_DescribeStream.html (StreamLabel).
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models.table import Table
from moto.dynamodbstreams.models import DynamoDBStreamsBackend

IMAGES = ("Keys", "NewImage", "OldImage")
LABEL_LENGTH = len("2026-11-21T23:20:18.374")


def install() -> None:
    """Bind the corrections; to be called once."""
    Table.set_stream_specification = _labelled(Table.set_stream_specification)
    DynamoDBStreamsBackend.get_records = _decoded(DynamoDBStreamsBackend.get_records)


def _labelled(original: Callable[..., None]) -> Callable[..., None]:
    """Let a stream's label end with milliseconds."""

    @functools.wraps(original)
    def set_stream_specification(table: Any, streams: Any) -> None:
        original(table, streams)
        if table.latest_stream_label:
            table.latest_stream_label = table.latest_stream_label[:LABEL_LENGTH]

    return set_stream_specification


def _decoded(original: Callable[..., Any]) -> Callable[..., Any]:
    """Give binary values as bytes, for they are encoded when the answer is written."""

    @functools.wraps(original)
    def get_records(backend: Any, *positional: Any, **named: Any) -> Any:
        answer = original(backend, *positional, **named)
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
