"""Every metric of a Region: values by the second for a while, by the minute for two days.

A metric is a namespace, a name and a set of dimensions; values of different units are kept apart.
All metrics have a resolution of one second here, so that short periods work under time-lapse.
Memory is bounded: a series keeps `SECONDS` seconds, `MINUTES` minutes; a Region `MAX_SERIES`.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from helpers.cloud.metrics.distribution import Distribution, merged
from helpers.cloud.ports import MetricDatum

Dimensions = tuple[tuple[str, str], ...]
SECONDS, MINUTES, MAX_SERIES = 900, 2880, 20_000


@dataclass(frozen=True, slots=True)
class Metric:
    """What a metric is called; `dimensions` stand in the order of their names."""

    namespace: str
    name: str
    dimensions: Dimensions = ()


@dataclass(slots=True)
class Series:
    """The values of one metric in one unit."""

    metric: Metric
    unit: str
    seconds: dict[int, Distribution] = field(default_factory=dict)
    minutes: dict[int, Distribution] = field(default_factory=dict)
    newest: int = 0

    def at(self, second: int) -> Distribution:
        """Return the distribution of a second, to add to."""
        found = self.seconds.get(second)
        if found is None:
            self.newest = max(self.newest, second)
            if second <= self.newest - SECONDS - 300:
                return self.minutes.setdefault(second - second % 60, Distribution())
            found = self.seconds[second] = Distribution()
            if len(self.seconds) > SECONDS + 300:
                self._roll_up()
        return found

    def windows(self, start: int, end: int, period: int) -> dict[int, Distribution]:
        """Return what lies in [start, end), by the start of its period; periods count from start.

        An old minute belongs to the period in which it begins.
        """
        grouped: dict[int, list[Distribution]] = {}
        for held in (self.minutes, self.seconds):
            for moment, distribution in list(held.items()):
                if start <= moment < end:
                    grouped.setdefault(moment - (moment - start) % period, []).append(distribution)
        return {moment: merged(group) for moment, group in sorted(grouped.items())}

    def _roll_up(self) -> None:
        horizon = self.newest - SECONDS
        for second in [s for s in self.seconds if s < horizon]:
            minute = self.minutes.setdefault(second - second % 60, Distribution())
            minute.merge(self.seconds.pop(second))
        for minute_start in sorted(self.minutes)[: max(0, len(self.minutes) - MINUTES)]:
            del self.minutes[minute_start]


class MetricStore:
    """The metrics of one Region; safe to use from several threads.

    `generation` changes when series go.
    """

    def __init__(self) -> None:
        self._series: dict[Metric, dict[str, Series]] = {}
        self._lock = threading.Lock()
        self.generation = 0

    def put(self, data: Iterable[MetricDatum]) -> None:
        """Take data; the order in which they come does not matter."""
        with self._lock:
            for datum in data:
                metric = Metric(datum.namespace, datum.name, datum.dimensions)
                distribution = self._of(metric, datum.unit).at(math.floor(datum.at))
                if datum.summary is not None:
                    distribution.add_summary(*datum.summary)
                for value, count in datum.values:
                    distribution.add(value, count)

    def observe(self, observations: Iterable[tuple[Metric, str, float, float]]) -> None:
        """Take single values: metric, unit, moment, value; as `put` does, without data."""
        with self._lock:
            for metric, unit, at, value in observations:
                self._of(metric, unit).at(int(at)).add(value)

    def series_of(self, metrics: Iterable[Metric], unit: str) -> tuple[Series, ...]:
        """Return the series of metrics, to add to by `observe_series` while `generation` lasts."""
        with self._lock:
            return tuple(self._of(metric, unit) for metric in metrics)

    def observe_series(
        self, observations: Iterable[tuple[tuple[Series, ...], float, float]]
    ) -> None:
        """Add values to series that are known: series, moment, value."""
        with self._lock:
            for every, at, value in observations:
                second = int(at)
                for series in every:
                    found = series.seconds.get(second)
                    (found or series.at(second)).add(value)

    def metrics(self, wanted: Callable[[Metric], bool], since: int = 0) -> list[Metric]:
        """Return the wanted metrics that have data since a moment, in the order they came."""
        with self._lock:
            return [
                metric
                for metric, units in self._series.items()
                if wanted(metric) and any(series.newest >= since for series in units.values())
            ]

    def by_unit(
        self, metric: Metric, unit: str | None, start: int, end: int, period: int
    ) -> Mapping[str, dict[int, Distribution]]:
        """Return the metric's values in periods, for each unit or for one."""
        with self._lock:
            return {
                name: series.windows(start, end, period)
                for name, series in self._series.get(metric, {}).items()
                if unit in (None, name)
            }

    def windows(
        self, metric: Metric, unit: str | None, start: int, end: int, period: int
    ) -> dict[int, Distribution]:
        """Return the metric's values in periods, all units together unless one is named."""
        whole: dict[int, Distribution] = {}
        for windows in self.by_unit(metric, unit, start, end, period).values():
            for moment, distribution in windows.items():
                if moment in whole:
                    whole[moment].merge(distribution)
                else:
                    whole[moment] = distribution
        return dict(sorted(whole.items()))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._series.clear()
            self.generation += 1

    def _of(self, metric: Metric, unit: str) -> Series:
        units = self._series.get(metric)
        if units is None:
            if len(self._series) >= MAX_SERIES:
                self.generation += 1
                for oldest in list(self._oldest(MAX_SERIES // 10)):
                    del self._series[oldest]
            units = self._series[metric] = {}
        series = units.get(unit)
        if series is None:
            series = units[unit] = Series(metric, unit)
        return series

    def _oldest(self, count: int) -> Iterator[Metric]:
        """Yield the metrics that have had no data for longest."""
        ages = sorted(
            (max((s.newest for s in units.values()), default=0), position, metric)
            for position, (metric, units) in enumerate(self._series.items())
        )
        return (metric for _, _, metric in ages[:count])
