"""Concurrency at scale, simulated: how one function meets its load, to a million requests.

Three steps: say what comes and what is configured, run it, and read or judge the result.
docs/simulator.md lists every setting; `helpers.views.concurrency_view(result)` draws it.

>>> scenario = Scenario(rate_per_s=50, duration=Fixed(200), reserved=40, period_s=10)
>>> scenario.concurrency_needed
10.0
>>> result = simulate(scenario, seed=1)
>>> result.counters.throttles
0
>>> Target(p99_ms=1000, lost=0).misses(result)
()
>>> simulate(scenario.changed(reserved=5), seed=1).counters.throttles > 0
True
"""

from helpers.simulator.arrivals import (
    Arrivals,
    Burst,
    Constant,
    DayCurve,
    Poisson,
    Ramp,
    Replay,
    Steps,
)
from helpers.simulator.durations import (
    Duration,
    Exponential,
    Fixed,
    Lognormal,
    Normal,
    Percentiles,
)
from helpers.simulator.result import Cost, Result
from helpers.simulator.scenario import Scenario
from helpers.simulator.simulation import simulate
from helpers.simulator.sources import Async, ClientRetries, Source, Sqs, Sync
from helpers.simulator.target import Target

__all__ = [
    "Arrivals",
    "Async",
    "Burst",
    "ClientRetries",
    "Constant",
    "Cost",
    "DayCurve",
    "Duration",
    "Exponential",
    "Fixed",
    "Lognormal",
    "Normal",
    "Percentiles",
    "Poisson",
    "Ramp",
    "Replay",
    "Result",
    "Scenario",
    "Source",
    "Sqs",
    "Steps",
    "Sync",
    "Target",
    "simulate",
]
