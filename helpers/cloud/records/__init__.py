"""The flight recorder: what happened in the data plane, one typed record at a time.

Timelines, receipts, checks and tests read records; nothing instruments the code a second time.
AWS has no such recorder: it is what CloudTrail, metrics, traces and logs together let one guess.
"""

from __future__ import annotations

from helpers.cloud.records.batches import (
    BatchDeleted,
    BatchDropped,
    BatchInvoked,
    BatchPolled,
    BatchRecord,
    BatchRetried,
    BatchReturned,
    BatchSentOn,
    BatchSplit,
    BatchSucceeded,
    MappingChanged,
)
from helpers.cloud.records.buses import EventPut, ScheduleFired, TargetInvoked, TargetRetried
from helpers.cloud.records.environments import (
    EnvironmentCreated,
    EnvironmentFrozen,
    EnvironmentInit,
    EnvironmentKilled,
    EnvironmentReaped,
    EnvironmentRecord,
    EnvironmentRestored,
    EnvironmentThawed,
    EnvironmentTimedOut,
    SnapshotDeleted,
    SnapshotMade,
    SnapshotRecord,
)
from helpers.cloud.records.events import (
    EventDropped,
    EventPushed,
    EventQueued,
    EventRecord,
    EventRetried,
    EventSentOn,
    PushRefused,
    RecursionStopped,
)
from helpers.cloud.records.invocations import (
    InvocationFault,
    InvocationFinished,
    InvocationSpilledOver,
    InvocationStarted,
    InvocationThrottled,
    LogsWithheld,
)
from helpers.cloud.records.kinds import Record
from helpers.cloud.records.queues import (
    MessagesDeadLettered,
    MessagesDeleted,
    MessagesReceived,
    MessagesSent,
    QueueRecord,
    VisibilityChanged,
)
from helpers.cloud.records.recorder import RING_SIZE, SUBSCRIBER_BACKLOG, Entry, Recorder, Waiting
from helpers.cloud.records.services import (
    Decided,
    FaultInjected,
    FaultRaised,
    HttpAnswered,
    RotationStep,
)
from helpers.cloud.records.tracing import DatagramIgnored, SegmentsWithheld, TraceBegun, TraceEnded

__all__ = [
    "RING_SIZE",
    "SUBSCRIBER_BACKLOG",
    "BatchDeleted",
    "BatchDropped",
    "BatchInvoked",
    "BatchPolled",
    "BatchRecord",
    "BatchRetried",
    "BatchReturned",
    "BatchSentOn",
    "BatchSplit",
    "BatchSucceeded",
    "DatagramIgnored",
    "Decided",
    "Entry",
    "EnvironmentCreated",
    "EnvironmentFrozen",
    "EnvironmentInit",
    "EnvironmentKilled",
    "EnvironmentReaped",
    "EnvironmentRecord",
    "EnvironmentRestored",
    "EnvironmentThawed",
    "EnvironmentTimedOut",
    "EventDropped",
    "EventPushed",
    "EventPut",
    "EventQueued",
    "EventRecord",
    "EventRetried",
    "EventSentOn",
    "FaultInjected",
    "FaultRaised",
    "HttpAnswered",
    "InvocationFault",
    "InvocationFinished",
    "InvocationSpilledOver",
    "InvocationStarted",
    "InvocationThrottled",
    "LogsWithheld",
    "MappingChanged",
    "MessagesDeadLettered",
    "MessagesDeleted",
    "MessagesReceived",
    "MessagesSent",
    "PushRefused",
    "QueueRecord",
    "Record",
    "Recorder",
    "RecursionStopped",
    "RotationStep",
    "ScheduleFired",
    "SegmentsWithheld",
    "SnapshotDeleted",
    "SnapshotMade",
    "SnapshotRecord",
    "TargetInvoked",
    "TargetRetried",
    "TraceBegun",
    "TraceEnded",
    "VisibilityChanged",
    "Waiting",
]
