"""One log event: the level it has, whether it is sent on, how large it may be, and the tail.

Models log level filtering, which works in JSON format only, and LogResult: the last 4 KB of an
invocation's log. Left out: the 2 MB/s limit of a log stream (`platform.logsDropped`).

Source: docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html;
docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html (event size);
docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (LogResult).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from enum import StrEnum

from helpers.cloud.json_text import read_json

EVENT_OVERHEAD_BYTES = 26
MAX_EVENT_BYTES = 1_048_576 - EVENT_OVERHEAD_BYTES
"""The longest message that fits a PutLogEvents call, which adds 26 bytes to each event."""

LOG_RESULT_BYTES = 4096


class LogLevel(StrEnum):
    """Log levels from the most to the least detailed; system levels are DEBUG, INFO and WARN."""

    TRACE = "TRACE"
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"
    FATAL = "FATAL"

    @property
    def severity(self) -> int:
        """Return the level's place, 1 for TRACE to 6 for FATAL."""
        return list(LogLevel).index(self) + 1

    @classmethod
    def named(cls, name: str) -> LogLevel | None:
        """Return the level a logger means by `name`, in any case; None if it means none."""
        upper = name.upper()
        return _LEVELS.get({"WARNING": "WARN", "CRITICAL": "FATAL"}.get(upper, upper))


_LEVELS = {level.value: level for level in LogLevel}


def is_wanted(level: LogLevel | None, threshold: LogLevel) -> bool:
    """Say whether Lambda sends an event of this level on; without a level it counts as INFO."""
    return (level or LogLevel.INFO).severity >= threshold.severity


def level_in(text: str) -> LogLevel | None:
    """Return the level a line of JSON carries under `level`; None for plain text."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        level = read_json(text).get("level")
    except ValueError:
        return None
    return LogLevel.named(level) if isinstance(level, str) else None


def log_result(events: Iterable[str]) -> str:
    """Return LogResult: the last 4 KB of the events, cut at bytes as Lambda does, in base64."""
    tail = "".join(events).encode()[-LOG_RESULT_BYTES:]
    return base64.b64encode(tail).decode("ascii")
