"""Builds what watches the account: metrics, alarms, and the operations on them."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.cloud.control.pushed_events import PushedEvent
from helpers.cloud.errors import AwsError
from helpers.cloud.moto_seam import cloudwatch, logs
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.logs.queries import LogQueries
from helpers.cloud.ports import Targets
from helpers.cloud.server.data_plane import DataPlane
from helpers.cloud.server.foundation import Foundation
from helpers.cloud.telemetry.cloudwatch.alarm_actions import AlarmActions
from helpers.cloud.telemetry.cloudwatch.alarms import Alarms
from helpers.cloud.telemetry.cloudwatch.lambda_metrics import LambdaMetrics
from helpers.cloud.telemetry.cloudwatch.log_metrics import LogMetrics
from helpers.cloud.telemetry.cloudwatch.metrics import Metrics
from helpers.cloud.telemetry.cloudwatch.watch import Watch

ALARMS = "lambda.alarms.cloudwatch.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What watches the account; a Part of the cloud."""

    metrics: Metrics
    watch: Watch
    queries: LogQueries

    def clear(self) -> None:
        """Forget metrics, alarms, filters and queries."""
        self.watch.clear()
        self.metrics.clear()
        self.queries.clear()

    def close(self) -> None:
        """End the thread that watches."""
        self.watch.close()


def build_telemetry(foundation: Foundation, plane: DataPlane, targets: Targets) -> Telemetry:
    """Build metrics, alarms and log queries, and bind their operations."""
    metrics = Metrics()
    actions = AlarmActions(
        targets, lambda *event: _invoked(plane, *event), foundation.clock, ACCOUNT_ID
    )
    alarms = Alarms(
        metrics,
        foundation.clock,
        ACCOUNT_ID,
        lambda alarm, before: watch.soon(lambda: actions.perform(alarm, before)),
    )
    from_logs = LogMetrics(metrics)
    from_records = LambdaMetrics(
        metrics,
        foundation.registry,
        lambda region, name, qualifier: _provisioned(plane, region, name, qualifier),
        lambda region: _claimed(foundation, plane, region),
    )
    watch = Watch(foundation.waiting, from_records, from_logs, alarms)
    cloudwatch.install(metrics, alarms, watch.catch_up)
    queries = LogQueries(foundation.clock)
    logs.install(from_logs, queries)
    return Telemetry(metrics, watch, queries)


def _invoked(plane: DataPlane, alarm_arn: str, function_arn: str, event: bytes) -> AwsError | None:
    return plane.pushed_events.accept(
        PushedEvent(service=ALARMS, source_arn=alarm_arn, function_arn=function_arn, event=event)
    )


def _provisioned(plane: DataPlane, region: str, name: str, qualifier: str) -> int:
    config = plane.provisioned.get((ACCOUNT_ID, region, name), qualifier)
    return 0 if config is None else config.allocated


def _claimed(foundation: Foundation, plane: DataPlane, region: str) -> int:
    """Return what reservations take, and provisioned concurrency outside them."""
    reserved = foundation.registry.reservations()
    taken = sum(count for key, count in reserved.items() if key[1] == region)
    return taken + sum(
        plane.provisioned.requested(key)
        for key in plane.provisioned.functions()
        if key[1] == region and key not in reserved
    )
