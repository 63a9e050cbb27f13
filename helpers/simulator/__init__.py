"""Concurrency at scale, simulated: how one function meets its load, to a million requests.

>>> result = simulate(Scenario(rate_per_s=50, reserved=40, period_s=10), seed=1)
>>> result.counters.throttles
0
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
    "simulate",
]
