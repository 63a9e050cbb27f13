"""May one more event run? The account's concurrency, divided: reserved, provisioned, the rest.

Reserved concurrency is a function's own ceiling and floor; provisioned concurrency is held back
for its version, inside the reservation where there is one; all other events share what is left of
the account's. Every unit of concurrency brings ten requests per second, and a function gets a
limited number of new environments in ten seconds.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html, provisioned-concurrency.html,
scaling-behavior.html.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from helpers.cloud.errors import ThrottleReason, TooManyRequestsException
from helpers.cloud.rates import Buckets, request_rate, scaling_rate
from helpers.cloud.registry import Key, Registry

Place = tuple[str, str]


@dataclass(slots=True)
class PoolLimits:
    """The account's concurrency, and how long and under what conditions environments are kept.

    Idle environments end after `idle_age_s`, all but busy ones after `max_age_s`, and the oldest
    idle ones while the machine has less than `memory_floor_mb` free. When one more starts and over
    `idle_environments` are idle, the longest idle of other functions end.
    """

    account_concurrency: int = 1000
    scaling_per_10_s: int = 1000
    idle_age_s: float = 600.0
    max_age_s: float = 7200.0
    idle_environments: int = 50
    memory_floor_mb: int = 256


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event was not let in, and when to come again."""

    reason: ThrottleReason
    retry_after_s: int = 1

    def error(self) -> TooManyRequestsException:
        """Return the 429 that the caller gets."""
        return TooManyRequestsException(
            "Rate Exceeded.", reason=self.reason, retry_after_s=self.retry_after_s
        )


class Admission:
    """Counts the events in flight; belongs to the pool, which calls it under its lock."""

    def __init__(self, registry: Registry, limits: PoolLimits, now: Callable[[], float]) -> None:
        self._registry = registry
        self._limits = limits
        self._now = now
        self._in_flight: Counter[Key] = Counter()
        self._held: dict[Key, dict[str, Mapping[str, int]]] = {}
        self._requests = Buckets()
        self._starts = Buckets()

    def enter(self, key: Key) -> Refusal | None:
        """Let an event in that provisioned concurrency does not serve, or say why not."""
        reserved = self._registry.reservations().get(key)
        if reserved is not None:
            room, used = reserved - self.held(key), self._in_flight[key]
            full = ThrottleReason.RESERVED_CONCURRENCY
            fast = ThrottleReason.RESERVED_INVOCATION_RATE
        else:
            room, used = self._unreserved(key[:2]), self._unreserved_in_flight(key[:2])
            full, fast = ThrottleReason.CONCURRENCY, ThrottleReason.INVOCATION_RATE
        if used >= room:
            return Refusal(full)
        name = key[:2] if reserved is None else key
        wait_s = self._requests.take(name, request_rate(room), self._now())
        if wait_s:
            return Refusal(fast, max(1, math.ceil(wait_s)))
        self._in_flight[key] += 1
        return None

    def leave(self, key: Key) -> None:
        """Note that an event let in by `enter` is over."""
        self._in_flight[key] -= 1
        if not self._in_flight[key]:
            del self._in_flight[key]

    def start(self, key: Key) -> Refusal | None:
        """Let the function have one more environment now, or say why not."""
        rate = scaling_rate(self._limits.scaling_per_10_s)
        wait_s = self._starts.take(key, rate, self._now())
        if wait_s:
            return Refusal(ThrottleReason.CONCURRENCY, max(1, math.ceil(wait_s)))
        return None

    def enter_provisioned(self, key: Key, version: str) -> bool:
        """Take one of the ten requests per second of each provisioned unit; False: none left."""
        rate = request_rate(self.held_for(key, version))
        return not self._requests.take((*key, version), rate, self._now())

    def hold(self, key: Key, qualifier: str, versions: Mapping[str, int]) -> None:
        """Keep concurrency for what a qualifier has provisioned; nothing ends that."""
        held = self._held.setdefault(key, {})
        held[qualifier] = versions
        if not versions:
            del held[qualifier]
        if not held:
            del self._held[key]

    def held(self, key: Key) -> int:
        """Return the concurrency that a function has provisioned, all versions together."""
        return sum(sum(versions.values()) for versions in self._held.get(key, {}).values())

    def held_for(self, key: Key, version: str) -> int:
        """Return the provisioned concurrency of one version."""
        return sum(versions.get(version, 0) for versions in self._held.get(key, {}).values())

    def forget(self) -> None:
        """Hold nothing any more and let rates start anew; events in flight still count."""
        self._held.clear()
        self._requests.forget()
        self._starts.forget()

    def _unreserved(self, place: Place) -> int:
        reserved = self._registry.reservations()
        reservations = sum(count for key, count in reserved.items() if key[:2] == place)
        held = sum(self.held(key) for key in self._held if key[:2] == place and key not in reserved)
        return self._limits.account_concurrency - reservations - held

    def _unreserved_in_flight(self, place: Place) -> int:
        reserved = self._registry.reservations()
        return sum(
            count
            for key, count in self._in_flight.items()
            if key[:2] == place and key not in reserved
        )
