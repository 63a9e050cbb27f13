"""A target that a service has to meet, and what a simulation misses of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from helpers.simulator.result import Result
from helpers.simulator.validation import require, require_number

HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Limits that a result must not exceed; None is no limit.

    `lost` counts requests that were refused, dropped or dead-lettered in the end. Shares are from
    0 to 1, cost is without the free tier.

    >>> target = Target(p99_ms=300, lost=0)
    >>> target.misses(simulate(Scenario(rate_per_s=10, reserved=0)))  # doctest: +SKIP
    ('607 requests are lost, and 0 is the most.', 'Nothing was served, so there is no p99.')
    """

    p99_ms: float | None = None
    lost: int | None = None
    throttled_share: float | None = None
    cold_share: float | None = None
    usd_per_hour: float | None = None

    def __post_init__(self) -> None:
        limits = {
            "p99_ms": (self.p99_ms, math.inf),
            "lost": (self.lost, math.inf),
            "throttled_share": (self.throttled_share, 1),
            "cold_share": (self.cold_share, 1),
            "usd_per_hour": (self.usd_per_hour, math.inf),
        }
        given = {name: limit for name, limit in limits.items() if limit[0] is not None}
        require(
            bool(given),
            "Target() asks for nothing.",
            why="A target has one limit or more.",
            next_step="Write, for example, Target(p99_ms=300, lost=0).",
        )
        for name, (value, most) in given.items():
            require_number(name, value or 0, at_least=0, at_most=most)

    def misses(self, result: Result) -> tuple[str, ...]:
        """Return a sentence for each limit that a result exceeds; none: the target is met."""
        counters = result.counters
        lost = counters.refused + counters.dropped + counters.dead_lettered
        an_hour = float(result.cost.usd) / result.elapsed_s * HOUR_S if result.elapsed_s else 0.0
        checks = (
            _over(lost, self.lost, "{:,} requests are lost, and {:,} is the most."),
            _no_p99(result, self.p99_ms),
            _over(result.p99_ms, self.p99_ms, "p99 is {:,.0f} ms, and {:,.0f} ms is the most."),
            _over(
                counters.throttled_share,
                self.throttled_share,
                "{:.2%} of the attempts are throttled, and {:.2%} is the most.",
            ),
            _over(
                counters.cold_share,
                self.cold_share,
                "{:.2%} of the invocations are cold starts, and {:.2%} is the most.",
            ),
            _over(an_hour, self.usd_per_hour, "An hour costs ${:,.4f}, and ${:,.4f} is the most."),
        )
        return tuple(filter(None, checks))


def _over(value: float, most: float | None, words: str) -> str:
    return words.format(value, most) if most is not None and value > most else ""


def _no_p99(result: Result, most_ms: float | None) -> str:
    if most_ms is None or result.latencies.count:
        return ""
    return "Nothing was served, so there is no p99."
