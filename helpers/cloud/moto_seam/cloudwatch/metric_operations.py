"""CloudWatch's metrics operations on the kit's store, bound where moto looks for its own.

moto reads and writes every protocol; what it kept, one object per value, and what it computed from
that are replaced. Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import CloudWatchException
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from helpers.cloud.errors import AwsError
from helpers.cloud.metrics.data_queries import TimeRange, queried
from helpers.cloud.metrics.expressions import ExpressionError
from helpers.cloud.metrics.statistics import SIMPLE, statistic
from helpers.cloud.metrics.store import Metric, MetricStore
from helpers.cloud.moto_seam.cloudwatch.metric_data import metric_data
from helpers.cloud.telemetry.cloudwatch.alarm_settings import data_query, metric_of
from helpers.cloud.telemetry.cloudwatch.metrics import Metrics

PAGE = 500
MAX_DATAPOINTS = 1440
MAX_QUERIES = 500
ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
TWO_WEEKS_S, THREE_HOURS_S = 14 * 86_400, 3 * 3600
Params = Mapping[str, Any]
Operation = Callable[[str, Params], Mapping[str, Any] | None]
"""Takes a Region and parameters in the API's names; returns the answer's members."""


def bound(operation: Operation) -> Callable[[Any], Any]:
    """Return an operation as a method of moto's response class."""

    def answer(response: Any) -> Any:
        try:
            result = operation(response.region, response._get_params())
        except AwsError as error:
            raise CloudWatchException(error.code, error.message) from error
        return EmptyResult() if result is None else ActionResult(result)

    return answer


def install(metrics: Metrics, catch_up: Callable[[], None]) -> None:
    """Bind the operations; `catch_up` makes metrics of what has happened until now."""
    api = MetricOperations(metrics, catch_up)
    CloudWatchResponse.put_metric_data = bound(api.put_metric_data)
    CloudWatchResponse.list_metrics = bound(api.list_metrics)
    CloudWatchResponse.get_metric_statistics = bound(api.get_metric_statistics)
    CloudWatchResponse.get_metric_data = bound(api.get_metric_data)


