"""The two segments that Lambda makes of a sampled event: AWS::Lambda and AWS::Lambda::Function.

The first is the service's: from the request until the caller has its answer; of an asynchronous
event it holds the dwell time and every attempt. The second is the work of the function's code,
with Initialization of a cold start, Overhead, and what the code itself sends. It has no Invocation
subsegment: the code's own hang directly below it, as in AWS's newer style.

Source: docs.aws.amazon.com/lambda/latest/dg/services-xray.html.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud import records
from helpers.cloud.json_text import read_json
from helpers.cloud.records import Entry
from helpers.cloud.telemetry.xray.intake import Intake

MAX_OPEN = 10_000
Progress = records.InvocationFault | records.InvocationFinished | records.TraceEnded


@dataclass(slots=True)
class Attempt:
    """One run of an event, as far as it is known: moments are Unix seconds."""

    begun: records.TraceBegun
    at: float
    init: tuple[float, float] | None = None
    started: float | None = None
    fault: records.InvocationFault | None = None
    ended: bool = False
    finished: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing more is to come."""
        return self.ended and (self.finished or self.started is None)


@dataclass(slots=True)
class OpenEvent:
    """An event whose segments are being made; `queued` is None for a synchronous one."""

    attempt: Attempt
    queued: float | None = None
    parts: list[dict[str, Any]] = field(default_factory=list)


