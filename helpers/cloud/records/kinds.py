"""Every kind of record, as one type."""

from __future__ import annotations

from helpers.cloud.records.batches import BatchRecord, MappingChanged
from helpers.cloud.records.buses import EventPut, ScheduleFired, TargetInvoked, TargetRetried
from helpers.cloud.records.environments import EnvironmentRecord, SnapshotRecord
from helpers.cloud.records.events import EventRecord, PushRefused
from helpers.cloud.records.invocations import (
    InvocationSpilledOver,
    InvocationThrottled,
    LogsWithheld,
)
from helpers.cloud.records.queues import QueueRecord
from helpers.cloud.records.services import (
    Decided,
    FaultInjected,
    FaultRaised,
    HttpAnswered,
    RotationStep,
)
from helpers.cloud.records.tracing import DatagramIgnored, SegmentsWithheld

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
    | QueueRecord
    | HttpAnswered
)
