"""Polling a stream: one thread for all shards and lanes of a mapping, one more per batch in flight.

A shard is read in order, its children after it. What is being worked on stays in `Progress`, which
outlives the poller: a mapping that was disabled goes on where it stopped.

Source: docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html, with-ddb.html,
docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from helpers.cloud import records
from helpers.cloud.errors import AwsError
from helpers.cloud.events.dynamodb import dynamodb_record
from helpers.cloud.events.kinesis import filterable_kinesis_record, kinesis_record
from helpers.cloud.pollers.delivery import Courier
from helpers.cloud.pollers.mapping import CALL_FAILED, FINE, Source
from helpers.cloud.pollers.progress import Progress, ShardProgress
from helpers.cloud.pollers.shard import Entry, Lane, Limits, runs
from helpers.cloud.pollers.shard_work import ShardWork
from helpers.cloud.pollers.thread import PollerThread
from helpers.cloud.ports import StreamRecord, StreamShard

ACTIONS = {
    Source.KINESIS: ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"),
    Source.DYNAMODB: (
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:DescribeStream",
    ),
}
READ_AT_ONCE = 10_000
AHEAD = 2
"""So many batches per lane are read before they are needed."""


class StreamPoller:
    """Polls one stream for one mapping; lives while the mapping is enabled."""

    def __init__(self, courier: Courier, progress: Progress) -> None:
        settings, clock = courier.mapping.settings, courier.tools.waiting.clock
        self._courier = courier
        self._progress = progress
        self._thread = PollerThread(courier)
        self._clock = clock
        self._streams = courier.tools.streams
        self._arn = courier.mapping.source_arn
        self._limits = Limits(
            settings.batch_size,
            clock.lapsed(settings.window_s),
            clock.lapsed(settings.tumbling_s),
        )

    def start(self) -> None:
        """Begin to poll."""
        self._progress.ring = self._thread.ring
        self._thread.start(self, lambda ring: self._streams.watch(self._arn, ring))

    def stop(self) -> None:
        """End polling; batches in flight are finished, and nothing else is begun."""
        self._thread.stop()

    def ring(self) -> None:
        """Look again: something about the function has changed."""
        self._thread.ring()

    def step(self) -> float | None:
        """Read what is new, send off what is ready; return when to look again."""
        problem, shards = self._problem()
        if problem is not None or shards is None:
            self._courier.report(problem or "")
            return self._courier.tools.recheck_s()
        waits = [self._work_on(shard, shards) for shard in shards]
        return min((wait for wait in waits if wait is not None), default=None)

    def _problem(self) -> tuple[str | None, Sequence[StreamShard] | None]:
        mapping = self._courier.mapping
        try:
            denied = self._courier.refusal(ACTIONS[mapping.source])
        except AwsError as error:
            return f"PROBLEM: {error.message}", None
        shards = self._streams.shards(self._arn)
        if shards is None:
            return f"PROBLEM: Stream not found: {self._arn}", None
        if denied is not None:
            return f"PROBLEM: {cannot_access(mapping.source, self._arn)}", None
        if mapping.result.startswith("PROBLEM") and mapping.result != CALL_FAILED:
            self._courier.report(FINE)
        return None, shards

    def _work_on(self, shard: StreamShard, shards: Sequence[StreamShard]) -> float | None:
        known, lanes = self._progress.shards, self._courier.mapping.settings.lanes
        # a shard that came after the mapping is read from its beginning: nothing may be missed
        shown = known.setdefault(shard.shard_id, ShardProgress(0, [Lane() for _ in range(lanes)]))
        present = {other.shard_id for other in shards}
        parents = [known.get(parent) for parent in shard.parents if parent in present]
        if shown.is_finished or any(p is None or not p.is_finished for p in parents):
            return None
        with self._progress.lock:
            shown.match_lanes(lanes)
            more = self._read(shard.shard_id, shown)
            now, moment = self._clock.steady(), self._clock.now()
            ready = [(lane, lane.take(self._limits, now, moment)) for lane in shown.lanes]
            waits = [lane.wait_s(self._limits, now, moment) for lane in shown.lanes]
            if not shard.is_open and not more and all(lane.is_empty for lane in shown.lanes):
                shown.is_finished = True
                waits.append(0.0)  # its children may begin
        work = ShardWork(self._courier, self._progress, shard.shard_id)
        for lane, batch in ready:
            if batch is not None:
                work.begin(lane, batch, self._thread)
        return min((wait for wait in waits if wait is not None), default=None)

    def _read(self, shard_id: str, progress: ShardProgress) -> bool:
        """Read on, if there is room; tell whether there may be more."""
        room = len(progress.lanes) * AHEAD * self._limits.size
        room -= sum(len(lane.waiting) for lane in progress.lanes)
        if room <= 0:
            return True
        count = min(room, READ_AT_ONCE)
        found = self._streams.read(self._arn, shard_id, progress.cursor, count)
        if not found:
            return False
        role_arn, now = self._courier.function().role_arn, self._clock.steady()
        passed_over = []
        for position, record in enumerate(found, progress.read + 1):
            entry = self._entry(record, role_arn, position)
            if entry is None:
                passed_over.append(position)
            else:
                progress.lane(record.key).add(entry, now)
        progress.cursor = found[-1].sequence
        self._courier.note(
            records.BatchPolled,
            len(found),
            shard=shard_id,
            positions=((progress.read + 1, progress.read + len(found)),),
            filtered_out=len(passed_over),
            filtered_positions=runs(passed_over),
        )
        progress.read += len(found)
        return len(found) == count

    def _entry(self, record: StreamRecord, role_arn: str, position: int) -> Entry | None:
        """Return a record as it waits for its batch; None when the filters pass over it."""
        if self._courier.mapping.source is Source.KINESIS:
            shown = kinesis_record(record, self._arn, role_arn)
            wanted = self._courier.wants(filterable_kinesis_record(shown))
        else:
            shown = dynamodb_record(record, self._arn)
            wanted = self._courier.wants(shown)
        if not wanted:
            return None
        size = len(json.dumps(shown, separators=(",", ":"))) + 1
        return Entry(record.sequence, record.key, record.arrived, shown, size, position)


def cannot_access(source: Source, arn: str) -> str:
    """Return AWS's sentence about an execution role that may not read a stream."""
    shards = "ListShards, " if source is Source.KINESIS else ""
    return (
        f"Cannot access stream {arn}. Please ensure the role can perform the GetRecords, "
        f"GetShardIterator, DescribeStream, {shards}and ListStreams Actions on your stream in IAM."
    )
