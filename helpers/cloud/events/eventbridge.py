"""EventBridge's events: the envelope, the event of a scheduled rule, and what PutEvents refuses.

Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html and
docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers.cloud.events.patterns import Pattern
from helpers.cloud.json_text import read_json

MAX_ENTRIES = 10
MAX_REQUEST_BYTES = 1024 * 1024
TIME_BYTES = 14
REQUIRED = ("Source", "DetailType", "Detail")

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as its bus knows it; `keeps` is the archive it fills, in place of targets."""

    name: str
    arn: str
    pattern: Pattern | None
    enabled: bool
    targets: Sequence[Mapping[str, Any]]
    keeps: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an entry of PutEvents failed."""

    code: str
    message: str


def refusal(entry: Mapping[str, Any], *, trusted: bool) -> Refused | None:
    """Return why an entry is refused, or None. Only services of AWS are `trusted` to be one."""
    for name in REQUIRED:
        if not entry.get(name):
            reason = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return Refused("InvalidArgument", reason)
    if not trusted and str(entry["Source"]).startswith("aws."):
        return Refused("NotAuthorizedForSourceException", "Not authorized for the source.")
    try:
        detail = read_json(entry["Detail"])
    except (ValueError, TypeError):
        detail = None
    if not isinstance(detail, dict):
        return Refused("MalformedDetail", "Detail is malformed.")
    return None


def entry_bytes(entry: Mapping[str, Any]) -> int:
    """Return the size of an entry as AWS counts it."""
    texts = [str(entry.get(name) or "") for name in REQUIRED]
    texts += [str(resource) for resource in entry.get("Resources") or ()]
    time = TIME_BYTES if entry.get("Time") is not None else 0
    return time + sum(len(text.encode()) for text in texts)


def envelope(entry: Mapping[str, Any], *, account: str, region: str, now: float) -> Event:
    """Return the event of an accepted entry; `now` (Unix seconds) stands in for its Time."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": account,
        "time": _time(entry.get("Time"), now),
        "region": region,
        "resources": [*(entry.get("Resources") or ())],
        "detail": json.loads(entry["Detail"]),
    }


def scheduled_event(rule_arn: str, when: datetime, *, account: str, region: str) -> Event:
    """Return the event of a rule whose schedule has come."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": instant(when),
        "region": region,
        "resources": [rule_arn],
        "detail": {},
    }


def instant(when: datetime) -> str:
    """Write a moment as events do: 2026-11-21T14:00:00Z."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact(document: Any) -> str:
    """Write JSON as EventBridge sends it: without spaces."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _time(given: object, now: float) -> str:
    if isinstance(given, str):
        with suppress(ValueError, OverflowError):
            return instant(datetime.fromisoformat(given.replace("Z", "+00:00")))
    if isinstance(given, (int, float)):
        with suppress(ValueError, OverflowError, OSError):
            return instant(datetime.fromtimestamp(given, UTC))
    return instant(datetime.fromtimestamp(now, UTC))
