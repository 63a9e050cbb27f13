"""One row of the performance table, and how two sides are compared fairly."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the table; `value` is None where this machine cannot measure it.

    The bound is the most that is allowed, or with `at_least` the least.
    """

    what: str
    value: float | None
    bound: float
    unit: str
    detail: str = ""
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Return how the value stands to its bound."""
        if self.value is None:
            return "not measured"
        if self.at_least:
            return "ok" if self.value >= self.bound else "UNDER"
        return "ok" if self.value <= self.bound else "OVER"

    @property
    def missed(self) -> bool:
        """Tell whether the value is on the wrong side of its bound."""
        return self.verdict in ("OVER", "UNDER")

    def __str__(self) -> str:
        """Return the row as the table shows it."""
        value = "-" if self.value is None else f"{self.value:.2f}"
        word = "at least" if self.at_least else "at most"
        figures = f"{value:>8} {self.unit:<5} ({word} {self.bound:g})"
        return f"{self.what:<72} {figures:<32} {self.verdict:<12} {self.detail}".rstrip()


def ratio(what: str, medians: tuple[float, float], bound: float) -> Measure:
    """Return the row that compares our median with theirs, both in milliseconds."""
    ours, theirs = medians
    return Measure(what, ours / theirs, bound, "ratio", f"{ours:.2f} ms against {theirs:.2f} ms")


def interleaved(
    ours: Callable[[], float], theirs: Callable[[], float], *, runs: int, warm_up: int
) -> tuple[float, float]:
    """Return both medians; the first in each pair alternates, so that neither gains by order."""
    times: dict[Callable[[], float], list[float]] = {ours: [], theirs: []}
    for run in range(warm_up + runs):
        for measure in (ours, theirs) if run % 2 else (theirs, ours):
            elapsed = measure()
            if run >= warm_up:
                times[measure].append(elapsed)
    return statistics.median(times[ours]), statistics.median(times[theirs])
