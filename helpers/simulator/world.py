"""One function under simulated load: its clock, its environments, and what is counted.

SimPy keeps time and order. A request is not a process of its own but one or two of SimPy's
timeouts with a callback, which is what lets a million of them run in seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

from simpy import Environment, Timeout

from helpers.cloud.billing import billed_ms
from helpers.cloud.errors import ThrottleReason
from helpers.simulator.capacity import Capacity, Served
from helpers.simulator.result import Meter
from helpers.simulator.scenario import Scenario
from helpers.simulator.tally import Counters, Latencies

T = TypeVar("T")
Done = Callable[[Any, bool], None]
"""Gets what was given to `invoke`, and whether the invocation failed."""


class World:
    """What the flows of requests share; lives as long as one simulation.

    Arrivals, durations, failures and waits have random numbers of their own, so that a changed
    setting meets the same requests.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.environment = Environment()
        self.capacity = Capacity(scenario)
        self.counters = Counters()
        self.latencies = Latencies()
        self.meter = Meter()
        self.arrivals, durations, self._failures, self.waits = (
            Random(f"{seed}/{name}") for name in ("arrivals", "durations", "failures", "waits")
        )
        self.duration_ms = scenario.duration.sampler(durations)
        self._timeout_ms = scenario.timeout_s * 1000

    @property
    def now(self) -> float:
        """Simulated seconds since the start."""
        return self.environment.now

    def after(self, wait_s: float, then: Callable[[T], None], value: T) -> None:
        """Call a function with a value, so much later."""
        Timeout(self.environment, wait_s).callbacks = [lambda _: then(value)]

    def invoke(self, duration_ms: float, done: Done, request: Any) -> ThrottleReason | None:
        """Begin an invocation, which calls `done` when it ends, or return why it is refused."""
        served = self.capacity.admit(self.environment.now)
        counters = self.counters
        if isinstance(served, ThrottleReason):
            counters.throttles += 1
            return served
        counters.invocations += 1
        failed = False
        if self.scenario.error_share:
            failed = self._failures.random() < self.scenario.error_share
        if duration_ms > self._timeout_ms:
            duration_ms, failed = self._timeout_ms, True
            counters.timeouts += 1
        init_ms = 0.0
        if served is Served.COLD:
            init_ms = self.scenario.cold_start_ms
            counters.cold += 1
        if served is not Served.PROVISIONED and self.scenario.provisioned:
            counters.spilled_over += 1
        ms = init_ms + duration_ms
        ended = (served, ms, failed, done, request)
        self.after(ms / 1000, self._end, ended)
        return None

    def answered(self, since_s: float) -> None:
        """Count a request as served, asked for at this moment."""
        self.counters.served += 1
        self.latencies.add((self.environment.now - since_s) * 1000)

    def _end(self, ended: tuple[Served, float, bool, Done, Any]) -> None:
        served, ms, failed, done, request = ended
        self.capacity.release(served, self.environment.now)
        meter = self.meter
        meter.invocations += 1
        if served is Served.PROVISIONED:
            meter.provisioned_ms += billed_ms(ms)
        else:
            meter.on_demand_ms += billed_ms(ms)
        if failed:
            self.counters.errors += 1
        done(request, failed)
