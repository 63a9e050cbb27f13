"""Published functions: the data plane's only source of what to run.

Whoever holds the API's state publishes a function here after each change; entries are replaced
as a whole, so a reader never sees half a change.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from helpers.cloud.errors import ResourceNotFoundException
from helpers.cloud.model import LATEST, FunctionVersion

Key = tuple[str, str, str]
"""Account, Region and name of a function."""


def function_arn(key: Key, qualifier: str | None = None) -> str:
    """Return a function's ARN, with the qualifier it is named with.

    >>> function_arn(("123456789012", "us-east-1", "place-order"), "live")
    'arn:aws:lambda:us-east-1:123456789012:function:place-order:live'
    """
    account_id, region, name = key
    suffix = f":{qualifier}" if qualifier else ""
    return f"arn:aws:lambda:{region}:{account_id}:function:{name}{suffix}"


@dataclass(frozen=True, slots=True)
class Alias:
    """A name for a version; `weights` sends shares of the traffic to other versions."""

    name: str
    version: str
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublishedFunction:
    """Everything that can be invoked under one function name."""

    versions: Mapping[str, FunctionVersion]
    aliases: Mapping[str, Alias] = field(default_factory=dict)
    reserved: int | None = None

    @property
    def revisions(self) -> frozenset[tuple[str, str]]:
        """The (version, revision) pairs that are current."""
        return frozenset((v.version, v.revision) for v in self.versions.values())


class Registry:
    """Functions by account, Region and name; tells listeners which function changed."""

    def __init__(self, *, choose: random.Random | None = None) -> None:
        self._functions: dict[Key, PublishedFunction] = {}
        self._reservations: dict[Key, int] = {}
        self._listeners: list[Callable[[Key], None]] = []
        self._lock = threading.Lock()
        self._random = choose or random.Random()

    def publish(self, key: Key, function: PublishedFunction) -> None:
        """Put a function in place of what was known under its key."""
        with self._lock:
            if self._functions.get(key) == function:
                return
            self._functions[key] = function
            self._count_reservations()
        self._tell(key)

    def withdraw(self, key: Key) -> None:
        """Forget a deleted function."""
        with self._lock:
            gone = self._functions.pop(key, None)
            self._count_reservations()
        if gone is not None:
            self._tell(key)

    def clear(self) -> None:
        """Forget every function."""
        with self._lock:
            self._functions.clear()
            self._count_reservations()

    def reservations(self) -> Mapping[Key, int]:
        """Return the reserved concurrency of each function that has one."""
        return self._reservations

    def get(self, key: Key) -> PublishedFunction | None:
        """Return the function under `key`, or None."""
        return self._functions.get(key)

    def keys(self) -> list[Key]:
        """Return the keys of all published functions."""
        with self._lock:
            return list(self._functions)

    def resolve(self, key: Key, qualifier: str | None) -> FunctionVersion:
        """Return the version that serves a call with `qualifier` (version, alias or None).

        Raises ResourceNotFoundException in AWS's words.
        """
        function = self._functions.get(key)
        if function is None:
            raise _not_found(key, qualifier)
        wanted = qualifier or LATEST
        alias = function.aliases.get(wanted)
        if alias is not None:
            wanted = self._pick(alias)
        version = function.versions.get(wanted)
        if version is None:
            raise _not_found(key, qualifier)
        return version

    def draw_from(self, choose: random.Random) -> None:
        """Let `choose` decide between the versions of weighted aliases."""
        self._random = choose

    def subscribe(self, listener: Callable[[Key], None]) -> None:
        """Call `listener` with the key of each function that changes or goes."""
        self._listeners.append(listener)

    def _count_reservations(self) -> None:
        self._reservations = {
            key: function.reserved
            for key, function in self._functions.items()
            if function.reserved is not None
        }

    def _pick(self, alias: Alias) -> str:
        drawn = self._random.random()
        for version, weight in alias.weights.items():
            drawn -= weight
            if drawn < 0:
                return version
        return alias.version

    def _tell(self, key: Key) -> None:
        for listener in self._listeners:
            listener(key)


def _not_found(key: Key, qualifier: str | None) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Function not found: {function_arn(key, qualifier)}")
