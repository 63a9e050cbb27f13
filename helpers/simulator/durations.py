"""How long the handler runs: always the same, or drawn from a distribution; milliseconds."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from helpers.simulator.validation import require, require_number

SHORTEST_MS = 0.1
LONGEST_MS = 900_000.0
"""Fifteen minutes: no function may run longer."""

Draw = Callable[[], float]


def _require_ms(name: str, value: float) -> None:
    require_number(name, value, at_least=SHORTEST_MS, at_most=LONGEST_MS)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Every invocation runs equally long."""

    ms: float

    def __post_init__(self) -> None:
        _require_ms("ms", self.ms)

    def sampler(self, rng: Random) -> Draw:
        """Return a function that draws one duration in milliseconds."""
        return lambda: self.ms


@dataclass(frozen=True, slots=True)
class Normal:
    """Around a mean; what would be shorter than 0.1 ms is 0.1 ms."""

    mean_ms: float
    sd_ms: float

    def __post_init__(self) -> None:
        _require_ms("mean_ms", self.mean_ms)
        require_number("sd_ms", self.sd_ms, at_least=0)

    def sampler(self, rng: Random) -> Draw:
        """Return a function that draws one duration in milliseconds."""
        draw, mean, deviation = rng.gauss, self.mean_ms, self.sd_ms
        return lambda: max(SHORTEST_MS, draw(mean, deviation))


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Most are near the median, a few are much longer: the usual shape of calls over a network."""

    median_ms: float
    p99_ms: float

    def __post_init__(self) -> None:
        _require_ms("median_ms", self.median_ms)
        require_number("p99_ms", self.p99_ms, at_least=self.median_ms, at_most=LONGEST_MS)

    def sampler(self, rng: Random) -> Draw:
        """Return a function that draws one duration in milliseconds."""
        sigma = math.log(self.p99_ms / self.median_ms) / 2.3263478740408408
        return partial(rng.lognormvariate, math.log(self.median_ms), sigma)


@dataclass(frozen=True, slots=True)
class Exponential:
    """The distribution of queueing theory's M/M formulas."""

    mean_ms: float

    def __post_init__(self) -> None:
        _require_ms("mean_ms", self.mean_ms)

    def sampler(self, rng: Random) -> Draw:
        """Return a function that draws one duration in milliseconds."""
        return partial(rng.expovariate, 1 / self.mean_ms)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """What a dashboard tells: `Percentiles(((0, 20), (50, 40), (99, 300), (100, 900)))`.

    The pairs are (percent, ms), from 0 to 100; between them durations grow geometrically.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        percents = [percent for percent, _ in self.points]
        values = [ms for _, ms in self.points]
        require(
            len(percents) >= 2
            and (percents[0], percents[-1]) == (0, 100)
            and percents == sorted(set(percents))
            and values == sorted(values),
            f"Percentiles({self.points!r}) cannot be simulated.",
            why="The pairs (percent, ms) rise from 0 to 100 percent, and so do the durations.",
            next_step="Write them as in Percentiles(((0, 20), (50, 40), (99, 300), (100, 900))).",
        )
        for ms in values:
            _require_ms("ms", ms)

    def sampler(self, rng: Random) -> Draw:
        """Return a function that draws one duration in milliseconds."""
        percents = [percent for percent, _ in self.points]
        logs = [math.log(ms) for _, ms in self.points]
        draw = rng.random

        def duration_ms() -> float:
            percent = 100 * draw()
            right = max(1, bisect_left(percents, percent))
            left = right - 1
            share = (percent - percents[left]) / (percents[right] - percents[left])
            return math.exp(logs[left] + share * (logs[right] - logs[left]))

        return duration_ms


Duration = Fixed | Normal | Lognormal | Exponential | Percentiles
