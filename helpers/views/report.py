"""The REPORT line of an invocation, read back from a log tail in text or JSON format.

Source: docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html and
docs.aws.amazon.com/lambda/latest/dg/python-logging.html (fields of the REPORT line and of
platform.report). Left out: X-Ray's fields and SnapStart's restore durations.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

FIELD = re.compile(r"(?P<name>[A-Z][A-Za-z ]+?): (?P<value>[^\t\n]+)")


@dataclass(frozen=True, slots=True)
class Report:
    """What Lambda says of one invocation when it is over."""

    request_id: str
    duration_ms: float
    billed_ms: int
    memory_mb: int
    max_memory_mb: int
    init_ms: float | None = None
    status: str = "success"
    error_type: str | None = None

    def fields(self) -> list[tuple[str, str]]:
        """Return AWS's own `name: value` texts, each with what it means."""
        billed = "handler" if self.init_ms is None else "init and handler"
        lines = [
            (f"Duration: {self.duration_ms:g} ms", "your handler, from event to answer"),
            (
                f"Billed Duration: {self.billed_ms} ms",
                f"what you pay for: {billed}, rounded up to 1 ms",
            ),
            (f"Memory Size: {self.memory_mb} MB", "what you set"),
            (f"Max Memory Used: {self.max_memory_mb} MB", "this environment's highest use so far"),
        ]
        if self.init_ms is not None:
            lines.append(
                (f"Init Duration: {self.init_ms:g} ms", "cold start: your file was loaded")
            )
        if self.status != "success":
            lines.append((f"Status: {self.status}", self.error_type or "how it ended"))
        return lines


def report_in(log: str) -> Report | None:
    """Return the last report found in `log`, or None: a tail of 4 KB may have lost it."""
    for line in reversed(log.splitlines()):
        if line.startswith("REPORT RequestId: "):
            return _from_text(line)
        if '"platform.report"' in line:
            return _from_json(line)
    return None


def is_report(line: str) -> bool:
    """Say whether `line` is a report in either format."""
    return line.startswith("REPORT RequestId: ") or '"platform.report"' in line


def _from_text(line: str) -> Report:
    found = {m["name"].strip(): m["value"].strip() for m in FIELD.finditer(line)}
    init = found.get("Init Duration")
    return Report(
        request_id=found.get("REPORT RequestId", found.get("RequestId", "")),
        duration_ms=_number(found["Duration"]),
        billed_ms=int(_number(found["Billed Duration"])),
        memory_mb=int(_number(found["Memory Size"])),
        max_memory_mb=int(_number(found["Max Memory Used"])),
        init_ms=None if init is None else _number(init),
        status=found.get("Status", "success"),
        error_type=found.get("Error Type"),
    )


def _from_json(line: str) -> Report | None:
    try:
        record = json.loads(line)["record"]
        metrics = record["metrics"]
        return Report(
            request_id=record["requestId"],
            duration_ms=metrics["durationMs"],
            billed_ms=metrics["billedDurationMs"],
            memory_mb=metrics["memorySizeMB"],
            max_memory_mb=metrics["maxMemoryUsedMB"],
            init_ms=metrics.get("initDurationMs"),
            status=record.get("status", "success"),
            error_type=record.get("errorType"),
        )
    except (ValueError, KeyError, TypeError):
        # a handler may print anything, also a line that only looks like a report
        return None


def _number(text: str) -> float:
    return float(text.split(maxsplit=1)[0])
