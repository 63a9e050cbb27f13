"""Records of asynchronous events, before and after they ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


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
class PushRefused:
    """An event that a service pushed was not accepted; `source` and `function` are ARNs."""

    kind: ClassVar[str] = "push.refused"
    source: str
    function: str
    reason: str
