"""When requests come: evenly, at random, in a burst, on a ramp, in steps, over a day, or as seen.

Each shape yields the moments in seconds from the start, in order, none later than the period. Rates
that change are Poisson processes thinned from their highest rate.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from helpers.simulator.validation import require, require_count, require_number

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Constant:
    """The same distance between any two requests.

    >>> list(Constant(rate_per_s=2).times(Random(0), 1.0))
    [0.0, 0.5, 1.0]
    """

    rate_per_s: float

    def __post_init__(self) -> None:
        require_number("rate_per_s", self.rate_per_s, at_least=0)

    def times(self, rng: Random, period_s: float) -> Iterator[float]:
        """Yield the moments."""
        count = math.floor(period_s * self.rate_per_s + 1e-9) + 1 if self.rate_per_s else 0
        return (number / self.rate_per_s for number in range(count))

    def expected(self, period_s: float) -> float:
        """Return about how many requests come."""
        return self.rate_per_s * period_s


@dataclass(frozen=True, slots=True)
class Poisson:
    """Callers who know nothing of each other: the distances are exponential."""

    rate_per_s: float

    def __post_init__(self) -> None:
        require_number("rate_per_s", self.rate_per_s, at_least=0)

    def times(self, rng: Random, period_s: float) -> Iterator[float]:
        """Yield the moments."""
        at, rate, draw = 0.0, self.rate_per_s, rng.expovariate
        while rate and (at := at + draw(rate)) <= period_s:
            yield at

    def expected(self, period_s: float) -> float:
        """Return about how many requests come."""
        return self.rate_per_s * period_s


@dataclass(frozen=True, slots=True)
class Burst:
    """So many requests at one moment, above a steady (Poisson) rate."""

    count: int
    at_s: float = 0.0
    background_per_s: float = 0.0

    def __post_init__(self) -> None:
        require_count("count", self.count, at_least=1)
        require_number("at_s", self.at_s, at_least=0)
        require_number("background_per_s", self.background_per_s, at_least=0)

    def times(self, rng: Random, period_s: float) -> Iterator[float]:
        """Yield the moments."""
        due = self.at_s <= period_s
        for at in Poisson(self.background_per_s).times(rng, period_s):
            if due and at >= self.at_s:
                yield from [self.at_s] * self.count
                due = False
            yield at
        if due:
            yield from [self.at_s] * self.count

    def expected(self, period_s: float) -> float:
        """Return about how many requests come."""
        return self.background_per_s * period_s + (self.count if self.at_s <= period_s else 0)


@dataclass(frozen=True, slots=True)
class Ramp:
    """A rate that changes evenly over the period (Poisson)."""

    from_per_s: float
    to_per_s: float

    def __post_init__(self) -> None:
        require_number("from_per_s", self.from_per_s, at_least=0)
        require_number("to_per_s", self.to_per_s, at_least=0)

    def times(self, rng: Random, period_s: float) -> Iterator[float]:
        """Yield the moments."""
        slope = (self.to_per_s - self.from_per_s) / period_s
        highest = max(self.from_per_s, self.to_per_s)
        return _thinned(rng, period_s, highest, lambda at: self.from_per_s + slope * at)

    def expected(self, period_s: float) -> float:
        """Return about how many requests come."""
        return (self.from_per_s + self.to_per_s) / 2 * period_s


@dataclass(frozen=True, slots=True)
class Steps:
    """Rates from given moments on: `Steps(((0, 10), (60, 100)))` goes from 10/s to 100/s (Poisson).

    The pairs are (from_s, rate_per_s); before the first one nothing comes.
    """

    steps: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        starts = [start for start, _ in self.steps]
        require(
            bool(starts) and starts == sorted(set(starts)),
            f"Steps({self.steps!r}) cannot be simulated.",
            why="Each step begins later than the one before it, and there is at least one.",
            next_step="Write pairs of (from_s, rate_per_s), as in Steps(((0, 10), (60, 100))).",
        )
        for start, rate in self.steps:
            require_number("from_s", start, at_least=0)
            require_number("rate_per_s", rate, at_least=0)

    def times(self, rng: Random, period_s: float) -> Iterator[float]:
        """Yield the moments."""
        starts = [start for start, _ in self.steps]
        rates = [0.0, *(rate for _, rate in self.steps)]
        return _thinned(rng, period_s, max(rates), lambda at: rates[bisect_right(starts, at)])

    def expected(self, period_s: float) -> float:
        """Return about how many requests come."""
        ends = [*(start for start, _ in self.steps[1:]), math.inf]
        return sum(
            rate * max(0.0, min(end, period_s) - start)
            for (start, rate), end in zip(self.steps, ends, strict=True)
        )


@dataclass(frozen=True, slots=True)
class DayCurve:
    """A day: fewest requests at the start, most half a day later, as a cosine (Poisson)."""

    lowest_per_s: float
    highest_per_s: float
    day_s: float = DAY_S

    def __post_init__(self) -> None:
        require_number("day_s", self.day_s, at_least=1)
        require_number("lowest_per_s", self.lowest_per_s, at_least=0)
        require_number("highest_per_s", self.highest_per_s, at_least=self.lowest_per_s)

    def times(self, rng: Random, period_s: float) -> Iterator[float]:
        """Yield the moments."""
        return _thinned(rng, period_s, self.highest_per_s, self._rate)

    def expected(self, period_s: float) -> float:
        """Return about how many requests come."""
        turn = 2 * math.pi / self.day_s
        middle = (self.lowest_per_s + self.highest_per_s) / 2
        swing = (self.highest_per_s - self.lowest_per_s) / 2
        return middle * period_s - swing * math.sin(turn * period_s) / turn

    def _rate(self, at: float) -> float:
        share = (1 - math.cos(2 * math.pi * at / self.day_s)) / 2
        return self.lowest_per_s + share * (self.highest_per_s - self.lowest_per_s)


@dataclass(frozen=True, slots=True)
class Replay:
    """Moments that were seen elsewhere, in seconds from the start."""

    at_s: tuple[float, ...]

    def __post_init__(self) -> None:
        require(
            list(self.at_s) == sorted(self.at_s) and all(at >= 0 for at in self.at_s),
            "These moments cannot be replayed.",
            why="They are seconds from the start, in order, none below 0.",
            next_step="Subtract the first moment from all, and sort them.",
        )

    def times(self, rng: Random, period_s: float) -> Iterator[float]:
        """Yield the moments."""
        return (at for at in self.at_s if at <= period_s)

    def expected(self, period_s: float) -> float:
        """Return how many requests come."""
        return bisect_right(self.at_s, period_s)


Arrivals = Constant | Poisson | Burst | Ramp | Steps | DayCurve | Replay


def _thinned(
    rng: Random, period_s: float, highest: float, rate: Callable[[float], float]
) -> Iterator[float]:
    draw = rng.random
    return (at for at in Poisson(highest).times(rng, period_s) if draw() * highest < rate(at))
