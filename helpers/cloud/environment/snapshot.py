"""A snapshot of an initialised function version, from which SnapStart restores environments.

Models SnapStart: init runs once, when the version is published, with the time that provisioned
concurrency has; then before-snapshot hooks run, and every environment of the version starts as a
copy. Here the snapshot is a frozen process, and a copy is its fork. Left out: layers with
extensions, whose processes cannot be forked along; encryption and expiry of the snapshot.

Source: docs.aws.amazon.com/lambda/latest/dg/snapstart.html, lambda-runtime-environment.html
(init and restore phases).
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator, Mapping

from helpers.cloud import records
from helpers.cloud.environment.chronicle import Chronicle
from helpers.cloud.environment.ending import Ending
from helpers.cloud.environment.forks import CAN_FORK, Control, Fork
from helpers.cloud.environment.journal import Journal
from helpers.cloud.environment.platform import Platform
from helpers.cloud.environment.processes import Command, Process
from helpers.cloud.environment.runtime import RESET, Runtime
from helpers.cloud.environment.workspace import FileLevel, Workspace
from helpers.cloud.logs import Status
from helpers.cloud.model import FunctionVersion, InitializationType

INIT_LIMIT_S = 130.0


class Snapshot:
    """One snapshot, from its making until `end`; any thread may restore from it."""

    def __init__(self, function: FunctionVersion, platform: Platform) -> None:
        assert CAN_FORK, "SnapStart is refused where processes cannot be forked"
        self.id = uuid.uuid4().hex
        self.function = function
        self._clock = platform.clock
        kind = InitializationType.SNAP_START
        journal = Journal(
            function,
            self.id,
            clock=platform.clock,
            sink=platform.log,
            initialization_type=str(kind),
        )
        self._chronicle = Chronicle(function, self.id, journal, platform.recorder)
        self._in_namespace = platform.file_level is FileLevel.NAMESPACE
        self._workspace = Workspace(
            platform.folder / f"snap-{self.id[:12]}",
            platform.sources(function),
            level=platform.file_level,
            ephemeral_mb=function.ephemeral_mb,
        )
        try:
            self._control = Control()
            self._runtime = Runtime(function, platform, self._chronicle, self._workspace, kind)
        except BaseException:  # no socket was left
            self._workspace.remove()
            raise
        self._runtime.control = self._control
        self._lock = threading.Lock()
        self._users = 0
        self._ended = False

    @property
    def lost(self) -> bool:
        """Whether its process is gone."""
        group = self._runtime.group
        return group is None or group.poll() is not None

    def make(self) -> Ending:
        """Run init and the before-snapshot hooks; what comes of it is frozen, or gone."""
        self._chronicle.journal.init_started()
        limit_s = max(INIT_LIMIT_S, float(self.function.timeout_s))
        ending = self._runtime.initialize(self._clock.steady() + limit_s)
        fault = ending.fault
        status = fault.status if fault else Status.SUCCESS
        error_type = fault.error_type if fault and status is Status.ERROR else None
        logged_type = fault.logged_type if fault else None
        self._chronicle.journal.init_ended(
            ending.duration_ms, phase="init", status=status, error_type=logged_type
        )
        if fault is None:
            self._runtime.still()
        self._chronicle.journal.hand_on()
        self._chronicle.record_snapshot(
            records.SnapshotMade,
            status=status,
            duration_ms=round(ending.duration_ms, 2),
            error_type=error_type,
        )
        return ending

    def fork(self, command: Command, tmp: str) -> Process:
        """Start a copy with these variables and this output; `tmp` is its folder at level A.

        Raises OSError when the snapshot's process is gone.
        """
        request: Mapping[str, object] = {
            "variables": dict(command.variables),
            "tmp": "" if self._in_namespace else tmp,
            "ephemeral_mb": self.function.ephemeral_mb,
        }
        with self._awake():
            return Fork(self._control.ask(request, command.output), self._collect)

    def end(self, reason: str) -> None:
        """Kill the process and delete its files; harmless when called twice."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
        if reason == RESET:
            self._chronicle.fall_silent()
        with self._runtime.lock:
            self._runtime.ending = reason
            group = self._runtime.group
        if group is not None:
            group.slay()  # whoever makes it still sees it end
        self._chronicle.record_snapshot(records.SnapshotDeleted, reason=reason)

    def clear(self) -> None:
        """Let go of everything it had; after `end`, by whoever made it."""
        self._runtime.close()
        self._control.close()
        self._workspace.remove()

    def _collect(self, pid: int) -> int:
        with self._awake():
            return self._control.ask({"wait": pid})

    @contextlib.contextmanager
    def _awake(self) -> Iterator[None]:
        """Let the process run for as long as somebody asks it something."""
        group = self._runtime.group
        if group is None:
            raise ConnectionResetError("the process of the snapshot is gone")
        with self._lock:
            self._users += 1
            if self._users == 1:
                group.resume()
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0 and not self._ended:
                    group.stop()
