"""The queries of GetMetricData and of alarms on metric math, answered from a store.

A query is either a MetricStat or an expression over other queries' Ids. All periods of one answer
count from the same start.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from helpers.cloud.metrics.expressions import (
    ExpressionError,
    Function,
    Items,
    Name,
    Node,
    Number,
    Text,
    parse_expression,
)
from helpers.cloud.metrics.functions import Scope, call
from helpers.cloud.metrics.search import parse_search
from helpers.cloud.metrics.series import Line, Value
from helpers.cloud.metrics.statistics import statistic
from helpers.cloud.metrics.store import Metric, MetricStore

KEYWORDS = {"REPEAT", "LINEAR", "ASC", "DESC", "AVG", "MIN", "MAX", "SUM", "STDDEV"}
NEVER_HERE = "is not available in the local account"


@dataclass(frozen=True, slots=True)
class MetricStat:
    """A metric, a statistic's name and a period in seconds; `unit` None takes all units."""

    metric: Metric
    stat: str
    period: int
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataQuery:
    """One query; either `stat` or `expression` is given."""

    id: str
    stat: MetricStat | None = None
    expression: str | None = None
    period: int | None = None
    label: str | None = None
    returns: bool = True


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The time asked for, [start, end) in Unix seconds; `scale` real seconds are a second.

    `scale` is 1 but for alarms under time-lapse, whose periods are shorter here.
    """

    start: int
    end: int
    scale: Callable[[int], int] = field(default=lambda period: period)


def queried(
    store: MetricStore, queries: Sequence[DataQuery], time: TimeRange
) -> Mapping[str, list[Line]]:
    """Return the lines of each query that is to be returned; raises ExpressionError."""
    answers = _Answers(store, {query.id: query for query in queries}, time)
    return {query.id: answers.lines(query) for query in queries if query.returns}


class _Answers:
    def __init__(
        self, store: MetricStore, queries: Mapping[str, DataQuery], time: TimeRange
    ) -> None:
        self._store = store
        self._queries = queries
        self._time = time
        self._known: dict[str, Value] = {}
        self._open: list[str] = []
        self._period = min(
            (query.stat.period for query in queries.values() if query.stat), default=60
        )

    def lines(self, query: DataQuery) -> list[Line]:
        value = self._value(query.id)
        if isinstance(value, list):
            return [replace(line, label=query.label or line.label) for line in value]
        if isinstance(value, Line):
            return [replace(value, label=query.label or value.label)]
        if isinstance(value, float):
            moments = self._scope(query).moments
            return [Line(query.label or query.id, dict.fromkeys(moments, value))]
        raise ExpressionError(f"Error in expression '{query.id}': the result is no time series")

    def _value(self, name: str) -> Value:
        if name not in self._known:
            if name in self._open:
                raise ExpressionError(f"Error in expression '{name}': it refers to itself")
            self._open.append(name)
            self._known[name] = self._computed(self._queries[name])
            self._open.pop()
        return self._known[name]

    def _computed(self, query: DataQuery) -> Value:
        if query.stat is not None:
            label = query.label or query.stat.metric.name
            return self._line(query.stat, label)
        text = query.expression or ""
        try:
            if text.lstrip().upper().startswith("SELECT"):
                raise ExpressionError(f"Metrics Insights {NEVER_HERE}; name the metrics instead")
            value = self._evaluate(parse_expression(text), self._scope(query))
        except ExpressionError as error:
            if str(error).startswith("Error in expression"):
                raise
            raise ExpressionError(f"Error in expression '{query.id}': {error}") from error
        return replace(value, label=query.label or query.id) if isinstance(value, Line) else value

    def _scope(self, query: DataQuery) -> Scope:
        period = self._time.scale(query.period or self._period)
        return Scope(range(self._time.start, self._time.end, period), period)

    def _evaluate(self, node: Node, scope: Scope) -> Value:
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Text):
            return node.value
        if isinstance(node, Name):
            if node.name in self._queries:
                return self._value(node.name)
            if node.name.upper() in KEYWORDS:
                return node.name.upper()
            raise ExpressionError(f"Undefined variable '{node.name}'")
        if isinstance(node, Items):
            return [_single(self._evaluate(item, scope)) for item in node.items]
        return self._called(node, scope)

    def _called(self, node: Function, scope: Scope) -> Value:
        if node.name in ("ANOMALY_DETECTION_BAND", "INSIGHT_RULE_METRIC", "DB_PERF_INSIGHTS"):
            raise ExpressionError(f"{node.name} {NEVER_HERE}")
        arguments = [self._evaluate(argument, scope) for argument in node.arguments]
        if node.name == "METRICS":
            return self._all_metrics(str(arguments[0]) if arguments else "")
        if node.name == "SEARCH":
            return self._searched(arguments, scope)
        return call(node.name, scope, arguments)

    def _all_metrics(self, part: str) -> Value:
        """Return the metrics of the request whose Id or metric name contains `part`."""
        return [
            _single(self._value(query.id))
            for query in self._queries.values()
            if query.stat is not None and part in query.id + " " + query.stat.metric.name
        ]

    def _searched(self, arguments: list[Value], scope: Scope) -> Value:
        if len(arguments) < 2 or not all(isinstance(a, str) for a in arguments[:2]):
            raise ExpressionError("SEARCH takes a search term and a statistic, each in quotes")
        wanted, stat = parse_search(str(arguments[0])), str(arguments[1])
        given = arguments[2] if len(arguments) > 2 else float(scope.period)
        if not isinstance(given, float) or given < 1:
            raise ExpressionError("The period of SEARCH is a number of seconds")
        found = self._store.metrics(wanted)[:500]
        lines = [
            self._line(MetricStat(metric, stat, int(given)), _search_label(metric))
            for metric in found
        ]
        return [line for line in lines if line.points]

    def _line(self, stat: MetricStat, label: str) -> Line:
        compute = statistic(stat.stat)
        if compute is None:
            raise ExpressionError(f"The value {stat.stat} for parameter Stat is not supported.")
        windows = self._store.windows(
            stat.metric, stat.unit, self._time.start, self._time.end, self._time.scale(stat.period)
        )
        values = {moment: compute(held) for moment, held in windows.items()}
        points = {moment: float(value) for moment, value in values.items() if value is not None}
        return Line(label, points)


def _search_label(metric: Metric) -> str:
    return " ".join([*(value for _, value in metric.dimensions), metric.name])


def _single(value: Value) -> Line:
    if isinstance(value, Line):
        return value
    raise ExpressionError("A list holds time series only")
