"""Traces as X-Ray keeps them: documents by trace and Region, within bounds.

A document replaces an earlier one with its id. Subsegments that were sent by themselves are put
into their parents when a trace is read; calls of other services become inferred segments.

Source: docs.aws.amazon.com/general/latest/gr/xray.html (500 KB per trace);
docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.telemetry.xray.segments import Document, Segment, every_part

MAX_TRACE_BYTES = 500 * 1024
MAX_LEVELS = 50
"""How many subsegments stand inside each other when a trace is read; deeper ones stand beside."""
MAX_BYTES = 64 * 1024 * 1024
"""What all traces of the account may take here; the oldest give way."""
ORIGINS = {
    "DynamoDB": "AWS::DynamoDB::Table",
    "S3": "AWS::S3::Bucket",
    "SNS": "AWS::SNS",
    "SQS": "AWS::SQS::Queue",
    "Lambda": "AWS::Lambda",
}
"""Types of inferred segments; other services are AWS::<their name>."""


@dataclass(slots=True)
class KeptTrace:
    """The documents of one trace, by their ids."""

    region: str
    trace_id: str
    segments: dict[str, Segment] = field(default_factory=dict)
    size: int = 0
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace as it is read: whole segments, the earliest first."""

    trace_id: str
    segments: tuple[Document, ...]
    limited: bool = False

    @property
    def start(self) -> float:
        """When the first segment began, Unix seconds."""
        return min((float(s["start_time"]) for s in self.segments), default=0.0)

    @property
    def end(self) -> float:
        """When the last segment ended; its start while it is in progress."""
        return max((_end(s) for s in self.segments), default=0.0)


class TraceStore:
    """All traces of the account; lives with the cloud."""

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._traces: OrderedDict[tuple[str, str], KeptTrace] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()

    def put(self, region: str, segment: Segment) -> None:
        """Keep a document; what a full trace cannot hold is left out and marks it."""
        with self._lock:
            key = (region, segment.trace_id)
            trace = self._traces.setdefault(key, KeptTrace(region, segment.trace_id))
            earlier = trace.segments.get(segment.id)
            growth = len(segment.text) - (len(earlier.text) if earlier else 0)
            if trace.size + growth > MAX_TRACE_BYTES:
                trace.limited = True
                return
            trace.segments[segment.id] = segment
            trace.size += growth
            self._bytes += growth
            while self._bytes > self._max_bytes and len(self._traces) > 1:
                self._bytes -= self._traces.popitem(last=False)[1].size

    def get(self, region: str, trace_id: str) -> Trace | None:
        """Return a trace, put together; None when nothing is known of it."""
        with self._lock:
            kept = self._traces.get((region, trace_id))
            segments = list(kept.segments.values()) if kept else []
        if kept is None:
            return None
        return put_together(trace_id, segments, limited=kept.limited)

    def traces(self, region: str) -> list[Trace]:
        """Return every trace of a Region, the oldest first."""
        with self._lock:
            kept = [
                (trace.trace_id, list(trace.segments.values()), trace.limited)
                for (where, _), trace in self._traces.items()
                if where == region
            ]
        return [put_together(name, segments, limited=full) for name, segments, full in kept]

    def clear(self) -> None:
        """Forget every trace."""
        with self._lock:
            self._traces.clear()
            self._bytes = 0


def put_together(trace_id: str, segments: list[Segment], *, limited: bool = False) -> Trace:
    """Put subsegments into their parents, and infer the segments of services that send none."""
    documents = {segment.id: json.loads(segment.text) for segment in segments}
    parents: dict[str, Any] = {}
    for document in documents.values():
        for part in every_part(document):
            parents.setdefault(str(part.get("id", "")), part)
    whole = []
    for segment in segments:
        document = documents[segment.id]
        parent = parents.get(str(document.get("parent_id", "")))
        # whoever sends a circle gets its parts side by side
        if not segment.is_subsegment or any(part is parent for part in every_part(document)):
            parent = None
        if parent is None:
            whole.append(document)
            continue
        del document["type"], document["trace_id"]
        inside = parent.setdefault("subsegments", [])
        inside.append(document)
    for document in whole:
        whole += _below_all_levels(trace_id, document)  # which are cut in their turn
    whole += list(_inferred(trace_id, whole))
    whole.sort(key=lambda document: float(document["start_time"]))
    return Trace(trace_id, tuple(whole), limited)


def _below_all_levels(trace_id: str, document: Document) -> list[Document]:
    """Take out the subsegments that are too deep inside a document, as if sent by themselves."""
    level = [document]
    for _ in range(MAX_LEVELS):
        level = [part for parent in level for part in parent.get("subsegments") or ()]
    cut = []
    for parent in level:
        for part in parent.pop("subsegments", None) or ():
            told = {"trace_id": trace_id, "type": "subsegment", "parent_id": parent.get("id", "")}
            cut.append({**part, **told})
    return cut


def _inferred(trace_id: str, segments: list[Document]) -> Iterator[Document]:
    """Yield a segment for each call of a service that sent no segment of its own."""
    told = {str(segment.get("parent_id", "")) for segment in segments}
    for segment in segments:
        for part in every_part(segment):
            namespace = part.get("namespace")
            call = str(part.get("id", ""))
            if part is segment or namespace not in ("aws", "remote") or call in told:
                continue
            copied = ("start_time", "end_time", "http", "aws", "error", "fault", "throttle")
            name = str(part.get("name", ""))
            yield {
                "id": hashlib.sha256(call.encode()).hexdigest()[:16],
                "name": _resource(part) or name,
                "trace_id": trace_id,
                "parent_id": call,
                "inferred": True,
                "origin": ORIGINS.get(name, f"AWS::{name}") if namespace == "aws" else "remote",
                **{member: part[member] for member in copied if member in part},
            }


def _resource(part: Any) -> str:
    aws = part.get("aws") or {}
    for member in ("table_name", "bucket_name", "function_name", "queue_url", "topic_arn"):
        if isinstance(aws.get(member), str):
            return str(aws[member]).rpartition("/")[2].rpartition(":")[2]
    return ""


def _end(segment: Document) -> float:
    return float(segment.get("end_time") or segment["start_time"])
