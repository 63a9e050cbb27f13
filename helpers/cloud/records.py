"""The flight recorder: what happened in the data plane, one typed record at a time.

Timelines, receipts, checks and tests read records; nothing instruments the code a second time.
AWS has no such recorder: it is what CloudTrail, metrics, traces and logs together let one guess.
"""

from __future__ import annotations

import queue
import threading
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, ClassVar

from helpers.cloud.batch_records import BatchRecord, MappingChanged
from helpers.cloud.bus_records import EventPut, ScheduleFired, TargetInvoked, TargetRetried
from helpers.cloud.clock import Clock, Timers

RING_SIZE = 200_000
SUBSCRIBER_BACKLOG = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentRecord:
    """Something that happened to one execution environment."""

    kind: ClassVar[str]
    function: str
    version: str
    environment: str
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentCreated(EnvironmentRecord):
    """A process was started for a function version: a cold start begins."""

    kind: ClassVar[str] = "environment.created"
    initialization_type: str = "on-demand"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentInit(EnvironmentRecord):
    """The init phase ended; `phase` is invoke when it was repeated inside the first invocation."""

    kind: ClassVar[str] = "environment.init"
    phase: str
    status: str
    duration_ms: float
    error_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentRestored(EnvironmentRecord):
    """The restore phase ended: the environment is a copy of a snapshot, or could not become one."""

    kind: ClassVar[str] = "environment.restored"
    snapshot: str
    status: str
    duration_ms: float
    billed_ms: int
    error_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRecord:
    """Something that happened to the snapshot of a version with SnapStart."""

    kind: ClassVar[str]
    function: str
    version: str
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotMade(SnapshotRecord):
    """The version was initialised for a snapshot; or could not be."""

    kind: ClassVar[str] = "snapshot.made"
    status: str
    duration_ms: float
    error_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotDeleted(SnapshotRecord):
    """A snapshot was given up; `reason` says why: updated, deleted, lost, reset or shutdown."""

    kind: ClassVar[str] = "snapshot.deleted"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentFrozen(EnvironmentRecord):
    """The runtime asked for the next event, so its processes were stopped."""

    kind: ClassVar[str] = "environment.frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentThawed(EnvironmentRecord):
    """An event arrived for a frozen environment, so its processes go on."""

    kind: ClassVar[str] = "environment.thawed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentTimedOut(EnvironmentRecord):
    """The timeout passed; every process of the environment was killed."""

    kind: ClassVar[str] = "environment.timed_out"
    request_id: str
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentKilled(EnvironmentRecord):
    """The processes ended before their time: memory, exit, or init."""

    kind: ClassVar[str] = "environment.killed"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentReaped(EnvironmentRecord):
    """The environment was shut down while idle; `reason` says why.

    idle, age, memory, updated, deleted, reset, shutdown; released or replaced when provisioned.
    """

    kind: ClassVar[str] = "environment.reaped"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationStarted(EnvironmentRecord):
    """An event was handed to the runtime; `qualifier` is what its caller named."""

    kind: ClassVar[str] = "invocation.started"
    request_id: str
    qualifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationFinished(EnvironmentRecord):
    """The invocation ended: what its REPORT line says, as numbers."""

    kind: ClassVar[str] = "invocation.finished"
    request_id: str
    status: str
    error_type: str | None
    duration_ms: float
    billed_ms: int
    init_ms: float | None
    memory_mb: int
    max_memory_mb: int
    restore_ms: float | None = None
    billed_restore_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationFault(EnvironmentRecord):
    """The error of a traced invocation: its payload, and the runtime's cause for X-Ray, as JSON."""

    kind: ClassVar[str] = "invocation.fault"
    request_id: str
    payload: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationThrottled:
    """An invocation was refused with 429; `reason` is AWS's Reason member."""

    kind: ClassVar[str] = "invocation.throttled"
    function: str
    version: str
    reason: str
    qualifier: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationSpilledOver:
    """Every provisioned environment was busy, so the event runs on demand."""

    kind: ClassVar[str] = "invocation.spilled_over"
    function: str
    version: str
    qualifier: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """IAM allowed or denied a call; `statement` is the one that decided, or None."""

    kind: ClassVar[str] = "decision"
    principal: str
    action: str
    resource: str
    allowed: bool
    reason: str
    statement: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsWithheld:
    """A function's log lines went nowhere, because its role may not write them."""

    kind: ClassVar[str] = "logs.withheld"
    function: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """Something that happened to one event, before or after it ran."""

    kind: ClassVar[str]
    function: str
    version: str
    request_id: str
    qualifier: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQueued(EventRecord):
    """The event was accepted (202) and waits in the function's queue."""

    kind: ClassVar[str] = "event.queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPushed(EventRecord):
    """A service of the account handed in the event; `source` is the ARN of whatever sent it."""

    kind: ClassVar[str] = "event.pushed"
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRetried(EventRecord):
    """The event will be tried again after `wait_s` seconds of AWS's time."""

    kind: ClassVar[str] = "event.retried"
    attempts: int
    wait_s: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDropped(EventRecord):
    """The event is gone: nothing was configured that would keep it."""

    kind: ClassVar[str] = "event.dropped"
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecursionStopped(EventRecord):
    """A chain of events had run the function `runs` times, so Lambda stopped the loop."""

    kind: ClassVar[str] = "recursion.stopped"
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSentOn(EventRecord):
    """The outcome went to a destination or dead-letter queue; or could not, for a reason."""

    kind: ClassVar[str] = "event.sent_on"
    condition: str
    target: str
    delivered: bool
    reason: str
    dead_letter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceBegun(EventRecord):
    """A sampled event goes to a function: its trace, and the ids of Lambda's two segments.

    `root` is the trace id, `parent` the segment of whoever called, empty when nobody told.
    """

    kind: ClassVar[str] = "trace.begun"
    arn: str
    role_arn: str
    root: str
    parent: str
    service_segment: str
    function_segment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceEnded(EventRecord):
    """The caller of a sampled event has its answer; `throttled` events never ran."""

    kind: ClassVar[str] = "trace.ended"
    status: int
    throttled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentsWithheld:
    """Trace data of a function went nowhere: its role may not call xray:PutTraceSegments."""

    kind: ClassVar[str] = "trace.withheld"
    role: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultInjected:
    """Somebody asked that the next `times` calls of an action fail."""

    kind: ClassVar[str] = "fault.injected"
    action: str
    error: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRaised:
    """A call failed because it was asked to; `remaining` more will."""

    kind: ClassVar[str] = "fault.raised"
    action: str
    error: str
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationStep:
    """Secrets Manager called a rotation function for one step; `reason` says why it failed."""

    kind: ClassVar[str] = "rotation.step"
    secret: str
    function: str
    step: str
    version_id: str
    succeeded: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatagramIgnored:
    """The X-Ray daemon could not use what was sent to it; `count` is how often so far.

    Recorded for the first, second, fourth, eighth... so that a flood fills no ring.
    """

    kind: ClassVar[str] = "trace.ignored"
    role: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRefused:
    """An event that a service pushed was not accepted; `source` and `function` are ARNs."""

    kind: ClassVar[str] = "push.refused"
    source: str
    function: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswered:
    """A public front answered a request; `function` and `request_id` are None when none ran.

    `front` is lambda-url, http-api, rest-api or load-balancer, `id` the URL's or API's; `path` is
    the path as its event shows it, `route` the route or resource that was chosen.
    """

    kind: ClassVar[str] = "http.answered"
    front: str
    id: str
    method: str
    path: str
    status: int
    route: str | None = None
    function: str | None = None
    request_id: str | None = None
    reason: str = ""


