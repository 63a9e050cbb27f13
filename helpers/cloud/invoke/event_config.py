"""How a function's asynchronous events are retried and where their outcome goes.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from helpers.cloud.model import LATEST
from helpers.cloud.registry import Key, Registry

DEFAULT_RETRIES = 2
DEFAULT_AGE_S = 21_600


@dataclass(frozen=True, slots=True)
class EventInvokeConfig:
    """MaximumRetryAttempts, MaximumEventAgeInSeconds and DestinationConfig; None where not set."""

    retries: int | None = None
    age_s: int | None = None
    on_success: str | None = None
    on_failure: str | None = None
    modified: float = 0.0


class EventInvokeConfigs:
    """Configurations by function and qualifier, as long as those exist; lives with the cloud."""

    def __init__(self, registry: Registry) -> None:
        self._configs: dict[Key, dict[str, EventInvokeConfig]] = {}
        self._registry = registry
        self._lock = threading.Lock()
        registry.subscribe(self._on_change)

    def get(self, key: Key, qualifier: str | None) -> EventInvokeConfig | None:
        """Return the configuration of one version, alias or $LATEST."""
        return self._configs.get(key, {}).get(qualifier or LATEST)

    def put(self, key: Key, qualifier: str | None, config: EventInvokeConfig) -> None:
        """Set a configuration, in place of an older one."""
        with self._lock:
            self._configs.setdefault(key, {})[qualifier or LATEST] = config

    def delete(self, key: Key, qualifier: str | None) -> bool:
        """Remove a configuration; tell whether there was one."""
        with self._lock:
            return self._configs.get(key, {}).pop(qualifier or LATEST, None) is not None

    def of_function(self, key: Key) -> dict[str, EventInvokeConfig]:
        """Return all configurations of a function by qualifier."""
        return dict(self._configs.get(key, {}))

    def clear(self) -> None:
        """Remove everything."""
        with self._lock:
            self._configs.clear()

    def _on_change(self, key: Key) -> None:
        """Drop what belonged to a deleted function, version or alias."""
        function = self._registry.get(key)
        known = {LATEST, *function.versions, *function.aliases} if function is not None else set()
        with self._lock:
            kept = {q: config for q, config in self._configs.pop(key, {}).items() if q in known}
            if kept:
                self._configs[key] = kept
