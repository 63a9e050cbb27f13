"""What happened in each execution environment, read from records: spans of time and marks.

A lane is one environment, numbered per function in the order of creation, because ids differ on
each run. What happens before there is an environment (refused, queued, retried) has a lane per
function. Left out: batches of queues and streams, which have views of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Records = Iterable[Mapping[str, Any]]


class Act(StrEnum):
    """What an environment does for a while."""

    INIT = "init"
    RESTORE = "restore"
    INVOKE = "invoke"
    FROZEN = "frozen"


class Sign(StrEnum):
    """What happens in a moment."""

    TIMED_OUT = "timed out"
    KILLED = "killed"
    FAILED = "failed"
    REAPED = "shut down"
    THROTTLED = "throttled"
    QUEUED = "queued"
    RETRIED = "retry planned"
    DROPPED = "given up"
    SENT_ON = "sent on"
    SNAPSHOT = "snapshot"


OUTSIDE = {
    "invocation.throttled": Sign.THROTTLED,
    "event.queued": Sign.QUEUED,
    "event.retried": Sign.RETRIED,
    "event.dropped": Sign.DROPPED,
    "event.sent_on": Sign.SENT_ON,
    "snapshot.made": Sign.SNAPSHOT,
}


@dataclass(slots=True)
class Span:
    """A stretch of one lane; `end` is None while it lasts, `words` say what is known of it."""

    act: Act
    start: float
    end: float | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment in one lane."""

    sign: Sign
    at: float
    words: str = ""


@dataclass(slots=True)
class Lane:
    """One environment, or with `number` 0 what happened to a function outside of any."""

    function: str
    number: int
    version: str = "$LATEST"
    spans: list[Span] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return `#2`, `#2 of version 3`, or `no environment`."""
        if not self.number:
            return "no environment"
        return f"#{self.number}" + ("" if self.version == "$LATEST" else f" of {self.version}")

    def begin(self, act: Act, at: float) -> None:
        """Open a span, and close the one before; nothing stands between init and invoke."""
        self.close(at)
        if act is Act.INVOKE and self.spans and self.spans[-1].act in (Act.INIT, Act.RESTORE):
            self.spans[-1].end = at
        self.spans.append(Span(act, at))

    def close(self, at: float, words: str = "") -> None:
        """End the open span, if there is one."""
        if self.spans and self.spans[-1].end is None:
            self.spans[-1].end = at
            self.spans[-1].words = words or self.spans[-1].words

    def mark(self, sign: Sign, at: float, words: str = "") -> None:
        """Add a moment."""
        self.marks.append(Mark(sign, at, words))

    def events(self) -> list[Span | Mark]:
        """Return its spans and then its marks."""
        return [*self.spans, *self.marks]

    def last(self, act: Act) -> Span | None:
        """Return the newest span of this kind."""
        return next((span for span in reversed(self.spans) if span.act is act), None)


@dataclass(frozen=True, slots=True)
class Scene:
    """All lanes, and the moments of the first and the last record."""

    lanes: tuple[Lane, ...]
    start: float = 0.0
    end: float = 0.0

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that have a lane, in the order of their first one."""
        return tuple(dict.fromkeys(lane.function for lane in self.lanes))

    @property
    def running(self) -> bool:
        """Whether an init or an invocation goes on."""
        last = [lane.spans[-1] for lane in self.lanes if lane.spans]
        return any(span.end is None and span.act is not Act.FROZEN for span in last)

    def names(self) -> list[str]:
        """Return the name of each lane, with its function where there are several."""
        if len(self.functions) < 2:
            return [lane.name for lane in self.lanes]
        return [f"{lane.function} {lane.name}" for lane in self.lanes]


def read_lanes(records: Records, *, function: str | None = None) -> Scene:
    """Return the lanes of all functions, or of one; other records are passed over."""
    inside: dict[str, Lane] = {}
    outside: dict[str, Lane] = {}
    counts: dict[str, int] = {}
    start = end = 0.0
    for record in records:
        owner = record.get("function")
        if owner is None or function not in (None, owner):
            continue
        identity, kind, at = record.get("environment"), record["kind"], record["time"]
        if identity is None and kind not in OUTSIDE:
            continue
        start, end = start or at, at
        if identity is None:
            lane = outside.setdefault(owner, Lane(owner, 0))
            lane.mark(OUTSIDE[kind], at, _told(record))
            continue
        if identity not in inside:
            counts[owner] = counts.get(owner, 0) + 1
            inside[identity] = Lane(owner, counts[owner], str(record["version"]))
        _follow(inside[identity], record)
    lanes = sorted((*inside.values(), *outside.values()), key=lambda lane: not lane.number)
    return Scene(tuple(lanes), start, end)


def _follow(lane: Lane, record: Mapping[str, Any]) -> None:
    """Let one record of an environment change its lane."""
    at = record["time"]
    match record["kind"]:
        case "environment.created":
            lane.begin(Act.INIT, at)
        case "environment.init":
            _init_ended(lane, record)
        case "environment.restored":
            _restored(lane, record)
        case "invocation.started":
            lane.begin(Act.INVOKE, at)
        case "environment.frozen":
            lane.begin(Act.FROZEN, at)
        case "invocation.finished":
            _finished(lane, record)
        case "environment.timed_out":
            lane.close(at)
            lane.mark(Sign.TIMED_OUT, at, f"after {record['timeout_s']:g} s")
        case "environment.killed":
            lane.close(at)
            lane.mark(Sign.KILLED, at, record["reason"])
        case "environment.reaped":
            lane.close(at)
            lane.mark(Sign.REAPED, at, record["reason"])


def _init_ended(lane: Lane, record: Mapping[str, Any]) -> None:
    at, duration_ms = record["time"], record["duration_ms"]
    words = f"{duration_ms:,.0f} ms"
    if record["status"] != "success":
        words += f", {record['error_type'] or record['status']}"
    if lane.spans and lane.spans[-1].end is None and lane.spans[-1].act is Act.INIT:
        lane.close(at, words)
        return
    # after a crash or a timeout, init is repeated when the next event comes
    lane.close(at - duration_ms / 1000)
    lane.spans.append(Span(Act.INIT, at - duration_ms / 1000, at, words))


def _restored(lane: Lane, record: Mapping[str, Any]) -> None:
    at = record["time"]
    if lane.spans and lane.spans[-1].end is None:
        lane.spans[-1].act = Act.RESTORE
    else:
        lane.spans.append(Span(Act.RESTORE, at - record["duration_ms"] / 1000))
    lane.close(at, f"{record['duration_ms']:,.0f} ms, {record['status']}")


def _finished(lane: Lane, record: Mapping[str, Any]) -> None:
    at, status = record["time"], record["status"]
    span = lane.last(Act.INVOKE)
    if span is None:
        return
    if span.end is None:
        span.end = at
    outcome = record["error_type"] or status
    span.words = (
        f"{record['duration_ms']:,.0f} ms, billed {record['billed_ms']:,} ms "
        f"at {record['memory_mb']:,} MB, {outcome}"
    )
    told = any(mark.at >= span.start for mark in lane.marks)
    if status not in ("success", "timeout") and not told:
        lane.mark(Sign.FAILED, span.end, outcome)


def _told(record: Mapping[str, Any]) -> str:
    parts = [str(record.get("reason") or record.get("condition") or record.get("status") or "")]
    if record["kind"] == "event.retried":
        parts.append(f"again after {record['wait_s']:g} s of AWS's time")
    return ", ".join(part for part in parts if part)
