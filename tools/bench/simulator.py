"""How fast the concurrency simulator is, in processor time: what else runs does not count.

A hundred thousand requests of each source, and a million in an hour.
"""

from __future__ import annotations

import time

from helpers.simulator import Async, Lognormal, Poisson, Scenario, Source, Sqs, Sync, simulate
from tools.bench.measure import Measure

DURATION = Lognormal(median_ms=80, p99_ms=900)
SOURCES: tuple[Source, ...] = (Sync(), Async(), Sqs(maximum_concurrency=200))


def measure_simulator() -> list[Measure]:
    """Measure everything of this module."""
    rows = [
        _measure(f"simulator: 100,000 requests, {type(source).__name__}", 1000, 100, 1.5, source)
        for source in SOURCES
    ]
    an_hour = _measure("simulator: a million requests an hour", 1e6 / 3600, 3600, 15.0, Sync())
    return [*rows, an_hour]


def _measure(
    what: str, rate_per_s: float, period_s: float, bound_s: float, source: Source
) -> Measure:
    scenario = Scenario(
        arrivals=Poisson(rate_per_s), period_s=period_s, duration=DURATION, source=source
    )
    started = time.process_time()
    result = simulate(scenario, seed=1)
    spent = time.process_time() - started
    return Measure(what, spent, bound_s, "s", f"{result.counters.requests:,} requests")
