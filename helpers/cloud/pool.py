"""Which environment serves an event: concurrency as a lease.

In this order: a free provisioned environment of the version, a free one that was made on demand,
a new one, else 429. Environments of an old revision are shut down.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html, provisioned-concurrency.html.
"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpers.cloud import records
from helpers.cloud.admission import Admission, PoolLimits, Refusal
from helpers.cloud.environment.lifecycle import Environment, State
from helpers.cloud.errors import ServiceException
from helpers.cloud.model import FunctionVersion, InitializationType
from helpers.cloud.records import Waiting
from helpers.cloud.registry import Key, Registry

PROVISIONED = InitializationType.PROVISIONED
ONCE = (PROVISIONED, InitializationType.SNAP_START)
"""What is not initialised again after a crash, but replaced."""
SETTLE_WITHIN_S = 5.0
"""Freezing and logging take a millisecond, and longer on a machine with much else to do."""
WORK_ON_S = 0.5
"""Who may go on working after the answer, such as an extension, is not waited for longer."""


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
        self._admission = Admission(registry, limits, waiting.clock.steady)
        self._start = start
        self._lock = threading.Lock()
        self._settled = threading.Condition(self._lock)
        self._settling: set[Environment] = set()
        self._free: defaultdict[Key, list[Environment]] = defaultdict(list)
        self._busy: set[Environment] = set()
        self._prepared: set[Environment] = set()
        self._retired: set[Environment] = set()
        self._closed = False
        registry.subscribe(self._on_change)

    @contextlib.contextmanager
    def lease(self, function: FunctionVersion, qualifier: str = "") -> Iterator[Lease]:
        """Yield an environment for one event; raises TooManyRequestsException at a ceiling.

        `qualifier` is what the caller named, for the records.
        """
        environment = self._admit(function, qualifier)
        counted = environment is None or not _is_provisioned(environment)

        def discount() -> None:
            nonlocal counted
            if counted:
                counted = False
                self._admission.leave(function.key)

        def answered() -> None:
            assert environment is not None
            with self._lock:
                discount()
                self._settling.add(environment)

        try:
            if environment is None:
                environment = self._begin(function)
            yield Lease(environment, answered)
        finally:
            with self._lock:
                discount()
            self._give_back(function, environment)

    def is_ready(self, function: FunctionVersion) -> bool:
        """Tell whether an environment waits that could serve this version at once."""
        with self._lock:
            free = self._free.get(function.key, ())
            ready = [environment for environment in free if environment.state is State.FROZEN]
            return any(_serving(ready, function, provisioned) for provisioned in (True, False))

    def settle(self) -> None:
        """Wait until every environment whose caller has its answer is frozen, and has logged."""
        with self._settled:
            awaited = set(self._settling)
            if not self._settled.wait_for(
                lambda: self._settling.isdisjoint(awaited), _patience_s(awaited)
            ):
                self._settling -= awaited  # an extension is at work: nobody waits for it twice

    def environments(self) -> list[Environment]:
        """Return all living environments."""
        with self._lock:
            return [*self._busy, *self._prepared, *self._waiting()]

    def idle(self) -> list[Environment]:
        """Return the environments made when an event came, that wait for another one."""
        with self._lock:
            return [e for e in self._waiting() if not _is_provisioned(e)]

    def prepare(self, environment: Environment) -> bool:
        """Initialise a provisioned environment, which serves once it is provided."""
        with self._lock:
            self._prepared.add(environment)
            closed = self._closed
        if closed:
            environment.shutdown("shutdown")
        return environment.prepare()

    def provide(
        self,
        key: Key,
        qualifier: str,
        versions: Mapping[str, int],
        environments: Sequence[Environment],
    ) -> None:
        """Let prepared environments serve, and hold concurrency for what a qualifier has."""
        with self._settled:
            self._admission.hold(key, qualifier, versions)
            self._prepared.difference_update(environments)
            stale = [e for e in environments if self._closed or not self._is_current(e)]
            self._free[key].extend(e for e in environments if e not in stale)
            self._settled.notify_all()
        for environment in stale:
            environment.shutdown("updated")

    def retire(self, environments: Iterable[Environment], reason: str) -> None:
        """Shut environments down: what is idle at once, what is busy after its event."""
        idle = []
        with self._lock:
            for environment in environments:
                free = self._free[environment.function.key]
                if environment in free:
                    free.remove(environment)
                    idle.append(environment)
                elif environment in self._prepared:
                    self._prepared.discard(environment)
                    idle.append(environment)
                elif environment in self._busy:
                    self._retired.add(environment)
        for environment in idle:
            environment.shutdown(reason)

    def end_all(self, reason: str) -> None:
        """Shut down every environment: reset or the end of the cloud."""
        with self._lock:
            every = [*self._waiting(), *self._busy, *self._prepared]
            self._free.clear()
            self._admission.forget()
        for environment in every:
            environment.shutdown(reason)

    def close(self) -> None:
        """End everything and start nothing any more."""
        with self._lock:
            self._closed = True
        self.end_all("shutdown")

    def _waiting(self) -> Iterator[Environment]:
        return (environment for free in self._free.values() for environment in free)

    def _admit(self, function: FunctionVersion, qualifier: str) -> Environment | None:
        """Return a free environment, or None when a new one may be made."""
        with self._settled:
            if self._closed:
                raise ServiceException("The local account is shutting down.")
            provides = self._admission.held_for(function.key, function.version) > 0
            environment = self._take_provisioned(function) if provides else None
            spilled = provides and environment is None
            refusal = None if environment else self._admission.enter(function.key)
            if environment is None and refusal is None:
                environment = self._take(function, provisioned=False)
                refusal = None if environment else self._admission.start(function.key)
                if refusal is not None:
                    self._admission.leave(function.key)
            if environment is not None:
                self._busy.add(environment)
        self._note(function, qualifier, refusal, spilled=spilled)
        return environment

    def _note(
        self, function: FunctionVersion, qualifier: str, refusal: Refusal | None, *, spilled: bool
    ) -> None:
        if refusal is not None:
            self._recorder.add(
                records.InvocationThrottled(
                    function=function.name,
                    version=function.version,
                    reason=refusal.reason,
                    qualifier=qualifier,
                    region=function.region,
                )
            )
            raise refusal.error()
        if spilled:
            self._recorder.add(
                records.InvocationSpilledOver(
                    function=function.name,
                    version=function.version,
                    qualifier=qualifier,
                    region=function.region,
                )
            )

    def _begin(self, function: FunctionVersion) -> Environment:
        environment = self._start(function)
        with self._lock:
            self._busy.add(environment)
            closed = self._closed
        if closed:  # while the environment was made
            environment.shutdown("shutdown")
        return environment

    def _take_provisioned(self, function: FunctionVersion) -> Environment | None:
        environment = self._take(function, provisioned=True)
        if environment is None:
            return None
        if self._admission.enter_provisioned(function.key, function.version):
            return environment
        self._free[function.key].append(environment)
        return None

    def _take(self, function: FunctionVersion, *, provisioned: bool) -> Environment | None:
        found = self._take_free(function, provisioned)
        settling = _serving(self._settling, function, provisioned)
        if found is None and settling:
            # its caller has the answer: it will be free before a new one could be started
            self._settled.wait_for(
                lambda: (
                    _serving(self._free[function.key], function, provisioned)
                    or not _serving(self._settling, function, provisioned)
                ),
                _patience_s(settling),
            )
            found = self._take_free(function, provisioned)
        return found

    def _take_free(self, function: FunctionVersion, provisioned: bool) -> Environment | None:
        free = self._free[function.key]
        serving = _serving(free, function, provisioned)
        if not serving:
            return None
        free.remove(serving[-1])
        return serving[-1]

    def _give_back(self, function: FunctionVersion, environment: Environment | None) -> None:
        if environment is None:
            return
        with self._settled:
            self._busy.discard(environment)
            self._settling.discard(environment)
            ended = environment.state is State.ENDED
            reason = self._why_not_kept(environment)
            self._retired.discard(environment)
            if not ended and reason is None:
                self._free[function.key].append(environment)
            self._settled.notify_all()
        if not ended and reason is not None:
            environment.shutdown(reason)

    def _why_not_kept(self, environment: Environment) -> str | None:
        if self._closed or not self._is_current(environment):
            return "updated"
        if environment in self._retired:
            return "released"
        crashed = environment.state is State.RESET
        return "replaced" if crashed and environment.initialization_type in ONCE else None

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


def _patience_s(environments: Iterable[Environment]) -> float:
    return WORK_ON_S if any(e.may_work_on for e in environments) else SETTLE_WITHIN_S


def _is_provisioned(environment: Environment) -> bool:
    return environment.initialization_type is PROVISIONED


def _serving(
    environments: Iterable[Environment], function: FunctionVersion, provisioned: bool
) -> list[Environment]:
    """Return those that may serve an event of this version, in their order."""
    return [
        environment
        for environment in environments
        if _is_provisioned(environment) is provisioned
        and environment.function.revision == function.revision
        and environment.function.version == function.version
    ]
