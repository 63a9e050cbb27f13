"""What Kinesis refuses of records, streams and readers, where moto takes it or stumbles.

A record may have 1 MiB, its partition key included, unless its stream was made for larger ones; a
request 10 MiB. Leaves out: a shard's limits per second.

Source: docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html (shards of an account),
docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html, API_GetRecords.html.
"""

from __future__ import annotations

import functools
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kinesis.exceptions import InvalidArgumentError
from moto.kinesis.models import KinesisBackend
from moto.kinesis.responses import KinesisResponse
from moto.kinesis.utils import decompose_shard_iterator

from helpers.cloud.control.constraints import HIDDEN, Constraints
from helpers.cloud.moto_seam.failures import as_moto
from helpers.cloud.moto_seam.wrapping import first_time

RECORD_BYTES = 1024 * 1024
REQUEST_BYTES = 10 * 1024 * 1024
MOST_RECORDS = 500
KEY_LENGTH = 256
READ_AT_MOST = 10_000
SHARDS_OF_ACCOUNT = 20_000
ITERATOR_PARTS = 3
_RECORD_BYTES = "coldstart_record_bytes"


def install() -> None:
    """Bind the limits; a second call changes nothing."""
    backend = KinesisBackend
    if not first_time(backend, "coldstart_limits"):
        return
    backend.create_stream = _created(backend.create_stream)
    backend.put_record = _put_record(backend.put_record)
    backend.put_records = _put_records
    backend.get_records = _get_records(backend.get_records)
    backend._find_stream_by_arn = _find_stream
    KinesisResponse.create_stream = _sized(KinesisResponse.create_stream)


def _find_stream(backend: Any, stream_arn: str) -> Any:
    """Return the stream of an ARN; where there is none, moto's consumers would be of nobody."""
    return backend.describe_stream(stream_arn=stream_arn, stream_name=None)


def _created(original: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse streams with more shards than the account may have."""

    @functools.wraps(original)
    def create_stream(
        backend: Any, stream_name: str, shard_count: int | None, *rest: Any, **named: Any
    ) -> Any:
        held = sum(len(stream.shards) for stream in backend.streams.values())
        if not _is_on_demand(*rest, **named):
            with _wanted() as wanted:
                wanted.required("shardCount", shard_count)
        if held + (shard_count or 0) > SHARDS_OF_ACCOUNT:
            raise JsonRESTError(
                "LimitExceededException",
                "This request would exceed the shard limit for the account "
                f"{backend.account_id} in {backend.region_name}. Current shard count for the "
                f"account: {held}. Limit: {SHARDS_OF_ACCOUNT}. Number of additional shards that "
                f"would have resulted from this request: {shard_count}.",
            )
        return original(backend, stream_name, shard_count, *rest, **named)

    return create_stream


def _is_on_demand(stream_mode: dict[str, str] | None = None, *_rest: Any, **_named: Any) -> bool:
    return (stream_mode or {}).get("StreamMode") == "ON_DEMAND"


def _sized(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Remember how large a stream's records may be."""

    @functools.wraps(original)
    def create_stream(response: Any) -> Any:
        answer = original(response)
        kib = response._get_param("MaxRecordSizeInKiB")
        stream = response.kinesis_backend.streams.get(response._get_param("StreamName"))
        if kib and stream is not None:
            setattr(stream, _RECORD_BYTES, int(kib) * 1024)
        return answer

    return create_stream


def _put_record(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def put_record(backend: Any, arn: str | None, name: str | None, key: str, *rest: str) -> Any:
        stream = backend.describe_stream(stream_arn=arn, stream_name=name)
        _check_key("partitionKey", key)
        _check_size("data", _size(key, rest[-1]), stream)
        return original(backend, arn, name, key, *rest)

    return put_record


def _put_records(
    backend: Any, stream_arn: str | None, stream_name: str | None, records: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    stream = backend.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
    if not 1 <= len(records) <= MOST_RECORDS:
        bound = f"less than or equal to {MOST_RECORDS}" if records else "greater than or equal to 1"
        with _wanted() as wanted:
            wanted.broken("records", HIDDEN, f"Member must have length {bound}")
    sizes = [_size(record["PartitionKey"], record["Data"]) for record in records]
    for place, (record, size) in enumerate(zip(records, sizes, strict=True), 1):
        _check_key(f"records.{place}.member.partitionKey", record["PartitionKey"])
        _check_size(f"records.{place}.member.data", size, stream)
    if sum(sizes) > REQUEST_BYTES:
        raise InvalidArgumentError("Records size exceeds 10 MB limit")
    put = [
        stream.put_record(record["PartitionKey"], record.get("ExplicitHashKey"), record["Data"])
        for record in records
    ]
    backend._send_stream_metrics(
        stream.stream_name, incoming_bytes=sum(sizes), incoming_records=len(records)
    )
    shown = [{"SequenceNumber": number, "ShardId": shard} for number, shard in put]
    return {"FailedRecordCount": 0, "Records": shown}


def _get_records(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def get_records(backend: Any, arn: str | None, iterator: str, limit: int | None) -> Any:
        with _wanted() as wanted:
            wanted.number("limit", limit, at_least=1, at_most=READ_AT_MOST)
        try:
            parts = decompose_shard_iterator(iterator)
        except ValueError:  # neither base64 nor text
            parts = []
        if len(parts) != ITERATOR_PARTS:
            raise InvalidArgumentError("Invalid ShardIterator.")
        return original(backend, arn, iterator, limit)

    return get_records


def _size(key: str, data: str) -> int:
    return len(b64decode(data)) + len(key.encode())


@contextmanager
def _wanted() -> Iterator[Constraints]:
    """Collect what is wanted of members, and raise what a request breaks of it."""
    wanted = Constraints()
    yield wanted
    with as_moto():
        wanted.raise_if_broken()


def _check_key(member: str, key: str) -> None:
    with _wanted() as wanted:
        wanted.length(member, key, at_least=1, at_most=KEY_LENGTH)


def _check_size(member: str, size: int, stream: Any) -> None:
    most = getattr(stream, _RECORD_BYTES, RECORD_BYTES)
    if size > most:
        with _wanted() as wanted:
            wanted.broken(member, HIDDEN, f"Member must have length less than or equal to {most}")
