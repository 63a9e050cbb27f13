"""Which environment serves an event: concurrency as a lease.

In this order: a free environment of the same function version and revision, else a new one, else
429. A function's reserved concurrency is its own ceiling; all others share what is left of the
account's. Environments that nobody needs are shut down: idle too long, or of an old revision.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from helpers.cloud import records
from helpers.cloud.environment.lifecycle import Environment, State
from helpers.cloud.errors import ServiceException, ThrottleReason, TooManyRequestsException
from helpers.cloud.model import FunctionVersion
from helpers.cloud.records import Waiting
from helpers.cloud.registry import Key, Registry

REAP_EVERY_S = 5.0
SETTLE_WITHIN_S = 0.5
"""Freezing and logging take a millisecond; a runtime that asks for no more is not waited for."""


@dataclass(slots=True)
class PoolLimits:
    """The account's concurrency and how long an idle environment is kept (settable)."""

    account_concurrency: int = 1000
    idle_age_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Lease:
    """An environment for one event; `answered` says that the event no longer counts.

    The caller has its answer then, while the environment still freezes and writes its log. It can
    be leased again once that is done.
    """

    environment: Environment
    answered: Callable[[], None]


class Pool:
    """All environments of the account; `start` makes a new one (it does not run it yet)."""

    def __init__(
        self,
        registry: Registry,
        waiting: Waiting,
        *,
        limits: PoolLimits,
        start: Callable[[FunctionVersion], Environment],
    ) -> None:
        self.limits = limits
        self._registry = registry
        self._recorder = waiting.recorder
        self._timers = waiting.timers
        self._clock = waiting.clock
        self._start = start
        self._lock = threading.Lock()
        self._settled = threading.Condition(self._lock)
        self._settling: set[Environment] = set()
        self._free: defaultdict[Key, list[Environment]] = defaultdict(list)
        self._busy: set[Environment] = set()
        self._in_flight: Counter[Key] = Counter()
        self._closed = False
        registry.subscribe(self._on_change)
        self._timers.after(REAP_EVERY_S, self._reap)

    @contextlib.contextmanager
    def lease(self, function: FunctionVersion) -> Iterator[Lease]:
        """Yield an environment for one event; raises TooManyRequestsException at a ceiling."""
        self._admit(function)
        environment: Environment | None = None
        counted = True

        def answered() -> None:
            nonlocal counted
            counted = False
            assert environment is not None
            with self._lock:
                self._discount(function.key)
                self._settling.add(environment)

        try:
            environment = self._take(function) or self._start(function)
            with self._lock:
                self._busy.add(environment)
                closed = self._closed
            if closed:  # while the environment was made
                environment.shutdown("shutdown")
            yield Lease(environment, answered)
        finally:
            if counted:
                with self._lock:
                    self._discount(function.key)
            self._give_back(function, environment)

    def settle(self) -> None:
        """Wait until every environment whose caller has its answer is frozen, and has logged."""
        with self._settled:
            self._settled.wait_for(lambda: not self._settling, SETTLE_WITHIN_S)

    def environments(self) -> list[Environment]:
        """Return all living environments."""
        with self._lock:
            return [*self._busy, *(e for free in self._free.values() for e in free)]

    def end_all(self, reason: str) -> None:
        """Shut down every environment: reset or the end of the cloud."""
        with self._lock:
            idle = [e for free in self._free.values() for e in free]
            busy = list(self._busy)
            self._free.clear()
        for environment in [*idle, *busy]:
            environment.shutdown(reason)

    def close(self) -> None:
        """End everything and start nothing any more."""
        with self._lock:
            self._closed = True
        self.end_all("shutdown")

    def _admit(self, function: FunctionVersion) -> None:
        key = function.key
        with self._lock:
            if self._closed:
                raise ServiceException("The local account is shutting down.")
            published = self._registry.get(key)
            reserved = published.reserved if published is not None else None
            if reserved is not None:
                refusal = ThrottleReason.RESERVED_CONCURRENCY
                full = self._in_flight[key] >= reserved
            else:
                refusal = ThrottleReason.CONCURRENCY
                full = self._unreserved_in_flight() >= self._unreserved_limit()
            if not full:
                self._in_flight[key] += 1
                return
        self._recorder.add(
            records.InvocationThrottled(
                function=function.name, version=function.version, reason=refusal
            )
        )
        raise TooManyRequestsException("Rate Exceeded.", reason=refusal)

    def _unreserved_limit(self) -> int:
        return self.limits.account_concurrency - sum(self._registry.reservations().values())

    def _unreserved_in_flight(self) -> int:
        reserved = self._registry.reservations()
        return sum(count for key, count in self._in_flight.items() if key not in reserved)

    def _take(self, function: FunctionVersion) -> Environment | None:
        with self._settled:
            found = self._take_free(function)
            if found is None and any(_serves(e, function) for e in self._settling):
                # its caller has the answer: it will be free before a new one could be started
                self._settled.wait_for(lambda: bool(self._free[function.key]), SETTLE_WITHIN_S)
                found = self._take_free(function)
        return found

    def _take_free(self, function: FunctionVersion) -> Environment | None:
        free = self._free[function.key]
        for index in range(len(free) - 1, -1, -1):
            if _serves(free[index], function):
                return free.pop(index)
        return None

    def _discount(self, key: Key) -> None:
        self._in_flight[key] -= 1
        if not self._in_flight[key]:
            del self._in_flight[key]

    def _give_back(self, function: FunctionVersion, environment: Environment | None) -> None:
        if environment is None:
            return
        with self._settled:
            self._busy.discard(environment)
            self._settling.discard(environment)
            ended = environment.state is State.ENDED
            keep = not ended and not self._closed and self._is_current(environment)
            if keep:
                self._free[function.key].append(environment)
            self._settled.notify_all()
        if not keep and not ended:
            environment.shutdown("updated")

    def _is_current(self, environment: Environment) -> bool:
        function = environment.function
        published = self._registry.get(function.key)
        return published is not None and (
            (function.version, function.revision) in published.revisions
        )

    def _on_change(self, key: Key) -> None:
        with self._lock:
            free = self._free.get(key, [])
            stale = [e for e in free if not self._is_current(e)]
            free[:] = [e for e in free if e not in stale]
        reason = "updated" if self._registry.get(key) is not None else "deleted"
        for environment in stale:
            environment.shutdown(reason)

    def _reap(self) -> None:
        with self._lock:
            if self._closed:
                return
            oldest = self._clock.steady() - self._clock.lapsed(self.limits.idle_age_s)
            idle = [e for free in self._free.values() for e in free if e.idle_since < oldest]
            for free in self._free.values():
                free[:] = [e for e in free if e not in idle]
        for environment in idle:
            environment.shutdown("idle")
        self._timers.after(REAP_EVERY_S, self._reap)


def _serves(environment: Environment, function: FunctionVersion) -> bool:
    own = environment.function
    return own.revision == function.revision and own.version == function.version
