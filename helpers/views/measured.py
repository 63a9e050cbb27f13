"""What runs of a function took and would cost, by memory size, read from records.

The time of a size is the median of its warm runs, because a first run also pays for what an
environment does once; init is told apart. Failed runs are counted and left out.
Left out: what a size needs beyond time, such as memory itself.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html (1,769 MB is one vCPU).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from helpers.cloud.billing import (
    MILLION,
    Architecture,
    billed_ms,
    compute_cost,
    gb_seconds,
    request_cost,
)

ONE_VCPU_MB = 1769
SAME_TIME = 0.05
SAME_COST = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class MemoryPoint:
    """One memory size of one function: how long it took, and how often that was seen."""

    memory_mb: int
    median_ms: float
    shortest_ms: float
    longest_ms: float
    runs: int
    init_ms: float | None = None
    failed: int = 0

    @property
    def vcpus(self) -> float:
        """The processor share that comes with the memory."""
        return self.memory_mb / ONE_VCPU_MB

    @property
    def billed_ms(self) -> int:
        """What a run of the median length is billed for, without init."""
        return billed_ms(self.median_ms)

    def usd_per_million(self, architecture: Architecture = Architecture.X86_64) -> Decimal:
        """Return what a million such runs in a month cost, without the free tier."""
        used = gb_seconds(self.billed_ms, self.memory_mb) * MILLION
        return request_cost(MILLION) + compute_cost(used, architecture)


def measured(
    records: Iterable[Mapping[str, Any]], *, function: str | None = None
) -> list[MemoryPoint]:
    """Return a point for each memory size that ran, smallest first."""
    runs: dict[int, list[Mapping[str, Any]]] = {}
    for record in records:
        wanted = function is None or record.get("function") == function
        if record["kind"] == "invocation.finished" and wanted:
            runs.setdefault(record["memory_mb"], []).append(record)
    points = (_point(memory_mb, runs[memory_mb]) for memory_mb in sorted(runs))
    return [point for point in points if point is not None]


def fastest(points: Sequence[MemoryPoint]) -> MemoryPoint:
    """Return the cheapest of those whose time is the least, or at most 5 % more."""
    most_ms = min(point.median_ms for point in points) * (1 + SAME_TIME)
    quick = [point for point in points if point.median_ms <= most_ms]
    return min(quick, key=lambda point: point.usd_per_million())


def cheapest(points: Sequence[MemoryPoint]) -> MemoryPoint:
    """Return the fastest of those whose cost is the least, or at most 1 % more."""
    most_usd = min(point.usd_per_million() for point in points) * (1 + SAME_COST)
    cheap = [point for point in points if point.usd_per_million() <= most_usd]
    return min(cheap, key=lambda point: point.median_ms)


def _point(memory_mb: int, runs: list[Mapping[str, Any]]) -> MemoryPoint | None:
    good = [run for run in runs if run["status"] == "success"]
    if not good:
        return None
    warm = [run for run in good if run["init_ms"] is None]
    times = [float(run["duration_ms"]) for run in warm or good]
    inits = [float(run["init_ms"]) for run in good if run["init_ms"] is not None]
    return MemoryPoint(
        memory_mb,
        median(times),
        min(times),
        max(times),
        runs=len(times),
        init_ms=median(inits) if inits else None,
        failed=len(runs) - len(good),
    )
