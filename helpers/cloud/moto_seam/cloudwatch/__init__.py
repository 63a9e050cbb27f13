"""CloudWatch: its operations on metrics and alarms, answered by the kit's own."""

from __future__ import annotations

from collections.abc import Callable

from helpers.cloud.moto_seam.cloudwatch import alarm_operations, metric_operations
from helpers.cloud.telemetry.cloudwatch.alarms import Alarms
from helpers.cloud.telemetry.cloudwatch.metrics import Metrics

__all__ = ["install"]


def install(metrics: Metrics, alarms: Alarms, catch_up: Callable[[], None]) -> None:
    """Bind the operations; `catch_up` counts what has been recorded before somebody reads."""
    metric_operations.install(metrics, catch_up)
    alarm_operations.install(alarms)
