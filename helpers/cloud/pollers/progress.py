"""How far a mapping is in its stream: what was read, and what is still being worked on.

Source: docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html (Polling and stream
starting position).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from helpers.cloud.pollers.mapping import Mapping
from helpers.cloud.pollers.shard import Lane, lane_of
from helpers.cloud.ports import Streams


@dataclass(slots=True)
class ShardProgress:
    """How far one shard is: the last number that was read, and the lanes it is worked on in.

    `read` counts all records that were read, those that the filters passed over too.
    """

    cursor: int
    lanes: list[Lane]
    is_finished: bool = False
    read: int = 0

    def lane(self, key: str) -> Lane:
        """Return the lane in which records of a key stay in order."""
        return self.lanes[lane_of(key, len(self.lanes))]

    def match_lanes(self, count: int) -> None:
        """Take a new number of lanes, once no batch of the old ones is in flight or failing."""
        if len(self.lanes) == count or any(
            lane.is_busy or lane.pieces or lane.window for lane in self.lanes
        ):
            return
        waiting = sorted(
            (entry for lane in self.lanes for entry in lane.waiting),
            key=lambda entry: entry.sequence,
        )
        since = min((lane.since for lane in self.lanes if lane.since is not None), default=0.0)
        self.lanes = [Lane() for _ in range(count)]
        for entry in waiting:
            self.lane(entry.key).add(entry, since)


@dataclass(slots=True)
class Progress:
    """How far a mapping is, by shard; lives with the mapping, so that disabling loses nothing.

    `lock` guards all of it; `ring` wakes whoever polls now.
    """

    shards: dict[str, ShardProgress] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    ring: Callable[[], None] = lambda: None

    @classmethod
    def at_start(cls, mapping: Mapping, streams: Streams) -> Progress:
        """Return the place from which a new mapping reads: its StartingPosition.

        LATEST is where the stream ends now, so nothing is missed while the mapping is created.
        """
        progress, settings = cls(), mapping.settings
        for shard in streams.shards(mapping.source_arn) or ():
            cursor = 0
            if settings.starting_position == "LATEST":
                cursor = streams.last_sequence(mapping.source_arn, shard.shard_id)
            elif settings.starting_position == "AT_TIMESTAMP":
                cursor = streams.last_sequence(
                    mapping.source_arn, shard.shard_id, settings.starting_timestamp
                )
            lanes = [Lane() for _ in range(settings.lanes)]
            progress.shards[shard.shard_id] = ShardProgress(cursor, lanes)
        return progress
