"""A stream and a function that reads it, from records: every batch, and how far each shard is.

Records of a shard are numbered in the order in which the mapping read them. The checkpoint is the
number of the last record before which everything is done: processed, filtered out or given up.
Source: docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html and
docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from helpers.cloud.errors import KitError
from helpers.views.names import named, resource_name

Spans = tuple[tuple[int, int], ...]
"""Numbers of records, as pairs of first and last."""


class Result(StrEnum):
    """What one invocation with records of a shard came to."""

    RUNNING = "running"
    PROCESSED = "processed"
    PARTLY = "partly processed"
    SPLIT = "failed, split"
    AGAIN = "failed, again"
    LATER = "throttled, later"
    GIVEN_UP = "given up"


@dataclass(slots=True)
class Attempt:
    """One invocation, or `times` alike in a row; `batches` counts batches drawn as one."""

    spans: Spans
    age_ms: float | None = None
    result: Result = Result.RUNNING
    note: str = ""
    error: str = ""
    times: int = 1
    batches: int = 1
    request_id: str = ""

    @property
    def count(self) -> int:
        """How many records went to the function."""
        return size_of(self.spans)

    def is_like(self, other: Attempt) -> bool:
        """Tell whether two attempts differ in their time only."""
        mine = (self.spans, self.result, self.note, self.error)
        return mine == (other.spans, other.result, other.note, other.error)


@dataclass(slots=True)
class ShardState:
    """One shard as one mapping reads it."""

    name: str
    function: str
    read: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    done: list[tuple[int, int]] = field(default_factory=list)
    filtered: list[tuple[int, int]] = field(default_factory=list)
    given_up: list[tuple[int, int]] = field(default_factory=list)

    @property
    def checkpoint(self) -> int:
        """The last record before which nothing is left to do."""
        reached = 0
        for first, last in sorted([*self.done, *self.filtered, *self.given_up]):
            if first > reached + 1:
                break
            reached = max(reached, last)
        return reached

    @property
    def age_ms(self) -> float:
        """The iterator age of the last invocation that had one."""
        return next((a.age_ms for a in reversed(self.attempts) if a.age_ms is not None), 0.0)

    def add(self, verb: str, record: Mapping[str, Any]) -> None:
        """Take in one record of a batch."""
        spans: Spans = tuple((int(first), int(last)) for first, last in record["positions"])
        if verb == "polled":
            self.read = max([self.read, *(last for _, last in spans)])
            self.filtered += [(int(a), int(b)) for a, b in record["filtered_positions"]]
        elif verb == "invoked":
            age_ms = record["iterator_age_ms"]
            self.attempts.append(Attempt(spans, age_ms, request_id=str(record["request_id"])))
        else:
            self._conclude(verb, spans, record)

    def _conclude(self, verb: str, spans: Spans, record: Mapping[str, Any]) -> None:
        attempt = self._attempt_with(spans)
        if verb == "succeeded":
            _extend(self.done, spans)
            whole = size_of(spans) == attempt.count
            attempt.result = Result.PROCESSED if whole else Result.PARTLY
            if not whole:
                attempt.note = f"{size_of(spans)} of {attempt.count}"
        elif verb == "split":
            first = int(record["first"])
            attempt.result = Result.SPLIT
            attempt.note = f"{first} + {int(record['count']) - first}"
        elif verb == "retried" and not record["counts"]:
            attempt.result = Result.LATER
        elif verb == "retried" and attempt.result is not Result.PARTLY:
            attempt.result = Result.AGAIN
        elif verb == "dropped":
            _extend(self.given_up, spans)
            attempt.result, attempt.note = Result.GIVEN_UP, str(record["reason"])
        elif verb == "sent_on":
            kept = "told" if record["delivered"] else "could not tell"
            attempt.note += f", {kept} {resource_name(str(record['target']))}"

    def _attempt_with(self, spans: Spans) -> Attempt:
        """Return the last invocation with these records; one is made for records never tried."""
        first = spans[0][0] if spans else None
        for attempt in reversed(self.attempts):
            if first is None and not attempt.spans and attempt.result is Result.RUNNING:
                return attempt
            if first is not None and any(a <= first <= b for a, b in attempt.spans):
                return attempt
        self.attempts.append(Attempt(spans))
        return self.attempts[-1]


def _extend(known: list[tuple[int, int]], spans: Spans) -> None:
    """Add spans, one that goes on from the last to it."""
    for first, last in spans:
        if known and first == known[-1][1] + 1:
            known[-1] = (known[-1][0], last)
        else:
            known.append((first, last))


def size_of(spans: Iterable[tuple[int, int]]) -> int:
    """Return how many numbers pairs of first and last hold."""
    return sum(last - first + 1 for first, last in spans)


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream's ARN (empty: none yet) and the shards that mappings have read, by name."""

    arn: str
    shards: list[ShardState]


def read_stream(records: Iterable[Mapping[str, Any]], stream: str = "") -> StreamState:
    """Return a stream as the records tell it; `stream` is its name or ARN, or its table's.

    Raises KitError when the records tell of several and none is named.
    """
    listed = list(records)
    arn = _chosen(listed, stream)
    errors = {
        str(r["request_id"]): str(r["error_type"])
        for r in listed
        if r.get("kind") == "invocation.finished" and r["error_type"]
    }
    shards: dict[tuple[str, str], ShardState] = {}
    for record in listed:
        noun, _, verb = str(record.get("kind", "")).partition(".")
        if noun == "batch" and record["source"] == arn and record["shard"]:
            key = (str(record["shard"]), str(record["mapping"]))
            if key not in shards:
                shards[key] = ShardState(key[0], str(record["function"]))
            shards[key].add(verb, record)
    for shard in shards.values():
        for attempt in shard.attempts:
            attempt.error = errors.get(attempt.request_id, "")
    return StreamState(arn, [shards[key] for key in sorted(shards)])


def _chosen(records: Sequence[Mapping[str, Any]], name: str) -> str:
    seen = {
        str(r["source"]): None
        for r in records
        if str(r.get("kind", "")).startswith("batch.") and r["shard"]
    }
    if name:  # a table made again has a stream of its own: the last one is meant
        same = (arn for arn in reversed(seen) if resource_name(arn) == resource_name(name))
        return name if name in seen else next(same, name)
    if len(seen) <= 1:
        return "".join(seen)
    names = ", ".join(named(resource_name(arn)) for arn in seen)
    raise KitError(
        f"The records tell of {len(seen)} streams.",
        why=f"They are {names}.",
        next_step=f"Name one: stream={resource_name(next(iter(seen)))!r}.",
        anchor="which-one",
    )
