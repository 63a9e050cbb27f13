"""What metric math computes with: lines of points in time, lists of lines, numbers.

A moment for which one of two operands has no value has none in the result, and neither has one
for which the result is no number (a division by zero).

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from helpers.cloud.metrics.expressions import ExpressionError


@dataclass(frozen=True, slots=True)
class Line:
    """Values by moment (Unix seconds, the start of each period), the earliest first."""

    label: str
    points: Mapping[int, float] = field(default_factory=dict)


Value = float | Line | list[Line] | str
"""A scalar, a time series, an array of time series, or a word."""


def lines_of(value: Value) -> list[Line]:
    """Return a value as a list of lines; raises ExpressionError for a scalar or a word."""
    if isinstance(value, Line):
        return [value]
    if isinstance(value, list):
        return value
    raise ExpressionError("A time series or an array of time series is needed")


def each_point(value: Value, compute: Callable[[float], float]) -> Value:
    """Compute each value anew."""
    if isinstance(value, float):
        return _finite(compute, value) or 0.0
    if isinstance(value, Line):
        new = {moment: _finite(compute, point) for moment, point in value.points.items()}
        return replace(value, points={m: p for m, p in new.items() if p is not None})
    if isinstance(value, list):
        return [_line(each_point(line, compute)) for line in value]
    raise ExpressionError("A number or a time series is needed")


def paired(left: Value, right: Value, compute: Callable[[float, float], float]) -> Value:
    """Combine two values, point by point."""
    if isinstance(left, str) or isinstance(right, str):
        raise ExpressionError("A number or a time series is needed")
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            raise ExpressionError("The arrays have different lengths")
        return [_line(paired(a, b, compute)) for a, b in zip(left, right, strict=True)]
    if isinstance(left, list):
        return [_line(paired(line, right, compute)) for line in left]
    if isinstance(right, list):
        return [_line(paired(left, line, compute)) for line in right]
    if isinstance(left, float):
        scalar = left
        return each_point(right, lambda value: compute(scalar, value))
    if isinstance(right, float):
        other = right
        return each_point(left, lambda value: compute(value, other))
    points = {
        m: _finite(compute, left.points[m], right.points[m])
        for m in left.points
        if m in right.points
    }
    return replace(left, points={m: p for m, p in points.items() if p is not None})


def across(label: str, lines: Iterable[Line], reduce: Callable[[list[float]], float]) -> Line:
    """Return one line of many: at each moment, what `reduce` makes of the values there are."""
    columns: dict[int, list[float]] = {}
    for line in lines:
        for moment, point in line.points.items():
            columns.setdefault(moment, []).append(point)
    return Line(label, {moment: reduce(columns[moment]) for moment in sorted(columns)})


def _line(value: Value) -> Line:
    assert isinstance(value, Line)
    return value


def _finite(compute: Callable[..., float], *values: float) -> float | None:
    try:
        result = compute(*values)
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
    return float(result) if not isinstance(result, complex) and math.isfinite(result) else None
