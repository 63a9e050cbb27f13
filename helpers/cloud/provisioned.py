"""Provisioned concurrency: environments that are initialised before any event and kept ready.

A configuration belongs to a version or an alias and is IN_PROGRESS for a minute or two (lapsed),
during which events run on demand; none of its environments serves until all are initialised.
An alias takes its environments along when it moves, in the proportion of its weights.
Left out: the allocation rate of 6,000 a minute, scheduled and target-tracking scaling.

Source: docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from helpers.cloud.environment.lifecycle import Environment, State
from helpers.cloud.model import FunctionVersion
from helpers.cloud.pool import Pool
from helpers.cloud.records import Waiting
from helpers.cloud.registry import Key, PublishedFunction, Registry

START_AFTER_S = 60.0
WATCH_EVERY_S = 1.0
INIT_FAILURE = "FUNCTION_ERROR_INIT_FAILURE"


class ProvisionedStatus(StrEnum):
    """Status of a ProvisionedConcurrencyConfig."""

    IN_PROGRESS = "IN_PROGRESS"
    READY = "READY"
    FAILED = "FAILED"


@dataclass(slots=True, eq=False)
class ProvisionedConfig:
    """What one qualifier has provisioned: `versions` says how much of it each version gets.

    `round` is a new object whenever the allocation starts over; `prepared` are initialised and
    wait for the others, `serving` are in the pool's hands.
    """

    key: Key
    qualifier: str
    requested: int
    modified: float
    versions: Mapping[str, int]
    status: ProvisionedStatus = ProvisionedStatus.IN_PROGRESS
    reason: str | None = None
    round: object = None
    prepared: list[Environment] = field(default_factory=list)
    serving: list[Environment] = field(default_factory=list)

    @property
    def available(self) -> int:
        """How many environments can serve, or do."""
        return sum(environment.state is not State.ENDED for environment in self.serving)

    @property
    def allocated(self) -> int:
        """How many environments are initialised."""
        return min(self.requested, self.available + len(self.prepared))

    def kept(self) -> list[Environment]:
        """Return the living environments of the wanted versions, as many as are wanted."""
        left = dict(self.versions)
        kept = []
        for environment in self.serving:
            version = environment.function.version
            if environment.state is not State.ENDED and left.get(version, 0) > 0:
                left[version] -= 1
                kept.append(environment)
        return kept


class ProvisionedConcurrency:
    """Every function's configurations; `start` makes an environment, not yet initialised."""

    def __init__(
        self,
        registry: Registry,
        pool: Pool,
        waiting: Waiting,
        start: Callable[[FunctionVersion], Environment],
    ) -> None:
        self._registry = registry
        self._pool = pool
        self._clock = waiting.clock
        self._timers = waiting.timers
        self._start = start
        self._configs: dict[Key, dict[str, ProvisionedConfig]] = {}
        self._lock = threading.RLock()
        registry.subscribe(self._on_change)

    def put(self, key: Key, qualifier: str, requested: int) -> ProvisionedConfig:
        """Ask for so many environments, in place of what the qualifier had."""
        published = self._registry.get(key)
        versions = shares(published, qualifier, requested) if published else None
        assert versions is not None, "the caller resolved the qualifier"
        with self._lock:
            config = self.get(key, qualifier)
            if config is None:
                config = ProvisionedConfig(key, qualifier, requested, 0.0, versions)
                self._configs.setdefault(key, {})[qualifier] = config
            config.requested, config.versions = requested, versions
            config.modified = self._clock.now()
            self._begin(config)
        return config

    def get(self, key: Key, qualifier: str) -> ProvisionedConfig | None:
        """Return what a version or alias has provisioned."""
        return self._configs.get(key, {}).get(qualifier)

    def of_function(self, key: Key) -> dict[str, ProvisionedConfig]:
        """Return all configurations of a function by qualifier."""
        return dict(self._configs.get(key, {}))

    def requested(self, key: Key) -> int:
        """Return what a function has asked for, all qualifiers together."""
        return sum(config.requested for config in self.of_function(key).values())

    def functions(self) -> list[Key]:
        """Return the functions that have provisioned concurrency."""
        with self._lock:
            return [key for key, configs in self._configs.items() if configs]

    def delete(self, key: Key, qualifier: str, reason: str = "released") -> None:
        """Give everything back; harmless when there is nothing."""
        with self._lock:
            config = self._configs.get(key, {}).pop(qualifier, None)
            if config is None:
                return
            config.round = None
            self._pool.provide(key, qualifier, {}, [])
        self._pool.retire(config.serving, reason)

    def clear(self) -> None:
        """Forget every configuration: the account is being emptied."""
        with self._lock:
            for configs in self._configs.values():
                for config in configs.values():
                    config.round = None
            self._configs.clear()

    def _on_change(self, key: Key) -> None:
        published = self._registry.get(key)
        for qualifier, config in self.of_function(key).items():
            versions = shares(published, qualifier, config.requested) if published else None
            if versions is None:
                self.delete(key, qualifier, "deleted")
            elif versions != config.versions:
                with self._lock:
                    config.versions = versions
                    self._begin(config)

    def _begin(self, config: ProvisionedConfig) -> None:
        config.status, config.reason, config.round = ProvisionedStatus.IN_PROGRESS, None, object()
        this = config.round
        self._timers.after(self._clock.lapsed(START_AFTER_S), lambda: self._spawn(config, this))

    def _spawn(self, config: ProvisionedConfig, this: object) -> None:
        if config.round is this:
            name = f"provision-{config.qualifier}"
            threading.Thread(
                target=self._allocate, args=(config, this), name=name, daemon=True
            ).start()

    def _allocate(self, config: ProvisionedConfig, this: object) -> None:
        """Initialise what is missing, one after another; then all of it serves, or nothing."""
        prepared: list[Environment] = []
        config.prepared = prepared
        complete = True
        for function in self._missing(config):
            if config.round is not this:
                break
            environment = self._prepared(function)
            if environment is None:
                complete = False
                break
            prepared.append(environment)
        with self._lock:
            current = config.round is this
            surplus = prepared
            if current and complete:
                surplus = self._complete(config, prepared)
            elif current:
                config.status, config.reason = ProvisionedStatus.FAILED, INIT_FAILURE
            if current:
                config.prepared = []
        self._pool.retire(surplus, "released")
        if current and complete:
            self._timers.after(WATCH_EVERY_S, lambda: self._watch(config, this))

    def _missing(self, config: ProvisionedConfig) -> Iterator[FunctionVersion]:
        published = self._registry.get(config.key)
        kept = [environment.function.version for environment in config.kept()]
        for version, count in config.versions.items():
            function = published.versions.get(version) if published else None
            for _ in range(count - kept.count(version)):
                if function is not None:
                    yield function

    def _prepared(self, function: FunctionVersion) -> Environment | None:
        try:
            environment = self._start(function)
        except Exception:  # a package that cannot be unpacked: the configuration says FAILED
            traceback.print_exc()
            return None
        ready = False
        try:
            ready = self._pool.prepare(environment)
        except Exception:
            traceback.print_exc()
        if not ready:
            self._pool.retire([environment], "released")
        return environment if ready else None

    def _complete(
        self, config: ProvisionedConfig, prepared: list[Environment]
    ) -> list[Environment]:
        """Let everything serve; return what is no longer wanted."""
        kept = config.kept()
        surplus = [environment for environment in config.serving if environment not in kept]
        config.serving = [*kept, *prepared]
        config.status = ProvisionedStatus.READY
        self._pool.provide(config.key, config.qualifier, config.versions, prepared)
        return surplus

    def _watch(self, config: ProvisionedConfig, this: object) -> None:
        """Replace environments that were killed or crashed, as long as this round lasts."""
        if config.round is not this:
            return
        self._pool.retire([e for e in config.serving if e.lost], "replaced")
        if len(config.kept()) < config.requested:
            self._spawn(config, this)
        else:
            self._timers.after(WATCH_EVERY_S, lambda: self._watch(config, this))


def shares(
    published: PublishedFunction, qualifier: str, requested: int
) -> Mapping[str, int] | None:
    """Return how much each version gets of what a version or alias asks for; None: it is gone."""
    alias = published.aliases.get(qualifier)
    if alias is None:
        return {qualifier: requested} if qualifier in published.versions else None
    others = {version: round(requested * weight) for version, weight in alias.weights.items()}
    return {
        version: count
        for version, count in {alias.version: requested - sum(others.values()), **others}.items()
        if count > 0
    }
