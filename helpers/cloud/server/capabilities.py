"""What this cloud can do, by the names that exercises use: the list in `/_kit/health`.

It is made of what stands in this process, so that a machine on which something is missing says so.
The course compares it with what a lab's exercises need (`helpers.checks.capability`).
"""

from __future__ import annotations

import os

ALWAYS = (
    "records",
    "time-lapse",
    "faults",
    "schedule-forecast",
    "execution-environments",
    "environment-after-error",
    "environment-after-update",
    "freeze",
    "timeout",
    "memory-limit",
    "cpu-share",
    "packages",
    "throttles",
    "scaling-limit",
    "provisioned-concurrency",
    "layers",
    "versions",
    "runtime-errors",
    "log-tail",
    "report-line",
    "logs",
    "iam-decisions",
    "http-api",
    "rest-api",
    "loopback",
    "queue-poller",
    "partial-batches",
    "event-filters",
)
ON_POSIX = ("custom-runtime",)
"""A bootstrap is a program that the system starts by its first line, which Windows does not."""


def capabilities(*, system: str = os.name) -> list[str]:
    """Return the names of what this cloud can do on this machine."""
    return sorted((*ALWAYS, *(ON_POSIX if system == "posix" else ())))
