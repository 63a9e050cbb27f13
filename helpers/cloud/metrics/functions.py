"""The functions of metric math, by name.

Left out, and refused by name: ANOMALY_DETECTION_BAND, which needs weeks of data, and
INSIGHT_RULE_METRIC, DB_PERF_INSIGHTS and LAMBDA.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate, pairwise

from helpers.cloud.metrics.expressions import ExpressionError
from helpers.cloud.metrics.series import Line, Value, across, each_point, lines_of, paired


@dataclass(frozen=True, slots=True)
class Scope:
    """What a function may know beside its arguments: every moment asked for, and the period."""

    moments: Sequence[int]
    period: int


Compute = Callable[[Scope, list[Value]], Value]


def call(name: str, scope: Scope, arguments: list[Value]) -> Value:
    """Compute a function or operator; raises ExpressionError for what is not known or not right."""
    if name in OPERATORS:
        return paired(arguments[0], arguments[1], OPERATORS[name])
    if name in POINTWISE and len(arguments) == 1:
        return each_point(arguments[0], POINTWISE[name])
    if name in REDUCTIONS and len(arguments) == 1:
        return _reduced(name, arguments[0])
    if name in FUNCTIONS:
        try:
            return FUNCTIONS[name](scope, arguments)
        except (IndexError, TypeError, ValueError) as error:
            if isinstance(error, ExpressionError):
                raise
            raise ExpressionError(f"The arguments of {name} are not valid") from error
    if name in POINTWISE or name in REDUCTIONS:
        raise ExpressionError(f"{name} takes one argument")
    raise ExpressionError(f"Unsupported function: {name}")


OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
    "==": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
    ">": lambda a, b: float(a > b),
    ">=": lambda a, b: float(a >= b),
    "&&": lambda a, b: float(bool(a) and bool(b)),
    "||": lambda a, b: float(bool(a) or bool(b)),
}

POINTWISE: Mapping[str, Callable[[float], float]] = {
    "neg": lambda value: -value,
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": math.log,
    "LOG10": math.log10,
}

REDUCTIONS: Mapping[str, Callable[[list[float]], float]] = {
    "AVG": statistics.fmean,
    "MAX": max,
    "MIN": min,
    "SUM": sum,
    "STDDEV": statistics.pstdev,
}


def _reduced(name: str, value: Value) -> Value:
    """Reduce a line to a number, and an array to a line."""
    reduce = REDUCTIONS[name]
    if isinstance(value, list):
        return across(name, value, reduce)
    if isinstance(value, Line):
        return float(reduce(list(value.points.values()))) if value.points else 0.0
    raise ExpressionError(f"{name} takes a time series or an array of time series")


def _neighbours(line: Line, compute: Callable[[int, int], float]) -> Line:
    points = {late: compute(early, late) for early, late in pairwise(line.points)}
    return replace(line, points=points)


def _mapped(value: Value, change: Callable[[Line], Line]) -> Value:
    if isinstance(value, Line):
        return change(value)
    return [change(line) for line in lines_of(value)]


def _rate(_scope: Scope, arguments: list[Value]) -> Value:
    def rate(line: Line) -> Line:
        p = line.points
        return _neighbours(line, lambda early, late: (p[late] - p[early]) / (late - early))

    return _mapped(arguments[0], rate)


def _diff(_scope: Scope, arguments: list[Value]) -> Value:
    def difference(line: Line) -> Line:
        return _neighbours(line, lambda early, late: line.points[late] - line.points[early])

    return _mapped(arguments[0], difference)


def _diff_time(_scope: Scope, arguments: list[Value]) -> Value:
    return _mapped(arguments[0], lambda line: _neighbours(line, lambda a, b: float(b - a)))


def _running_sum(_scope: Scope, arguments: list[Value]) -> Value:
    def summed(line: Line) -> Line:
        return replace(
            line, points=dict(zip(line.points, accumulate(line.points.values()), strict=True))
        )

    return _mapped(arguments[0], summed)


def _fill(scope: Scope, arguments: list[Value]) -> Value:
    filler = arguments[1]

    def filled(line: Line) -> Line:
        if isinstance(filler, str):
            return replace(line, points=_continued(line.points, scope.moments, filler))
        given = filler.points if isinstance(filler, Line) else None
        points = {
            m: line.points.get(m, given.get(m) if given is not None else filler)
            for m in scope.moments
        }
        return replace(line, points={m: p for m, p in points.items() if isinstance(p, float)})

    return _mapped(arguments[0], filled)


def _continued(points: Mapping[int, float], moments: Sequence[int], how: str) -> dict[int, float]:
    if how not in ("REPEAT", "LINEAR"):
        raise ExpressionError("FILL takes a number, a time series, REPEAT or LINEAR")
    known = sorted(points)
    result: dict[int, float] = {}
    for moment in moments:
        before = max((m for m in known if m <= moment), default=None)
        after = min((m for m in known if m >= moment), default=None)
        if before is None:
            continue
        if how == "REPEAT" or after is None or after == before:
            result[moment] = points[before]
        else:
            share = (moment - before) / (after - before)
            result[moment] = points[before] + share * (points[after] - points[before])
    return result


def _if(scope: Scope, arguments: list[Value]) -> Value:
    condition, then = arguments[0], arguments[1]
    if isinstance(condition, float):
        return then if condition else (arguments[2] if len(arguments) > 2 else Line("IF"))
    otherwise = arguments[2] if len(arguments) > 2 else None
    points: dict[int, float] = {}
    line = lines_of(condition)[0]
    for moment, truth in line.points.items():
        chosen = then if truth else otherwise
        point = chosen.points.get(moment) if isinstance(chosen, Line) else chosen
        if isinstance(point, float):
            points[moment] = point
    return Line("IF", points)


def _extreme(choose: Callable[[float, float], float]) -> Compute:
    return lambda _scope, arguments: paired(arguments[0], arguments[1], choose)


def _calendar(part: Callable[[datetime], float]) -> Compute:
    def compute(_scope: Scope, arguments: list[Value]) -> Value:
        return _mapped(
            arguments[0],
            lambda line: replace(
                line, points={m: part(datetime.fromtimestamp(m, UTC)) for m in line.points}
            ),
        )

    return compute


def _sort(_scope: Scope, arguments: list[Value]) -> Value:
    lines = [line for line in lines_of(arguments[0]) if line.points]
    reduce, order = REDUCTIONS[str(arguments[1])], str(arguments[2])
    lines.sort(key=lambda line: reduce(list(line.points.values())), reverse=order == "DESC")
    return lines[: int(arguments[3])] if len(arguments) > 3 else lines  # type: ignore[arg-type]


def _slice(_scope: Scope, arguments: list[Value]) -> Value:
    lines = lines_of(arguments[0])
    first = int(arguments[1])  # type: ignore[arg-type]
    return lines[first : int(arguments[2])] if len(arguments) > 2 else lines[first:]  # type: ignore[arg-type]


def _index(_scope: Scope, arguments: list[Value]) -> Value:
    return lines_of(arguments[0])[int(arguments[1])]  # type: ignore[arg-type]


def _end_of(value: Value, position: int) -> Value:
    if isinstance(value, list):
        return value[position]
    points = list(lines_of(value)[0].points.values())
    return points[position] if points else 0.0


FUNCTIONS: Mapping[str, Compute] = {
    "RATE": _rate,
    "DIFF": _diff,
    "DIFF_TIME": _diff_time,
    "RUNNING_SUM": _running_sum,
    "FILL": _fill,
    "IF": _if,
    "MIN": _extreme(min),
    "MAX": _extreme(max),
    "SORT": _sort,
    "SLICE": _slice,
    "index": _index,
    "FIRST": lambda _scope, arguments: _end_of(arguments[0], 0),
    "LAST": lambda _scope, arguments: _end_of(arguments[0], -1),
    "PERIOD": lambda scope, _arguments: float(scope.period),
    "TIME_SERIES": lambda scope, arguments: Line(
        "TIME_SERIES",
        {m: float(arguments[0]) for m in scope.moments},  # type: ignore[arg-type]
    ),
    "METRIC_COUNT": lambda _scope, arguments: float(len(lines_of(arguments[0]))),
    "DATAPOINT_COUNT": lambda _scope, arguments: _mapped(
        arguments[0],
        lambda line: replace(line, points=dict.fromkeys(line.points, float(len(line.points)))),
    ),
    "REMOVE_EMPTY": lambda _scope, arguments: [a for a in lines_of(arguments[0]) if a.points],
    "EPOCH": _calendar(datetime.timestamp),
    "MINUTE": _calendar(lambda moment: float(moment.minute)),
    "HOUR": _calendar(lambda moment: float(moment.hour)),
    "DAY": _calendar(lambda moment: float(moment.isoweekday())),
    "DATE": _calendar(lambda moment: float(moment.day)),
    "MONTH": _calendar(lambda moment: float(moment.month)),
    "YEAR": _calendar(lambda moment: float(moment.year)),
}