Record = (
    EnvironmentRecord
    | SnapshotRecord
    | InvocationThrottled
    | InvocationSpilledOver
    | Decided
    | LogsWithheld
    | EventRecord
    | PushRefused
    | EventPut
    | TargetInvoked
    | TargetRetried
    | ScheduleFired
    | SegmentsWithheld
    | DatagramIgnored
    | RotationStep
    | FaultInjected
    | FaultRaised
    | BatchRecord
    | MappingChanged
    | HttpAnswered
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with its place and moment: `sequence` never repeats, `time` is Unix seconds."""

    sequence: int
    time: float
    record: Record

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the records endpoint shows it."""
        return {
            "sequence": self.sequence,
            "time": round(self.time, 6),
            "kind": self.record.kind,
            **asdict(self.record),
        }


class Recorder:
    """A ring of the newest records and the subscribers who want each; lives with the cloud."""

    def __init__(self, clock: Clock, *, size: int = RING_SIZE) -> None:
        self._clock = clock
        self._ring: deque[Entry] = deque(maxlen=size)
        self._lock = threading.Lock()
        self._next = 1
        self._subscribers: list[_Subscriber] = []
        self.epoch = 1

    def add(self, record: Record) -> None:
        """Keep `record`; never waits for whoever reads."""
        with self._lock:
            entry = Entry(self._next, self._clock.now(), record)
            self._next += 1
            self._ring.append(entry)
            for subscriber in self._subscribers:
                subscriber.offer(entry)

    def since(self, sequence: int) -> dict[str, Any]:
        """Return the records numbered `sequence` or later, as the endpoint's JSON.

        `next` is the number to ask for next time; `dropped` counts what the ring no longer holds.
        """
        with self._lock:
            first = self._next - len(self._ring)
            entries = [e for e in self._ring if e.sequence >= sequence]
            dropped = max(0, first - max(sequence, 1))
            following, epoch = self._next, self.epoch
        records = [entry.as_json() for entry in entries]
        return {"epoch": epoch, "next": following, "dropped": dropped, "records": records}

    def newer(self, sequence: int) -> list[Entry]:
        """Return the kept entries with a higher number, the oldest first; costs what is new."""
        with self._lock:
            count = max(0, min(self._next - 1 - sequence, len(self._ring)))
            return [*islice(reversed(self._ring), count)][::-1]

    @property
    def newest(self) -> int:
        """The number of the newest record, 0 before the first."""
        return self._next - 1

    def subscribe(self, receive: Callable[[Entry], None], *, name: str) -> None:
        """Call `receive` for each later record, on a thread of its own."""
        with self._lock:
            self._subscribers.append(_Subscriber(receive, name))

    def start_epoch(self) -> int:
        """Forget every record: the account was emptied. Sequence numbers go on."""
        with self._lock:
            self._ring.clear()
            self.epoch += 1
            return self.epoch


@dataclass(frozen=True, slots=True)
class Waiting:
    """What whoever waits needs: the clock, its timers, and where its records go."""

    clock: Clock
    timers: Timers
    recorder: Recorder


class _Subscriber:
    """A reader with a bounded backlog; what does not fit is counted, not waited for."""

    def __init__(self, receive: Callable[[Entry], None], name: str) -> None:
        self._receive = receive
        self._backlog: queue.Queue[Entry] = queue.Queue(SUBSCRIBER_BACKLOG)
        self.missed = 0
        threading.Thread(target=self._run, name=f"records-{name}", daemon=True).start()

    def offer(self, entry: Entry) -> None:
        try:
            self._backlog.put_nowait(entry)
        except queue.Full:
            self.missed += 1

    def _run(self) -> None:
        while True:
            entry = self._backlog.get()
            try:
                self._receive(entry)
            except Exception:  # one record less is better than none from now on
                traceback.print_exc()
