"""An event source mapping: its source, its settings, and the states it goes through.

Creating → Enabled, or Disabled at once when it is made so; a change passes through Enabling,
Disabling or Updating; Deleting ends it. What is asked for in between is refused, because the
mapping is in use.

Source: docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from helpers.cloud.registry import Key, function_arn

NOTHING_YET = "No records processed"
FINE = "OK"
EVENT_COUNT = "EventCount"
CALL_FAILED = "PROBLEM: Function call failed"


class Source(StrEnum):
    """The kind of an event source, as its ARN names the service."""

    SQS = "sqs"
    KINESIS = "kinesis"
    DYNAMODB = "dynamodb"

    @property
    def is_stream(self) -> bool:
        """Tell whether records keep their order and stay where they are."""
        return self is not Source.SQS

    @property
    def reason(self) -> str:
        """StateTransitionReason, which queues and streams spell differently."""
        return "User action" if self.is_stream else "USER_INITIATED"


class State(StrEnum):
    """State of EventSourceMappingConfiguration."""

    CREATING = "Creating"
    ENABLING = "Enabling"
    ENABLED = "Enabled"
    DISABLING = "Disabling"
    DISABLED = "Disabled"
    UPDATING = "Updating"
    DELETING = "Deleting"

    @property
    def is_settled(self) -> bool:
        """Tell whether the mapping may be changed."""
        return self in (State.ENABLED, State.DISABLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSettings:
    """Everything that can be set, in AWS's units; -1 means without limit.

    `filters` are patterns as JSON text, one of which must match; `others` are members that are
    only kept and shown (Tags, KMSKeyArn, MetricsConfig, LoggingConfig).
    """

    enabled: bool = True
    batch_size: int
    window_s: int = 0
    filters: tuple[str, ...] = ()
    report_failures: bool = False
    max_concurrency: int | None = None
    pollers: tuple[int, int] | None = None
    starting_position: str | None = None
    starting_timestamp: float | None = None
    lanes: int = 1
    bisect: bool = False
    retries: int = -1
    age_s: int = -1
    on_failure: str | None = None
    tumbling_s: int = 0
    others: Dictionary[str, Any] = field(default_factory=dict)

    @property
    def is_metered(self) -> bool:
        """Tell whether MetricsConfig asks for the event counts, which nobody gets unasked."""
        return EVENT_COUNT in (self.others.get("MetricsConfig") or {}).get("Metrics", ())


@dataclass(slots=True, kw_only=True)
class Mapping:
    """One mapping; changed only by the store that keeps it, and by its poller's results."""

    uuid: str
    source: Source
    source_arn: str
    key: Key
    qualifier: str | None
    settings: MappingSettings
    state: State = State.CREATING
    modified: float = 0.0
    result: str = ""

    @property
    def function_arn(self) -> str:
        """The function's ARN, with the qualifier it was named with."""
        return function_arn(self.key, self.qualifier)

    @property
    def arn(self) -> str:
        """The mapping's own ARN."""
        account_id, region, _ = self.key
        return f"arn:aws:lambda:{region}:{account_id}:event-source-mapping:{self.uuid}"


def transition(*, before: bool | None, after: bool) -> State:
    """Return the state on the way from `before` to `after` (Enabled?); None: there was nothing."""
    if before is None:
        return State.CREATING if after else State.DISABLED
    if before == after:
        return State.UPDATING
    return State.ENABLING if after else State.DISABLING
