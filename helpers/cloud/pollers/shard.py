"""The order of a shard: what a batch becomes when it fails, and what comes next; pure.

A shard has ParallelizationFactor lanes; records of one key stay in one lane, and a lane has one
batch in flight. A failed batch stands before everything behind it until it succeeds or is given up.

Source: docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html,
services-kinesis-batchfailurereporting.html, services-ddb-batchfailurereporting.html.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.cloud.pollers.batches import MAX_RECORDS_BYTES, fitting
from helpers.cloud.pollers.mapping import MappingSettings
from helpers.cloud.pollers.windows import Window, window_at

BACKOFF_S = (0.5, 60.0)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that passed the filters: its number, key, arrival, event record and size.

    `position` is its place in the shard, counted from 1 as the mapping read it.
    """

    sequence: int
    key: str
    arrived: float
    record: dict[str, Any] = field(repr=False)
    size: int
    position: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that go to the function together; `final` ends a window and has no records.

    `failures` counts the function's failures with just these records, `attempts` all invocations
    that held them since the last report of failures; throttled ones are included in neither.
    """

    entries: tuple[Entry, ...]
    failures: int = 0
    attempts: int = 0
    final: bool = False


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What becomes of a failed batch: pieces to try again, in order, or what is given up.

    `done` records were processed; `split` tells whether the batch was halved.
    """

    done: int = 0
    again: tuple[Batch, ...] = ()
    given_up: Batch | None = None
    split: bool = False


def after_failure(batch: Batch, *, failed_from: int | None, settings: MappingSettings) -> Aftermath:
    """Decide about a batch whose function failed.

    `failed_from` is the index of the first record that the handler reported, or None when all
    failed. Records before it are processed; the rest is a new batch, with all its retries. Halving
    does not use up a retry.
    """
    if failed_from:
        return Aftermath(done=failed_from, again=(Batch(batch.entries[failed_from:]),))
    tried = replace(batch, attempts=batch.attempts + 1)
    if settings.bisect and failed_from is None and len(batch.entries) > 1:
        middle = (len(batch.entries) + 1) // 2
        halves = (
            replace(tried, entries=batch.entries[:middle]),
            replace(tried, entries=batch.entries[middle:]),
        )
        return Aftermath(again=halves, split=True)
    return _retry_or_give_up(replace(tried, failures=batch.failures + 1), settings)


def _retry_or_give_up(batch: Batch, settings: MappingSettings) -> Aftermath:
    if 0 <= settings.retries < batch.failures:
        return Aftermath(given_up=batch)
    return Aftermath(again=(batch,))


def too_old(entries: Sequence[Entry], oldest: float | None) -> int:
    """Return how many of the first records arrived before `oldest` (Unix seconds)."""
    if oldest is None:
        return 0
    count = 0
    for entry in entries:
        if entry.arrived >= oldest:
            break
        count += 1
    return count


def backoff_s(failures: int) -> float:
    """Return the wait before a batch is tried again, in seconds of AWS's time."""
    least, most = BACKOFF_S
    return float(min(most, least * 2 ** min(max(0, failures - 1), 20)))


def runs(positions: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return rising numbers as pairs of first and last.

    >>> runs([1, 2, 3, 7])
    ((1, 3), (7, 7))
    """
    found: list[tuple[int, int]] = []
    for position in positions:
        if found and position == found[-1][1] + 1:
            found[-1] = (found[-1][0], position)
        else:
            found.append((position, position))
    return tuple(found)


def lane_of(key: str, lanes: int) -> int:
    """Return in which lane a key stays."""
    return zlib.crc32(key.encode()) % lanes


@dataclass(slots=True)
class Lane:
    """One sequence of batches: what waits, what failed before it, and the open window.

    `not_before` and `since` are steady seconds; `refusals` counts throttles in a row.
    """

    waiting: deque[Entry] = field(default_factory=deque)
    pieces: deque[Batch] = field(default_factory=deque)
    is_busy: bool = False
    not_before: float = 0.0
    since: float | None = None
    refusals: int = 0
    window: Window | None = None

    def add(self, entry: Entry, now: float) -> None:
        """Let a record wait."""
        if self.since is None:
            self.since = now
        self.waiting.append(entry)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is left to do."""
        return not (self.is_busy or self.waiting or self.pieces or self.window is not None)

    def take(self, limits: Limits, now: float, moment: float) -> Batch | None:
        """Return the next batch if one is ready; `now` is steady, `moment` the wall clock."""
        if self.is_busy or now < self.not_before:
            return None
        if not self.pieces:
            batch = self._gather(limits, now, moment)
            if batch is None:
                return None
            self.pieces.append(batch)
        self.is_busy = True
        return self.pieces.popleft()

    def wait_s(self, limits: Limits, now: float, moment: float) -> float | None:
        """Return the seconds until a batch may be ready by time alone."""
        if self.is_busy:
            return None
        waits = []
        if self.pieces:
            waits.append(0.0)
        elif self.waiting:
            waits.append((self.since or now) + limits.window_s - now)
        if self.window is not None:
            waits.append(self.window.end - moment)
        return max(0.0, min(waits), self.not_before - now) if waits else None

    def _gather(self, limits: Limits, now: float, moment: float) -> Batch | None:
        if limits.tumbling_s:
            if self.window is None and self.waiting:
                self.window = window_at(self.waiting[0].arrived, limits.tumbling_s)
            if self._window_is_over(moment):
                return Batch((), final=True)
        candidates = self._of_this_window(limits.size)
        count = fitting([entry.size for entry in candidates], limits.size, limits.max_bytes)
        if not count:
            return None
        full = count == limits.size or count < len(self.waiting)
        if not full and self.since is not None and now < self.since + limits.window_s:
            return None
        entries = tuple(self.waiting.popleft() for _ in range(count))
        self.since = now if self.waiting else None
        return Batch(entries)

    def _window_is_over(self, moment: float) -> bool:
        window = self.window
        if window is None:
            return False
        if window.early:
            return True
        if self.waiting:
            return not window.holds(self.waiting[0].arrived)
        return moment >= window.end

    def _of_this_window(self, most: int) -> list[Entry]:
        found: list[Entry] = []
        for entry in self.waiting:
            if len(found) == most or (self.window and not self.window.holds(entry.arrived)):
                break
            found.append(entry)
        return found


@dataclass(frozen=True, slots=True)
class Limits:
    """What makes a batch of a stream ready; times are real seconds."""

    size: int
    window_s: float = 0.0
    tumbling_s: float = 0.0
    max_bytes: int = MAX_RECORDS_BYTES
