"""The snapshots of all versions with SnapStart: made when published, kept until the version goes.

Models the states of such a version: Pending while it is initialised, then Active, or Failed with a
reason. A snapshot whose process was killed is made again by the next event that needs it. Left
out: the minutes that AWS takes beyond init, and versions that turn Inactive when nobody calls them.

Source: docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html, functions-states.html.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from helpers.cloud.environment.faults import Fault
from helpers.cloud.environment.snapshot import Snapshot
from helpers.cloud.errors import (
    ResourceConflictException,
    ServiceException,
    SnapStartNotReadyException,
)
from helpers.cloud.logs import Status
from helpers.cloud.model import FunctionVersion
from helpers.cloud.registry import Key, Registry

NOT_READY = (
    "Lambda is initializing your function. It will be ready to invoke once your function state "
    "becomes ACTIVE."
)


@dataclass(frozen=True, slots=True)
class VersionState:
    """State of a version, and AWS's code and sentence for it where there is one."""

    state: str
    code: str | None = None
    reason: str | None = None


PENDING = VersionState("Pending", "Creating", "The function is being created.")
ACTIVE = VersionState("Active")


@dataclass(slots=True, eq=False)
class _Entry:
    """One version's snapshot; `made` is set whenever the state is no longer Pending."""

    function: FunctionVersion
    state: VersionState = PENDING
    snapshot: Snapshot | None = None
    made: threading.Event = field(default_factory=threading.Event)
    gone: str | None = None


class Snapshots:
    """Every version's snapshot; `make` creates one that is not initialised yet."""

    def __init__(self, registry: Registry, make: Callable[[FunctionVersion], Snapshot]) -> None:
        self._registry = registry
        self._make = make
        self._lock = threading.Lock()
        self._entries: dict[tuple[Key, str], _Entry] = {}
        self._closed = False
        registry.subscribe(self._on_change)

    def state(self, key: Key, version: str) -> VersionState:
        """Return the state of a version with SnapStart; Active for any other."""
        entry = self._entries.get((key, version))
        return entry.state if entry is not None else ACTIVE

    def ready(self, function: FunctionVersion) -> None:
        """Raise the AwsError that an event for a version without a snapshot is answered with."""
        state = self.state(function.key, function.version)
        if state is PENDING:
            raise SnapStartNotReadyException(NOT_READY)
        if state is not ACTIVE:
            raise ResourceConflictException(
                "The operation cannot be performed at this time. The function is currently in the "
                f"following state: {state.state}"
            )

    def of(self, function: FunctionVersion) -> Snapshot:
        """Return a version's snapshot, made again when its process was killed."""
        entry = self._entries.get((function.key, function.version))
        if entry is not None and entry.snapshot is not None and entry.snapshot.lost:
            self._renew(entry)
        if entry is not None:
            entry.made.wait()
            self.ready(function)
            if entry.snapshot is not None:
                return entry.snapshot
        raise ServiceException(f"The snapshot of version {function.version} is gone.")

    def clear(self) -> None:
        """End every snapshot: the account is being emptied."""
        self._end_all("reset")

    def close(self) -> None:
        """End every snapshot, and make none any more."""
        self._closed = True
        self._end_all("shutdown")

    def _end_all(self, reason: str) -> None:
        with self._lock:
            entries = list(self._entries.values())
            self._entries.clear()
        for entry in entries:
            self._end(entry, reason)

    def _on_change(self, key: Key) -> None:
        published = self._registry.get(key)
        versions = published.versions.values() if published is not None else ()
        wanted = {(key, f.version): f for f in versions if f.snap_start}
        with self._lock:
            gone = [
                self._entries.pop(k) for k in [*self._entries] if k[0] == key and k not in wanted
            ]
            new = [_Entry(f) for k, f in wanted.items() if k not in self._entries]
            new = [] if self._closed else new
            self._entries.update({(key, e.function.version): e for e in new})
        for entry in new:
            self._start(entry)
        for entry in gone:
            self._end(entry, "deleted")

    def _renew(self, entry: _Entry) -> None:
        with self._lock:
            lost = entry.snapshot
            if lost is None or not lost.lost or entry.gone is not None:
                return
            entry.snapshot = None
            entry.made.clear()
        lost.end("lost")
        lost.clear()
        self._start(entry)

    def _start(self, entry: _Entry) -> None:
        name = f"snapshot-{entry.function.name}"
        threading.Thread(target=self._run, args=(entry,), name=name, daemon=True).start()

    def _run(self, entry: _Entry) -> None:
        """Make one snapshot; what came of it decides the version's state."""
        snapshot: Snapshot | None = None
        state = VersionState("Failed", "InternalError", "The snapshot could not be made.")
        try:
            snapshot = self._make(entry.function)
            with self._lock:
                entry.snapshot = snapshot
                gone = entry.gone
            if gone is None:
                fault = snapshot.make().fault
                state = ACTIVE if fault is None else _failed(fault)
        except Exception:
            traceback.print_exc()
        with self._lock:
            entry.state = state
            entry.made.set()
            if state is not ACTIVE or entry.gone is not None:
                entry.snapshot = None
        if snapshot is not None and entry.snapshot is None:
            snapshot.end(entry.gone or "failed")
            snapshot.clear()

    def _end(self, entry: _Entry, reason: str) -> None:
        with self._lock:
            entry.gone = reason
            snapshot, entry.snapshot = entry.snapshot, None
            making = not entry.made.is_set()
        if snapshot is None:
            return
        snapshot.end(reason)
        if not making:  # whoever makes it clears it
            snapshot.clear()


def _failed(fault: Fault) -> VersionState:
    if fault.status is Status.TIMEOUT:
        return VersionState(
            "Failed", "FunctionError.InitTimeout", "The function timed out in init."
        )
    reason = f"The function failed in init: {fault.error_type}. Its log tells more."
    return VersionState("Failed", "FunctionError.RuntimeInitError", fault.message or reason)