class LambdaSegments:
    """Makes segments of records; lives with the cloud, on the recorder's thread for it."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._lock = threading.Lock()
        self._queued: OrderedDict[str, float] = OrderedDict()
        self._open: OrderedDict[str, OpenEvent] = OrderedDict()
        self._inits: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def receive(self, entry: Entry) -> None:
        """Take one record."""
        with self._lock:
            self._fold(entry.record, entry.time)

    def clear(self) -> None:
        """Forget what has begun: the account is emptied."""
        with self._lock:
            self._queued.clear()
            self._open.clear()
            self._inits.clear()

    def _fold(self, record: records.Record, at: float) -> None:
        match record:
            case records.EventQueued():
                _keep(self._queued, record.request_id, at)
            case records.TraceBegun():
                self._begin(record, at)
            case records.EnvironmentInit():
                _keep(self._inits, record.environment, (at - record.duration_ms / 1000, at))
            case records.InvocationStarted(environment=environment, request_id=request_id):
                init = self._inits.pop(environment, None)
                if request_id in self._open:
                    attempt = self._open[request_id].attempt
                    attempt.started, attempt.init = at, init
            case (
                records.InvocationFault(request_id=request_id)
                | records.InvocationFinished(request_id=request_id)
                | records.TraceEnded(request_id=request_id)
            ) if request_id in self._open:
                self._go_on(self._open[request_id], record, at)
            case _:
                pass

    def _go_on(self, event: OpenEvent, record: Progress, at: float) -> None:
        if isinstance(record, records.InvocationFault):
            event.attempt.fault = record
        elif isinstance(record, records.TraceEnded):
            self._end(event, record, at)
        else:
            self._finish(event, record, at)

    def _begin(self, record: records.TraceBegun, at: float) -> None:
        event = self._open.get(record.request_id)
        if event is None:
            event = OpenEvent(Attempt(record, at), self._queued.pop(record.request_id, None))
            _keep(self._open, record.request_id, event)
        else:
            event.attempt = Attempt(record, at)
        if event.queued is not None:
            event.parts += [] if event.parts else [_dwell_time(record, event.queued, at)]
            event.parts.append(
                {
                    "id": _attempt_id(record.request_id, len(event.parts)),
                    "name": f"Attempt #{len(event.parts)}",
                    "start_time": at,
                    "in_progress": True,
                }
            )

    def _finish(self, event: OpenEvent, record: records.InvocationFinished, at: float) -> None:
        attempt = event.attempt
        begun, started = attempt.begun, attempt.started or attempt.at
        answered = min(started + record.duration_ms / 1000, at)
        parts = []
        if attempt.init is not None and attempt.init[1] >= attempt.at:
            parts.append(_part(begun, "Initialization", *attempt.init))
        parts.append(_part(begun, "Overhead", answered, at))
        failed = record.status != "success"
        segment = {
            "id": begun.function_segment,
            "name": begun.function,
            "trace_id": begun.root,
            "parent_id": event.parts[-1]["id"] if event.parts else begun.service_segment,
            "start_time": min([started, *(part["start_time"] for part in parts)]),
            "end_time": at,
            "origin": "AWS::Lambda::Function",
            "resource_arn": begun.arn,
            "aws": {
                "account_id": begun.arn.split(":")[4],
                "function_arn": begun.arn,
                "resource_names": [begun.function],
                "request_id": begun.request_id,
            },
            **({"fault": True, "cause": _cause(attempt.fault, record)} if failed else {}),
            "subsegments": parts,
        }
        attempt.finished = True
        self._put(begun, segment)
        self._close(event)

    def _end(self, event: OpenEvent, record: records.TraceEnded, at: float) -> None:
        attempt = event.attempt
        begun = attempt.begun
        if event.parts:
            del event.parts[-1]["in_progress"]
            event.parts[-1] |= {"end_time": at, **_flags(record)}
        asynchronous = event.queued is not None
        segment = {
            "id": begun.service_segment,
            "name": begun.function,
            "trace_id": begun.root,
            **({"parent_id": begun.parent} if begun.parent else {}),
            "start_time": attempt.at if event.queued is None else event.queued,
            "end_time": at,
            "origin": "AWS::Lambda",
            "resource_arn": begun.arn,
            "http": {"response": {"status": 202 if asynchronous else record.status}},
            "aws": {
                "function_arn": begun.arn,
                "resource_names": [begun.function],
                "request_id": begun.request_id,
            },
            **_flags(record),
            **({"subsegments": event.parts} if event.parts else {}),
        }
        attempt.ended = True
        self._put(begun, segment)
        self._close(event)

    def _close(self, event: OpenEvent) -> None:
        """Forget a synchronous event of which all is told; a queued one may come again."""
        if event.queued is None and event.attempt.done:
            self._open.pop(event.attempt.begun.request_id, None)

    def _put(self, begun: records.TraceBegun, segment: dict[str, Any]) -> None:
        self._intake.put(begun.role_arn, begun.arn.split(":")[3], json.dumps(segment))


def _keep(kept: OrderedDict[str, Any], key: str, value: Any) -> None:
    kept[key] = value
    while len(kept) > MAX_OPEN:
        kept.popitem(last=False)


def _attempt_id(request_id: str, number: int) -> str:
    return hashlib.sha256(f"{request_id}:{number}".encode()).hexdigest()[:16]


def _dwell_time(begun: records.TraceBegun, queued: float, at: float) -> dict[str, Any]:
    identifier = _attempt_id(begun.request_id, 0)
    return {"id": identifier, "name": "Dwell Time", "start_time": queued, "end_time": at}


def _part(begun: records.TraceBegun, name: str, start: float, end: float) -> dict[str, Any]:
    identifier = hashlib.sha256(f"{begun.function_segment}:{name}".encode()).hexdigest()[:16]
    return {
        "id": identifier,
        "name": name,
        "start_time": start,
        "end_time": end,
        "aws": {"function_arn": begun.arn},
    }


def _flags(record: records.TraceEnded) -> dict[str, bool]:
    if record.throttled:
        return {"error": True, "throttle": True}
    if record.status >= 500:
        return {"fault": True}
    return {"error": True} if record.status >= 400 else {}


def _cause(
    fault: records.InvocationFault | None, record: records.InvocationFinished
) -> dict[str, Any]:
    """Return the runtime's own cause, or one made of the error's payload."""
    told = _read(fault.cause) if fault is not None else {}
    if isinstance(told.get("exceptions"), list):
        return told
    error = _read(fault.payload) if fault is not None else {}
    exception = {
        "type": str(error.get("errorType") or record.error_type or ""),
        "message": str(error.get("errorMessage") or ""),
    }
    return {"exceptions": [exception]}


def _read(text: str) -> dict[str, Any]:
    try:
        document = read_json(text or "{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
