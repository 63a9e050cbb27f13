"""Which environment serves a request, if any: the rules of the local account's pool, as numbers.

In this order: a free provisioned environment, a free one that was made on demand (the one that was
busy last), a new one, else a refusal with AWS's reason. Environments are counts and moments, not
objects, so that a million requests need no more memory than a hundred.
Left out: environments that end although they are busy every few minutes, after some hours.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html, scaling-behavior.html.
"""

from __future__ import annotations

from collections import Counter, deque
from enum import Enum, auto

from helpers.cloud.errors import ThrottleReason
from helpers.cloud.rates import Buckets, request_rate, scaling_rate
from helpers.simulator.scenario import Scenario


class Served(Enum):
    """By what an invocation is served."""

    PROVISIONED = auto()
    WARM = auto()
    COLD = auto()


class Capacity:
    """The function's environments and the account's room; lives as long as one simulation."""

    def __init__(self, scenario: Scenario) -> None:
        reserved = scenario.reserved is not None
        shared = max(0, scenario.on_demand_room)
        self._room = shared - (0 if reserved else scenario.neighbours)
        self._requests = request_rate(shared)
        self._provisioned_requests = request_rate(scenario.provisioned)
        self._starts = scaling_rate(scenario.scaling_per_10_s)
        self._full, self._fast = (
            (ThrottleReason.RESERVED_CONCURRENCY, ThrottleReason.RESERVED_INVOCATION_RATE)
            if reserved
            else (ThrottleReason.CONCURRENCY, ThrottleReason.INVOCATION_RATE)
        )
        self._buckets = Buckets()
        self._idle_age_s = scenario.idle_age_s
        self._idle: deque[float] = deque()  # since when, the longest first
        self._provisioned = self._provisioned_free = scenario.provisioned
        self._on_demand = 0
        self._too_many = self._too_fast = self._too_new = 0
        self.peak_concurrency = 0
        self.peak_environments = scenario.provisioned
        self.busiest = 0
        """The highest concurrency since `look` was called last."""

    @property
    def concurrency(self) -> int:
        """How many environments are busy."""
        return self._on_demand + self._provisioned - self._provisioned_free

    @property
    def refusals(self) -> Counter[ThrottleReason]:
        """How many were refused for each reason; too many new environments count as concurrency."""
        refusals = Counter({self._full: self._too_many, self._fast: self._too_fast})
        refusals[ThrottleReason.CONCURRENCY] += self._too_new
        return +refusals

    def admit(self, now: float) -> Served | ThrottleReason:
        """Take an environment at this moment (seconds), or say why there is none."""
        served = self._find(now)
        if isinstance(served, Served):
            busy = self._on_demand + self._provisioned - self._provisioned_free
            if busy > self.busiest:
                self.busiest = busy
                self.peak_concurrency = max(self.peak_concurrency, busy)
        return served

    def release(self, served: Served, now: float) -> None:
        """Give an environment back."""
        if served is Served.PROVISIONED:
            self._provisioned_free += 1
        else:
            self._on_demand -= 1
            self._idle.append(now)

    def environments(self, now: float) -> int:
        """Return how many environments exist at this moment."""
        self._expire(now)
        return self._on_demand + len(self._idle) + self._provisioned

    def look(self) -> int:
        """Return the highest concurrency since the last look."""
        busiest, self.busiest = self.busiest, self.concurrency
        return busiest

    def _find(self, now: float) -> Served | ThrottleReason:
        take = self._buckets.take
        if self._provisioned_free and not take("ready", self._provisioned_requests, now):
            self._provisioned_free -= 1
            return Served.PROVISIONED
        if self._on_demand >= self._room:
            self._too_many += 1
            return self._full
        if take("requests", self._requests, now):
            self._too_fast += 1
            return self._fast
        self._expire(now)
        if self._idle:
            self._idle.pop()
            self._on_demand += 1
            return Served.WARM
        if take("starts", self._starts, now):
            self._too_new += 1
            return ThrottleReason.CONCURRENCY
        self._on_demand += 1
        exist = self._on_demand + self._provisioned  # none is idle
        self.peak_environments = max(self.peak_environments, exist)
        return Served.COLD

    def _expire(self, now: float) -> None:
        idle, before = self._idle, now - self._idle_age_s
        while idle and idle[0] < before:
            idle.popleft()