def seconds(moment: datetime) -> float:
    """Return a moment of a request as Unix seconds."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def invalid(code: str, message: str) -> AwsError:
    """Return an error of CloudWatch."""
    return AwsError(message, code=code, http_status=400)


class MetricOperations:
    """PutMetricData, ListMetrics, GetMetricStatistics, GetMetricData."""

    def __init__(self, metrics: Metrics, catch_up: Callable[[], None]) -> None:
        self._metrics = metrics
        self._catch_up = catch_up

    def put_metric_data(self, region: str, params: Params) -> None:
        """Keep values."""
        self._metrics.put(region, metric_data(params, time.time()))

    def list_metrics(self, region: str, params: Params) -> Mapping[str, Any]:
        """List metrics that had data in the last two weeks, or three hours if asked."""
        recent = params.get("RecentlyActive")
        since = int(time.time()) - (THREE_HOURS_S if recent else TWO_WEEKS_S)
        found = self._read(region).metrics(_filter(params), since)
        first = _token(params.get("NextToken"))
        page = found[first : first + PAGE]
        following = first + PAGE if len(found) > first + PAGE else None
        return {
            "Metrics": [_metric(metric) for metric in page],
            "NextToken": None if following is None else str(following),
        }

    def get_metric_statistics(self, region: str, params: Params) -> Mapping[str, Any]:
        """Return datapoints of one metric, those of each unit apart."""
        plain = params.get("Statistics") or []
        extended = params.get("ExtendedStatistics") or []
        if not plain and not extended:
            raise invalid(
                "InvalidParameterCombination",
                "Must specify either Statistics or ExtendedStatistics",
            )
        for name in [*plain, *extended]:
            if statistic(name) is None or (name in SIMPLE) != (name in plain):
                kind = "Statistics" if name in plain else "ExtendedStatistics"
                raise invalid(
                    "InvalidParameterValue",
                    f"The value {name} for parameter {kind} is not supported.",
                )
        period = int(params["Period"])
        start, end = _time_range(params, period)
        _check_points(start, end, period)
        units = self._read(region).by_unit(
            metric_of(params), params.get("Unit"), start, end, period
        )
        points = [
            {**_datapoint(held, plain, extended), "Unit": unit, "Timestamp": _moment(at)}
            for unit, windows in units.items()
            for at, held in windows.items()
        ]
        return {"Label": params["MetricName"], "Datapoints": points}

    def get_metric_data(self, region: str, params: Params) -> Mapping[str, Any]:
        """Return the lines of queries and of metric math."""
        wanted = params.get("MetricDataQueries") or []
        if len(wanted) > MAX_QUERIES:
            raise invalid(
                "ValidationError",
                f"The collection MetricDataQueries must not have a size greater "
                f"than {MAX_QUERIES}.",
            )
        queries = [data_query(query) for query in wanted]
        _check_ids([query.id for query in queries])
        periods = [query.stat.period for query in queries if query.stat]
        start, end = _data_range(params, min(periods, default=60))
        try:
            lines = queried(self._read(region), queries, TimeRange(start, end))
        except ExpressionError as error:
            raise invalid("ValidationError", str(error)) from error
        ascending = params.get("ScanBy") == "TimestampAscending"
        results = []
        for query_id, found in lines.items():
            for line in found:
                points = sorted(line.points.items(), reverse=not ascending)
                results.append(
                    {
                        "Id": query_id,
                        "Label": line.label,
                        "Timestamps": [_moment(at) for at, _ in points],
                        "Values": [value for _, value in points],
                        "StatusCode": "Complete",
                    }
                )
        return {"MetricDataResults": results, "Messages": []}

    def _read(self, region: str) -> MetricStore:
        self._catch_up()
        return self._metrics.of(region)


def _filter(params: Params) -> Callable[[Metric], bool]:
    namespace, name = params.get("Namespace"), params.get("MetricName")
    dimensions = [(d["Name"], d.get("Value")) for d in params.get("Dimensions") or ()]

    def wanted(metric: Metric) -> bool:
        held = dict(metric.dimensions)
        return (
            namespace in (None, metric.namespace)
            and name in (None, metric.name)
            and all(k in held and v in (None, held[k]) for k, v in dimensions)
        )

    return wanted


def _metric(metric: Metric) -> dict[str, Any]:
    return {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
    }


def _token(token: str | None) -> int:
    if token is not None and not token.isdigit():
        raise invalid("InvalidParameterValue", "Request parameter NextToken is invalid")
    return int(token or 0)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _datapoint(held: Any, plain: Sequence[str], extended: Sequence[str]) -> dict[str, Any]:
    point: dict[str, Any] = {name: SIMPLE[name](held) for name in plain}
    if extended:
        values = {name: compute(held) for name in extended if (compute := statistic(name))}
        point["ExtendedStatistics"] = {k: v for k, v in values.items() if v is not None}
    return point


def _time_range(params: Params, period: int) -> tuple[int, int]:
    """Return the range asked for; its start is rounded down, to the minute or a short period."""
    if period not in (1, 5, 10, 20, 30) and (period < 60 or period % 60):
        raise invalid(
            "InvalidParameterValue", f"The parameter Period must be a multiple of 60: {period}"
        )
    start, end = seconds(params["StartTime"]), seconds(params["EndTime"])
    if start >= end:
        raise invalid(
            "InvalidParameterValue",
            "The parameter StartTime must be less than the parameter EndTime.",
        )
    step = min(period, 60)
    return math.floor(start / step) * step, math.ceil(end)


def _data_range(params: Params, period: int) -> tuple[int, int]:
    start, end = seconds(params["StartTime"]), seconds(params["EndTime"])
    if start == end:
        raise invalid(
            "ValidationError", "The parameter StartTime must not equal parameter EndTime."
        )
    if start > end:
        raise invalid("ValidationError", "The parameter EndTime must be greater than StartTime.")
    step = min(max(period, 1), 60)
    return math.floor(start / step) * step, math.ceil(end)


def _check_points(start: int, end: int, period: int) -> None:
    count = math.ceil((end - start) / period)
    if count > MAX_DATAPOINTS:
        raise invalid(
            "InvalidParameterCombination",
            f"You have requested up to {count:,} datapoints, which exceeds the limit of "
            f"{MAX_DATAPOINTS:,}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range.",
        )


def _check_ids(ids: Sequence[str]) -> None:
    for number, each in enumerate(ids, 1):
        if not ID.fullmatch(each):
            raise invalid(
                "ValidationError",
                f"The value {each} for parameter MetricDataQueries.member.{number}.Id is not "
                f"matching the expected pattern ^{ID.pattern}$.",
            )
    if len(set(ids)) < len(ids):
        raise invalid("ValidationError", "The Ids of MetricDataQueries must be unique.")
