"""How fast invocations may come and environments may be made: token buckets.

Each unit of concurrency brings ten requests per second, however short they are; a function gets
at most 1,000 new environments every ten seconds, refilled continuously and never saved up. Both
are real time: they bound execution, so the time-lapse factor leaves them alone.
Left out: the rate at which one caller may call the API (CallerRateLimitExceeded).

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html (requests per second),
scaling-behavior.html.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass

REQUESTS_PER_UNIT = 10
SCALING_PERIOD_S = 10.0


@dataclass(frozen=True, slots=True)
class Rate:
    """What a bucket gets per second, and how much it holds at most."""

    per_s: float
    burst: float


def request_rate(concurrency: int) -> Rate:
    """Return the requests per second that a concurrency allows.

    >>> request_rate(20)
    Rate(per_s=200.0, burst=200.0)
    """
    requests = float(REQUESTS_PER_UNIT * max(0, concurrency))
    return Rate(requests, requests)


def scaling_rate(environments: int) -> Rate:
    """Return the rate of new environments: so many every ten seconds.

    >>> scaling_rate(1000)
    Rate(per_s=100.0, burst=1000.0)
    """
    return Rate(environments / SCALING_PERIOD_S, float(environments))


class Buckets:
    """One token bucket per name, full at first; the caller keeps threads apart."""

    def __init__(self) -> None:
        self._levels: dict[Hashable, tuple[float, float]] = {}

    def take(self, name: Hashable, rate: Rate, now: float) -> float:
        """Take one token: 0.0, or the seconds until there is one (nothing is taken then)."""
        level, at = self._levels.get(name, (rate.burst, now))
        level = min(rate.burst, level + (now - at) * rate.per_s)
        if level + 1e-9 >= 1.0:  # a tenth of a second at ten per second is one, not 0.9999…
            self._levels[name] = (level - 1.0, now)
            return 0.0
        self._levels[name] = (level, now)
        return (1.0 - level) / rate.per_s if rate.per_s else math.inf

    def forget(self) -> None:
        """Fill every bucket again."""
        self._levels.clear()
