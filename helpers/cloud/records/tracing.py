"""Records of traces: what Lambda's segments are made from, and what was not kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpers.cloud.records.events import EventRecord


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
class DatagramIgnored:
    """The X-Ray daemon could not use what was sent to it; `count` is how often so far.

    Recorded for the first, second, fourth, eighth... so that a flood fills no ring.
    """

    kind: ClassVar[str] = "trace.ignored"
    role: str
    reason: str
    count: int
