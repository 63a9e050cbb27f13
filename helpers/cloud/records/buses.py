"""Records of event buses and schedules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPut:
    """An event reached a bus, whose `rules` (names) matched it; `bus` is an ARN."""

    kind: ClassVar[str] = "bus.event"
    bus: str
    event: str
    source: str
    detail_type: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetInvoked:
    """A rule or schedule (`source`, an ARN) handed an event to a target, or gave up.

    `attempts` counts the tries; `dead_letter` is the queue that got what was not delivered.
    """

    kind: ClassVar[str] = "target.invoked"
    source: str
    target: str
    delivered: bool
    attempts: int
    reason: str
    dead_letter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRetried:
    """A target failed and will be tried again after `wait_s` seconds of AWS's time."""

    kind: ClassVar[str] = "target.retried"
    source: str
    target: str
    attempts: int
    wait_s: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFired:
    """A schedule's moment came; `source` is the ARN of its rule or schedule."""

    kind: ClassVar[str] = "schedule.fired"
    source: str
    scheduled_time: str
