"""The statistics of CloudWatch, by the names that its API takes.

Sum, Average, Minimum, Maximum, SampleCount; percentiles (p99.9); trimmed mean, winsorized mean,
trimmed count and sum (tm, wm, tc, ts, and TM(10%:90%) or TM(100:2000) and so on), IQM, and
PR(100:2000), the share of values in a range. A percentile is the smallest value that so many
percent of the values do not exceed.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable

from helpers.cloud.metrics.distribution import Distribution

Statistic = Callable[[Distribution], float | None]
Pairs = list[tuple[float, float]]

SIMPLE: dict[str, Statistic] = {
    "SampleCount": lambda d: d.count,
    "Sum": lambda d: d.total,
    "Average": lambda d: d.total / d.count if d.count else None,
    "Minimum": lambda d: d.minimum,
    "Maximum": lambda d: d.maximum,
}
SHORT = re.compile(r"(p|tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)")
RANGE = re.compile(
    r"(TM|WM|TC|TS|PR)\((-?\d*(?:\.\d+)?)(%?):(-?\d*(?:\.\d+)?)(%?)\)", re.IGNORECASE
)


def statistic(name: str) -> Statistic | None:
    """Return the statistic of this name, or None if CloudWatch knows none.

    A statistic returns None where the values do not give it: a percentile of summaries.

    >>> values = Distribution()
    >>> for value in (10, 20, 30, 40):
    ...     values.add(value)
    >>> [statistic(name)(values) for name in ("Average", "p50", "p99", "tm75", "PR(15:35)")]
    [25.0, 20, 40, 20.0, 50.0]
    """
    if name in SIMPLE:
        return SIMPLE[name]
    if name.upper() == "IQM":
        return _ranged("TM", 25.0, 75.0, percent=True)
    short = SHORT.fullmatch(name)
    if short is not None:
        kind, share = short[1], float(short[2])
        if kind == "p":
            return lambda d: _percentile(d, share)
        return _ranged(kind.upper(), 0.0, share, percent=True)
    found = RANGE.fullmatch(name.replace(" ", ""))
    return None if found is None else _of_range(found)


def _of_range(found: re.Match[str]) -> Statistic | None:
    percent = bool(found[3] or found[5])
    kind = found[1].upper()
    if found[2] + found[4] == "" or (kind == "PR" and percent):
        return None
    low = float(found[2] or (0 if percent else -math.inf))
    high = float(found[4] or (100 if percent else math.inf))
    return _ranged(kind, low, high, percent=percent)


def _percentile(distribution: Distribution, share: float) -> float | None:
    if not distribution.exact:
        return None
    wanted = distribution.count * share / 100
    seen = 0.0
    for value, count in distribution.ordered():
        seen += count
        if seen >= wanted - 1e-9:
            return min(max(value, distribution.minimum), distribution.maximum)
    return distribution.maximum


def _ranged(kind: str, low: float, high: float, *, percent: bool) -> Statistic:
    def compute(distribution: Distribution) -> float | None:
        if not distribution.exact or not distribution.count:
            return None
        pairs = distribution.ordered()
        kept = _within_shares(pairs, low, high) if percent else _within_values(pairs, low, high)
        inside, total = _count(kept), _sum(kept)
        if kind in ("TC", "TS", "PR"):
            return {"TC": inside, "TS": total, "PR": 100.0 * inside / distribution.count}[kind]
        if not inside:
            return None
        mean = kind == "TM"
        return total / inside if mean else _winsorized(pairs, kept, distribution.count)

    return compute


def _within_values(pairs: Pairs, low: float, high: float) -> Pairs:
    return [(value, count) for value, count in pairs if low < value <= high]


def _within_shares(pairs: Pairs, low: float, high: float) -> Pairs:
    total = _count(pairs)
    first, last = total * low / 100, total * high / 100
    kept, seen = [], 0.0
    for value, count in pairs:
        inside = min(seen + count, last) - max(seen, first)
        seen += count
        if inside > 1e-9:
            kept.append((value, inside))
    return kept


def _winsorized(pairs: Pairs, kept: Pairs, count: float) -> float:
    """Return the mean with what lies outside set to the nearest value inside."""
    smallest, largest = kept[0][0], kept[-1][0]
    below = sum(n for value, n in pairs if value < smallest)
    above = count - below - _count(kept)
    return (_sum(kept) + below * smallest + above * largest) / count


def _count(pairs: Iterable[tuple[float, float]]) -> float:
    return sum(count for _, count in pairs)


def _sum(pairs: Iterable[tuple[float, float]]) -> float:
    return sum(value * count for value, count in pairs)
