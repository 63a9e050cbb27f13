"""What Lambda does with X-Amzn-Trace-Id: who decides that a request is traced, what goes on.

With active tracing a header's decision counts, and without one a sampler decides; a sampled event
gets the id of the function's segment as its parent. In PassThrough mode the header goes on as it
came, or as one that is not sampled, and Lambda makes no segment.

Source: docs.aws.amazon.com/lambda/latest/dg/services-xray.html (modes, sampling rate: the first
request of each second and 5 percent of the others);
docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html (tracing header).
"""

from __future__ import annotations

import hashlib
import random
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from helpers.cloud import records
from helpers.cloud.clock import Clock
from helpers.cloud.invoke.lineage import Trace, parse_trace
from helpers.cloud.model import FunctionVersion
from helpers.cloud.records import Recorder

FIXED_RATE = 0.05
TRACE_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
SEGMENT_ID = re.compile(r"[0-9a-f]{16}")


class Sampler:
    """Decides for requests that bring no decision; lives with the cloud."""

    def __init__(self, clock: Clock, every_request: Callable[[], bool]) -> None:
        self._clock = clock
        self._every_request = every_request
        self._random = random.Random()
        self._lock = threading.Lock()
        self._second = 0

    def draw_from(self, choose: random.Random) -> None:
        """Let `choose` decide about the five percent."""
        self._random = choose

    def samples(self) -> bool:
        """Tell whether this request is traced."""
        if self._every_request():
            return True
        second = int(self._clock.now())
        with self._lock:
            first, self._second = second != self._second, second
            return first or self._random.random() < FIXED_RATE


@dataclass(frozen=True, slots=True)
class Traced:
    """One event with its trace: the header for the function, and whether segments are made."""

    header: str
    sampled: bool


class Tracer:
    """Reads and writes trace headers and tells of sampled events; lives with the cloud."""

    def __init__(self, clock: Clock, recorder: Recorder, sampler: Sampler) -> None:
        self.sampler = sampler
        self._clock = clock
        self._recorder = recorder

    def accepted(self, function: FunctionVersion, header: str) -> str:
        """Return the header that an asynchronous event keeps through all its attempts."""
        return str(self._decided(function, parse_trace(header)))

    def begin(self, function: FunctionVersion, request_id: str, trace: Trace) -> Traced:
        """Return the header for the function, whose Lineage stands in `trace`, and record it."""
        decided = self._decided(function, trace)
        if not function.traced:
            return Traced(str(decided), sampled=False)
        sampled = decided.field("Sampled") == "1"
        root, segment = str(decided.field("Root")), secrets.token_hex(8)
        if sampled:
            self._recorder.add(
                records.TraceBegun(
                    function=function.name,
                    version=function.version,
                    request_id=request_id,
                    arn=function.arn,
                    role_arn=function.role_arn,
                    root=root,
                    parent=_parent(decided),
                    service_segment=service_segment(request_id),
                    function_segment=segment,
                )
            )
        fields = (f"Root={root}", f"Parent={segment}", f"Sampled={int(sampled)}")
        return Traced(str(replace(decided, fields=fields)), sampled)

    def end(
        self,
        function: FunctionVersion,
        request_id: str,
        *,
        status: int = 200,
        throttled: bool = False,
    ) -> None:
        """Tell that the caller of a sampled event has its answer."""
        self._recorder.add(
            records.TraceEnded(
                function=function.name,
                version=function.version,
                request_id=request_id,
                status=status,
                throttled=throttled,
            )
        )

    def _decided(self, function: FunctionVersion, trace: Trace) -> Trace:
        root = trace.field("Root")
        if root is None or not TRACE_ID.fullmatch(root):
            fields = (f"Root={new_trace_id(self._clock.now())}",)
            untraced = (f"Parent={secrets.token_hex(8)}", "Sampled=0")
            trace = replace(trace, fields=fields if function.traced else fields + untraced)
        if not function.traced or trace.field("Sampled") in ("0", "1"):
            return trace
        kept = tuple(field for field in trace.fields if not field.startswith("Sampled="))
        return replace(trace, fields=(*kept, f"Sampled={int(self.sampler.samples())}"))


def new_trace_id(at: float) -> str:
    """Return a new trace id for a request at `at` (Unix seconds)."""
    return f"1-{int(at):08x}-{secrets.token_hex(12)}"


def service_segment(request_id: str) -> str:
    """Return the id of the segment that Lambda as a service makes: one for all attempts."""
    return hashlib.sha256(request_id.encode()).hexdigest()[:16]


def _parent(trace: Trace) -> str:
    parent = trace.field("Parent") or ""
    return parent if SEGMENT_ID.fullmatch(parent) else ""
