"""The REPORT of an invocation: the figures Lambda gives when it is over, and reading them back.

Models the REPORT line of the text format and the `platform.report` record of the JSON format.
Left out: spans, X-Ray fields.

Source: docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (ReportMetrics);
docs.aws.amazon.com/lambda/latest/dg/python-logging.html (REPORT fields).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from helpers.cloud.json_text import read_json

REPORT_FIELD = re.compile(r"([A-Z][A-Za-z -]+?): ([^\t\n]+)")


class Status(StrEnum):
    """How an init or invoke phase ended."""

    SUCCESS = "success"
    ERROR = "error"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What REPORT says of one invocation.

    `init_ms` only on the first of an environment; restore times in its place under SnapStart.
    """

    request_id: str
    duration_ms: float
    billed_ms: int
    memory_mb: int
    max_memory_mb: int
    init_ms: float | None = None
    status: str = Status.SUCCESS
    error_type: str | None = None
    restore_ms: float | None = None
    billed_restore_ms: int | None = None

    def text(self) -> str:
        """Return the line up to its last figure, without status and line end."""
        fields = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration_ms:.2f} ms",
            f"Billed Duration: {self.billed_ms} ms",
            f"Memory Size: {self.memory_mb} MB",
            f"Max Memory Used: {self.max_memory_mb} MB",
        ]
        if self.init_ms is not None:
            fields.append(f"Init Duration: {self.init_ms:.2f} ms")
        if self.restore_ms is not None:
            fields.append(f"Restore Duration: {self.restore_ms:.2f} ms")
            fields.append(f"Billed Restore Duration: {self.billed_restore_ms} ms")
        return "\t".join(fields)

    def metrics(self) -> dict[str, float]:
        """Return ReportMetrics, the figures of the JSON record."""
        init = {} if self.init_ms is None else {"initDurationMs": round(self.init_ms, 3)}
        if self.restore_ms is not None:
            init["restoreDurationMs"] = round(self.restore_ms, 3)
            init["billedRestoreDurationMs"] = self.billed_restore_ms or 0
        return {
            "durationMs": round(self.duration_ms, 3),
            "billedDurationMs": self.billed_ms,
            "memorySizeMB": self.memory_mb,
            "maxMemoryUsedMB": self.max_memory_mb,
            **init,
        }


def parse_report(text: str) -> Report | None:
    """Read the last REPORT in a log, text or JSON; None if there is none, or only a part of it."""
    for line in reversed(text.splitlines()):
        try:
            if line.startswith("REPORT RequestId: "):
                return _from_text(line)
            if '"platform.report"' in line:
                return _from_json(read_json(line)["record"])
        except (KeyError, ValueError, TypeError):
            # a handler may print anything, also what only looks like a report
            continue
    return None


def _from_text(line: str) -> Report:
    fields = dict(REPORT_FIELD.findall(line.removeprefix("REPORT ")))
    init, restore = fields.get("Init Duration"), fields.get("Restore Duration")
    billed_restore = fields.get("Billed Restore Duration")
    return Report(
        request_id=fields["RequestId"].strip(),
        duration_ms=_number(fields["Duration"]),
        billed_ms=int(_number(fields["Billed Duration"])),
        memory_mb=int(_number(fields["Memory Size"])),
        max_memory_mb=int(_number(fields["Max Memory Used"])),
        init_ms=None if init is None else _number(init),
        status=fields.get("Status", Status.SUCCESS),
        error_type=fields.get("Error Type"),
        restore_ms=None if restore is None else _number(restore),
        billed_restore_ms=None if billed_restore is None else int(_number(billed_restore)),
    )


def _from_json(record: Mapping[str, Any]) -> Report:
    metrics = record["metrics"]
    return Report(
        request_id=record["requestId"],
        duration_ms=float(metrics["durationMs"]),
        billed_ms=int(metrics["billedDurationMs"]),
        memory_mb=int(metrics["memorySizeMB"]),
        max_memory_mb=int(metrics["maxMemoryUsedMB"]),
        init_ms=metrics.get("initDurationMs"),
        status=record.get("status", Status.SUCCESS),
        error_type=record.get("errorType"),
        restore_ms=metrics.get("restoreDurationMs"),
        billed_restore_ms=metrics.get("billedRestoreDurationMs"),
    )


def _number(text: str) -> float:
    return float(text.split(maxsplit=1)[0])
