"""CloudWatch Logs: groups, filters, Insights, and where subscription filters send what matches."""

from __future__ import annotations

from helpers.cloud.moto_seam.logs import corrections, subscription_filters, subscriptions
from helpers.cloud.moto_seam.logs.queries import LogQueries
from helpers.cloud.moto_seam.logs.subscriptions import LogSubscriptions
from helpers.cloud.telemetry.cloudwatch.log_metrics import LogMetrics

__all__ = ["install", "install_subscriptions"]


def install(log_metrics: LogMetrics, queries: LogQueries) -> None:
    """Bind what reads groups: filters, metric filters and Insights."""
    corrections.install(log_metrics, queries)


def install_subscriptions(deliveries: LogSubscriptions) -> None:
    """Bind subscription filters, and what carries what they let through."""
    subscriptions.install(deliveries)
    subscription_filters.install(deliveries)
