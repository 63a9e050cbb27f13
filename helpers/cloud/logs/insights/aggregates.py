"""Aggregates of stats: each takes the values of a group, one after the other.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from helpers.cloud.logs.insights.values import number, shown, sort_key


class Aggregate(Protocol):
    """What becomes of one group's values."""

    def take(self, value: Any, at: float) -> None:
        """Take the value of one event, and its moment."""

    def result(self) -> Any:
        """Return the aggregate, None where there was no value."""


class Count:
    """How many events have a value."""

    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = 0

    def take(self, value: Any, _at: float) -> None:
        """Count a value that is there."""
        if value is not None:
            self._count += 1

    def result(self) -> float:
        """Return the count."""
        return float(self._count)


class CountDistinct:
    """How many different values there are."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def take(self, value: Any, _at: float) -> None:
        """Remember a value."""
        if value is not None:
            self._seen.add(value if isinstance(value, str) else shown(value))

    def result(self) -> float:
        """Return how many there were."""
        return float(len(self._seen))


class Numbers:
    """A figure of the values that are numbers."""

    def __init__(self, compute: Callable[[list[float]], float]) -> None:
        self._compute = compute
        self._numbers: list[float] = []

    def take(self, value: Any, _at: float) -> None:
        """Keep a number."""
        found = number(value)
        if found is not None:
            self._numbers.append(found)

    def result(self) -> float | None:
        """Return the figure."""
        return self._compute(self._numbers) if self._numbers else None


class Extreme:
    """The value at one end of an order."""

    def __init__(self, key: Callable[[Any, float], Any], *, last: bool) -> None:
        self._key = key
        self._last = last
        self._best: tuple[Any, Any] | None = None

    def take(self, value: Any, at: float) -> None:
        """Compare a value with the best so far."""
        if value is None:
            return
        key = self._key(value, at)
        if self._best is None or (key > self._best[0] if self._last else key < self._best[0]):
            self._best = (key, value)

    def result(self) -> Any:
        """Return the best value."""
        return None if self._best is None else self._best[1]


def percentile(share: float) -> Callable[[list[float]], float]:
    """Return what computes a percentile: the smallest value that `share` percent do not exceed."""

    def compute(numbers: list[float]) -> float:
        ordered = sorted(numbers)
        place = max(0, math.ceil(len(ordered) * share / 100) - 1)
        return ordered[min(place, len(ordered) - 1)]

    return compute


def _deviation(numbers: list[float]) -> float:
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in numbers) / len(numbers))


AGGREGATES: Mapping[str, Callable[[], Aggregate]] = {
    "count": Count,
    "count_distinct": CountDistinct,
    "sum": lambda: Numbers(math.fsum),
    "avg": lambda: Numbers(lambda numbers: math.fsum(numbers) / len(numbers)),
    "stddev": lambda: Numbers(_deviation),
    "median": lambda: Numbers(percentile(50)),
    "min": lambda: Extreme(lambda value, _at: sort_key(value), last=False),
    "max": lambda: Extreme(lambda value, _at: sort_key(value), last=True),
    "earliest": lambda: Extreme(lambda _value, at: at, last=False),
    "latest": lambda: Extreme(lambda _value, at: at, last=True),
    "sortsfirst": lambda: Extreme(lambda value, _at: sort_key(value), last=False),
    "sortslast": lambda: Extreme(lambda value, _at: sort_key(value), last=True),
}
