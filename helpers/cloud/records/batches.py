"""Records of event source mappings: what happened to their batches, and their states.

The metrics of a mapping (PolledEventCount and its sisters) are sums of these, if it asks for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRecord:
    """Something that happened to `count` records of an event source mapping.

    `mapping` is its UUID, `source` the ARN of the queue or stream; `shard` is empty for queues.
    `messages` are the ids of a queue's. A stream's are told by `positions`: pairs of first and
    last place in the shard, counted from 1 in the order in which this mapping read them.
    `metered` tells whether the mapping's MetricsConfig asks for event counts.
    """

    kind: ClassVar[str]
    mapping: str
    function: str
    source: str
    count: int
    shard: str = ""
    messages: tuple[str, ...] = ()
    positions: tuple[tuple[int, int], ...] = ()
    metered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPolled(BatchRecord):
    """Records were read from the source; the filters passed over `filtered_out` of them.

    `filtered_positions` says which those were in a shard; of a queue, what is deleted says it.
    """

    kind: ClassVar[str] = "batch.polled"
    filtered_out: int = 0
    filtered_positions: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchInvoked(BatchRecord):
    """A batch went to the function; `iterator_age_ms` is the age of a stream's last record.

    `attempts` counts the invocations with these records, this one included.
    """

    kind: ClassVar[str] = "batch.invoked"
    request_id: str
    attempts: int = 1
    iterator_age_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDeleted(BatchRecord):
    """Messages were deleted from their queue: they were processed, or `reason` is filtered.

    `request_id` is that of the invocation that processed them.
    """

    kind: ClassVar[str] = "batch.deleted"
    reason: str = "processed"
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReturned(BatchRecord):
    """Messages failed; they appear in the queue again after its visibility timeout."""

    kind: ClassVar[str] = "batch.returned"
    reason: str
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRetried(BatchRecord):
    """A batch will be tried again after `wait_s` seconds of AWS's time.

    `attempts` counts its failures; throttles and faults of the service (`counts` False) do not.
    `request_id` is that of the refused invocation, of a queue's batch only.
    """

    kind: ClassVar[str] = "batch.retried"
    attempts: int
    wait_s: float
    reason: str
    counts: bool = True
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSplit(BatchRecord):
    """A failed batch was halved; `first` records come first."""

    kind: ClassVar[str] = "batch.split"
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSucceeded(BatchRecord):
    """A stream's records were processed, so its checkpoint moves past them."""

    kind: ClassVar[str] = "batch.succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDropped(BatchRecord):
    """A stream's records were given up: too many failures, too old, or too large."""

    kind: ClassVar[str] = "batch.dropped"
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSentOn(BatchRecord):
    """What is known of given-up records went to the failure destination; or could not."""

    kind: ClassVar[str] = "batch.sent_on"
    condition: str
    target: str
    delivered: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingChanged:
    """An event source mapping has a new state, or a new LastProcessingResult."""

    kind: ClassVar[str] = "mapping.state"
    mapping: str
    function: str
    source: str
    state: str
    result: str
