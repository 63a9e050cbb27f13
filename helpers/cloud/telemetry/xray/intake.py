"""The way of a function's trace data into X-Ray: only with its role's permission.

Source: docs.aws.amazon.com/lambda/latest/dg/services-xray.html (execution role permissions).
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from helpers.cloud import records
from helpers.cloud.ports import Authorizer
from helpers.cloud.records import Recorder
from helpers.cloud.telemetry.xray.segments import BadSegment, parse_segment
from helpers.cloud.telemetry.xray.store import TraceStore

PUT = "xray:PutTraceSegments"


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes segments in the name of execution roles; lives with the cloud."""

    store: TraceStore
    authorizer: Authorizer
    recorder: Recorder
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, role_arn: str, region: str, text: str) -> None:
        """Keep a segment, or record why not."""
        refusal = self.authorizer.role_may(role_arn, PUT, "*")
        if refusal is not None:
            if self._is_worth_telling(role_arn, "permission"):
                self.recorder.add(records.SegmentsWithheld(role=role_arn, reason=refusal))
            return
        try:
            self.store.put(region, parse_segment(text))
        except BadSegment as error:
            self.ignore(role_arn, error.code)

    def ignore(self, role_arn: str, reason: str) -> None:
        """Record that something unusable came."""
        if self._is_worth_telling(role_arn, reason):
            count = self._counts[role_arn, reason]
            self.recorder.add(records.DatagramIgnored(role=role_arn, reason=reason, count=count))

    def clear(self) -> None:
        """Forget what came: the account is emptied."""
        with self._lock:
            self._counts.clear()
        self.store.clear()

    def _is_worth_telling(self, role_arn: str, reason: str) -> bool:
        with self._lock:
            self._counts[role_arn, reason] += 1
            count = self._counts[role_arn, reason]
        return count & (count - 1) == 0
