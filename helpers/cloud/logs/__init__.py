"""What a function's log stream holds: Lambda's own lines, levels, and the names of streams.

- `platform_events`: START, END, REPORT and their JSON twins, names of groups and streams
- `report`: the figures of one invocation, and reading them back from a log
- `events`: the level and size of an event, filtering, LogResult

Source: docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
"""

from helpers.cloud.logs.events import MAX_EVENT_BYTES, LogLevel, is_wanted, level_in, log_result
from helpers.cloud.logs.platform_events import (
    PlatformLog,
    RuntimeVersion,
    group_name,
    stream_name,
    xray_line,
)
from helpers.cloud.logs.report import Report, Status, parse_report

__all__ = [
    "MAX_EVENT_BYTES",
    "LogLevel",
    "PlatformLog",
    "Report",
    "RuntimeVersion",
    "Status",
    "group_name",
    "is_wanted",
    "level_in",
    "log_result",
    "parse_report",
    "stream_name",
    "xray_line",
]
