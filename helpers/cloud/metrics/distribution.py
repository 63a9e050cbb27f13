"""The values of one metric in one stretch of time, however many: bounded, with percentiles right.

Equal values are counted, not kept. Above `MAX_DISTINCT` different values, all are kept to three
significant digits: a percentile is then off by half a percent at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

MAX_DISTINCT = 512
SIGNIFICANT = 3


class Distribution:
    """Values with their counts; `exact` is False once only a summary of some is known."""

    __slots__ = ("coarse", "count", "exact", "maximum", "minimum", "total", "values")

    def __init__(self) -> None:
        self.count = 0.0
        self.total = 0.0
        self.minimum = math.inf
        self.maximum = -math.inf
        self.values: dict[float, float] = {}
        self.exact = True
        self.coarse = False

    def add(self, value: float, count: float = 1.0) -> None:
        """Take `count` times `value`."""
        self.count += count
        self.total += value * count
        if value < self.minimum:  # noqa: PLR1730 - the innermost step of every metric
            self.minimum = value
        if value > self.maximum:  # noqa: PLR1730
            self.maximum = value
        values = self.values
        key = rounded(value) if self.coarse else value
        if key in values:
            values[key] += count
            return
        values[key] = count
        if not self.coarse and len(values) > MAX_DISTINCT:
            self._coarsen()

    def add_summary(self, count: float, total: float, minimum: float, maximum: float) -> None:
        """Take values of which only a summary is known: no percentiles from now on."""
        if minimum == maximum:
            self.add(minimum, count)
            return
        self.count += count
        self.total += total
        self.minimum = min(self.minimum, minimum)
        self.maximum = max(self.maximum, maximum)
        self.exact = False

    def merge(self, other: Distribution) -> None:
        """Take every value of another distribution."""
        self.count += other.count
        self.total += other.total
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)
        self.exact = self.exact and other.exact
        if other.coarse and not self.coarse:
            self._coarsen()
        values = self.values
        for value, count in other.values.items():
            key = rounded(value) if self.coarse else value
            values[key] = values.get(key, 0.0) + count
        if not self.coarse and len(values) > MAX_DISTINCT:
            self._coarsen()

    def ordered(self) -> list[tuple[float, float]]:
        """Return (value, count) pairs, the smallest value first."""
        return sorted(self.values.items())

    def _coarsen(self) -> None:
        self.coarse = True
        coarse: dict[float, float] = {}
        for value, count in self.values.items():
            key = rounded(value)
            coarse[key] = coarse.get(key, 0.0) + count
        self.values = coarse


def rounded(value: float) -> float:
    """Return a value to three significant digits."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, SIGNIFICANT - 1 - math.floor(math.log10(abs(value))))


def merged(distributions: Iterable[Distribution]) -> Distribution:
    """Return one distribution of all."""
    whole = Distribution()
    for distribution in distributions:
        whole.merge(distribution)
    return whole
