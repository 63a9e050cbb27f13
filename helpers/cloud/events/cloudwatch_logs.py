"""What a log group's subscription filter sends to a function.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (Lambda).
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of a log stream: Unix milliseconds, text, and its number of 56 digits."""

    id: str
    timestamp: int
    message: str


def subscription_event(
    owner: str, group: str, stream: str, filter_name: str, events: Sequence[LogEvent]
) -> dict[str, dict[str, str]]:
    """Return the event of a function: gzipped JSON in base64."""
    data = {
        "messageType": "DATA_MESSAGE",
        "owner": owner,
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": [filter_name],
        "logEvents": [
            {"id": event.id, "timestamp": event.timestamp, "message": event.message}
            for event in events
        ],
    }
    packed = gzip.compress(json.dumps(data, separators=(",", ":")).encode(), mtime=0)
    return {"awslogs": {"data": base64.b64encode(packed).decode()}}
