"""Log events become metrics: the embedded metric format, and metric filters.

Whoever writes a log only leaves its events here; they are read on the watching thread.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.cloud.logs.emf import embedded_metrics, may_hold_metrics
from helpers.cloud.logs.pattern_conditions import ABSENT, field_value
from helpers.cloud.logs.patterns import Extracted, Pattern
from helpers.cloud.ports import LogEvent, MetricDatum
from helpers.cloud.telemetry.cloudwatch.metrics import Metrics

BACKLOG = 50_000
Group = tuple[str, str]
"""Region and name of a log group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformation:
    """What becomes of an event that matches: `value` is a number or a selector such as `$.ms`."""

    namespace: str
    name: str
    value: str
    default: float | None = None
    dimensions: Mapping[str, str] | None = None
    unit: str = "None"


@dataclass(frozen=True, slots=True)
class MetricFilter:
    """A metric filter of a log group."""

    pattern: Pattern
    transformations: Sequence[Transformation]


class LogMetrics:
    """Reads log events for metrics; lives with the cloud."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._filters: dict[Group, dict[str, MetricFilter]] = {}
        self._backlog: deque[tuple[Group, LogEvent]] = deque(maxlen=BACKLOG)
        self._lock = threading.Lock()

    def offer(self, region: str, group: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Take what was written to a log group, as PutLogEvents has it; cheap, never waits."""
        key = (region, group)
        filtered = key in self._filters
        for event in events:
            message = event["message"]
            if filtered or may_hold_metrics(message):
                self._backlog.append((key, LogEvent(event["timestamp"], message)))

    def filters_of(self, region: str, group: str) -> int:
        """Return how many filters a log group has."""
        return len(self._filters.get((region, group), {}))

    def put_filter(self, region: str, group: str, name: str, wanted: MetricFilter) -> None:
        """Let a filter see what is written from now on."""
        with self._lock:
            self._filters[region, group] = {**self._filters.get((region, group), {}), name: wanted}

    def delete_filter(self, region: str, group: str, name: str | None = None) -> None:
        """Forget a filter, or all of a log group that was deleted."""
        with self._lock:
            left = {n: f for n, f in self._filters.get((region, group), {}).items() if n != name}
            self._filters.pop((region, group), None)
            if left and name is not None:
                self._filters[region, group] = left

    def collect(self) -> None:
        """Read what was written since the last time."""
        while self._backlog:
            try:
                (region, group), event = self._backlog.popleft()
            except IndexError:  # another reader was quicker
                return
            if may_hold_metrics(event.message):
                self._metrics.put(region, embedded_metrics(event.message))
            for one in list(self._filters.get((region, group), {}).values()):
                self._metrics.put(region, filtered_metrics(one, event))

    def clear(self) -> None:
        """Forget filters and what waits."""
        with self._lock:
            self._filters.clear()
        self._backlog.clear()


def filtered_metrics(wanted: MetricFilter, event: LogEvent) -> list[MetricDatum]:
    """Return what a filter makes of one event: values, or defaults where it does not match."""
    found = wanted.pattern.match(event.message.rstrip("\n"))
    data = []
    for transformation in wanted.transformations:
        value = transformation.default if found is None else _value(transformation.value, found)
        if value is None:
            continue
        dimensions = _dimensions(transformation, found)
        data.append(
            MetricDatum(
                namespace=transformation.namespace,
                name=transformation.name,
                dimensions=dimensions,
                at=event.timestamp_ms / 1000,
                values=((value, 1.0),),
                unit=transformation.unit,
            )
        )
    return data


def _value(wanted: str, found: Extracted) -> float | None:
    value: Any = _selected(wanted, found) if wanted.startswith("$") else wanted
    try:
        return None if isinstance(value, bool) or value is None else float(value)
    except (TypeError, ValueError):
        return None


def _selected(selector: str, found: Extracted) -> Any:
    if selector in found:
        return found[selector]
    value = field_value(found, selector)
    return None if value is ABSENT else value


def _dimensions(
    transformation: Transformation, found: Extracted | None
) -> tuple[tuple[str, str], ...]:
    """Return the dimensions an event gives; one that lacks a field gives none of them."""
    if not transformation.dimensions or found is None:
        return ()
    pairs = [(k, _selected(field, found)) for k, field in transformation.dimensions.items()]
    if any(value is None for _, value in pairs):
        return ()
    return tuple(sorted((name, str(value)) for name, value in pairs))
