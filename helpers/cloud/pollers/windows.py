"""Tumbling windows: which records belong together, and what the handler is told; pure.

A window begins at a multiple of its length. Its state goes from one invocation to the next; after
its end there is a last invocation without records. Lengths are lapsed, so the moments in the event
are those of the records. Lambda's own choice of the records of a last invocation is not published.

Source: docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers.cloud.json_text import read_json

MAX_STATE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Window:
    """One window of a lane: Unix seconds, what the last invocation returned, and how it ends."""

    start: float
    end: float
    state: Any
    early: bool = False

    def holds(self, moment: float) -> bool:
        """Tell whether a record belongs here; one that arrived late belongs to what is open."""
        return moment < self.end

    def members(self, shard_id: str, source_arn: str, *, final: bool) -> dict[str, Any]:
        """Return what the event has beside its Records."""
        return {
            "window": {"start": _moment(self.start), "end": _moment(self.end)},
            "state": self.state,
            "shardId": shard_id,
            "eventSourceARN": source_arn,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": final and self.early,
        }


def window_at(moment: float, length_s: float) -> Window:
    """Return the window in which a moment lies.

    >>> window_at(125.0, 60.0).start
    120.0
    """
    start = math.floor(moment / length_s) * length_s
    return Window(start, start + length_s, {})


def returned_state(payload: bytes) -> tuple[bool, Any]:
    """Return whether the handler returned a state, and the state."""
    try:
        answer = read_json(payload or b"null")
    except ValueError:
        return False, None
    if not isinstance(answer, dict) or "state" not in answer:
        return False, None
    return True, answer["state"]


def is_too_large(state: Any) -> bool:
    """Tell whether a state ends its window early."""
    return len(json.dumps(state)) > MAX_STATE_BYTES


def _moment(unix_s: float) -> str:
    moment = datetime.fromtimestamp(unix_s, UTC)
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
