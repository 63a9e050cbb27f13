"""The life of one execution environment: init, invoke, freeze, thaw, reset, shutdown.

What AWS documents, in its order: init has ten seconds of its own and is repeated inside the first
invocation when it fails ("suppressed init"); the process is frozen when the runtime asks for the
next event; a timeout or a crash resets the environment, which keeps its /tmp and its log stream.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Generator
from enum import StrEnum
from typing import TypeVar

from helpers.cloud import records
from helpers.cloud.environment.chronicle import Chronicle
from helpers.cloud.environment.ending import Ending, Restored
from helpers.cloud.environment.journal import Journal
from helpers.cloud.environment.platform import Platform
from helpers.cloud.environment.runtime import AT_ONCE, RESET, Answered, Runtime
from helpers.cloud.environment.runtimes import is_managed
from helpers.cloud.environment.snapshot import Snapshot
from helpers.cloud.environment.workspace import Workspace
from helpers.cloud.errors import SnapStartException, SnapStartTimeoutException
from helpers.cloud.logs import Status
from helpers.cloud.model import FunctionVersion, InitializationType, Invocation, InvocationResult

INIT_LIMIT_S = 10.0
PROVISIONED_INIT_LIMIT_S = 130.0
RESTORE_LIMIT_S = 10.0
NOT_RESTORED = "Lambda couldn't restore the snapshot within the timeout limit."
HOOK_FAILED = (
    "The afterRestore() runtime hook encountered an error. For more information, check the Amazon "
    "CloudWatch logs."
)


Serving = Generator[None, None, InvocationResult]
"""The serving of one event, in steps that may be taken by different threads."""
Value = TypeVar("Value")


class State(StrEnum):
    """Where an environment stands in its life."""

    CREATED = "created"
    BUSY = "busy"
    FROZEN = "frozen"
    RESET = "reset"
    ENDED = "ended"


class Environment:
    """One execution environment of one function version, from its creation until shutdown.

    `snapshot` gives what a SnapStart environment is restored from.
    `invoke` is called by one thread at a time (the pool sees to it); `shutdown` by any.
    """

    def __init__(
        self,
        function: FunctionVersion,
        platform: Platform,
        initialization_type: InitializationType = InitializationType.ON_DEMAND,
        *,
        snapshot: Callable[[], Snapshot] | None = None,
    ) -> None:
        self.id = uuid.uuid4().hex
        self.function = function
        self.initialization_type = initialization_type
        self._snapshot = snapshot
        self.state = State.CREATED
        self.idle_since = self.created = platform.clock.steady()
        self._clock = platform.clock
        journal = Journal(
            function,
            self.id,
            clock=platform.clock,
            sink=platform.log,
            initialization_type=str(initialization_type),
        )
        self._chronicle = Chronicle(function, self.id, journal, platform.recorder)
        self._workspace = Workspace(
            platform.folder / f"env-{self.id[:12]}",
            platform.sources(function),
            level=platform.file_level,
            ephemeral_mb=function.ephemeral_mb,
        )
        try:
            self._runtime = Runtime(
                function, platform, self._chronicle, self._workspace, initialization_type
            )
        except BaseException:  # no socket was left
            self._workspace.remove()
            raise
        self._chronicle.record(
            records.EnvironmentCreated, initialization_type=str(initialization_type)
        )

    def prepare(self) -> bool:
        """Run init ahead of any event, as provisioned concurrency does; tell whether it worked."""
        if not self._enter():
            return False
        try:
            init = self._initialize(max(PROVISIONED_INIT_LIMIT_S, self.function.timeout_s))
            if init.fault is None:
                self._runtime.freeze()
            self._chronicle.journal.hand_on()
            return init.fault is None
        except BaseException:
            self._abandon()
            raise
        finally:
            self._leave()

    def invoke(self, invocation: Invocation, answered: Answered | None = None) -> InvocationResult:
        """Serve one event, cold or warm; never raises for what a handler does.

        `answered` is given the handler's answer at once, without the log lines, while the runtime
        still goes to ask for the next event.
        """
        return finished(self.serving(invocation, answered))

    def serving(self, invocation: Invocation, answered: Answered | None = None) -> Serving:
        """Serve one event as `invoke` does, in steps: stop before each wait for a process.

        Whoever brought the event may go on once it is handed over; another thread takes the rest.
        """
        fresh = self.state is State.CREATED
        if not self._enter():
            fault = self._runtime.shut_down_fault(invocation.request_id)
            return Ending(0.0, fault).result()
        try:
            before: Ending | Restored | None = None
            if fresh:
                yield
                before = self._restore(self._snapshot) if self._snapshot else self._initialize()
            if self._runtime.group is None:
                yield
                return (yield from self._serve_after_reset(invocation, answered))
            return (yield from self._serve(invocation, before, answered))
        except BaseException:
            self._abandon()
            raise
        finally:
            self._leave()

    def shutdown(self, reason: str) -> None:
        """End the environment; when it is serving an event, that event fails."""
        with self._runtime.lock:
            if self.state is State.ENDED or self._runtime.ending is not None:
                return
            self._runtime.ending = reason
            if reason == RESET:
                self._chronicle.fall_silent()
            busy = self.state is State.BUSY
            group = self._runtime.group
        if busy:
            if group is not None:
                group.slay()
        else:
            self._end(reason)

    @property
    def lost(self) -> bool:
        """Whether the environment has no process that could serve the next event warm."""
        with self._runtime.lock:
            group = self._runtime.group
            busy = self.state is State.BUSY
        return not busy and (group is None or group.poll() is not None)

    @property
    def may_work_on(self) -> bool:
        """Whether others than AWS's runtime may be at work after an answer."""
        return self._runtime.has_extensions or not is_managed(self.function.runtime)

    @property
    def pids(self) -> list[int]:
        """The environment's processes now."""
        group = self._runtime.group
        return group.pids() if group is not None else []

    def resident_bytes(self) -> int:
        """Return the resident memory of the environment's processes."""
        group = self._runtime.group
        return group.resident_bytes() if group is not None else 0

    def _initialize(self, limit_s: float = INIT_LIMIT_S) -> Ending:
        """Run init in its own phase; a failed one leaves no process and is repeated later."""
        self._chronicle.journal.init_started()
        ending = self._runtime.initialize(self._clock.steady() + limit_s)
        self._chronicle.note_init(ending, phase="init")
        return ending

    def _restore(self, snapshot_of: Callable[[], Snapshot]) -> Restored:
        """Become a copy of the snapshot; raises AwsError when that fails.

        A snapshot whose process was killed is made anew, once.
        """
        self._chronicle.journal.restore_started()
        snapshot = snapshot_of()
        deadline = self._clock.steady() + RESTORE_LIMIT_S
        try:
            restored = self._runtime.restore(snapshot.fork, deadline)
        except OSError:
            if not snapshot.lost:
                raise
            snapshot = snapshot_of()
            deadline = self._clock.steady() + RESTORE_LIMIT_S
            restored = self._runtime.restore(snapshot.fork, deadline)
        self._chronicle.note_restore(restored, snapshot.id)
        if restored.fault is not None:
            self._chronicle.journal.hand_on()
            if restored.fault.status is Status.TIMEOUT:
                raise SnapStartTimeoutException(NOT_RESTORED)
            raise SnapStartException(HOOK_FAILED)
        return restored

    def _serve(
        self, invocation: Invocation, before: Ending | Restored | None, answered: Answered | None
    ) -> Serving:
        """Deliver the event to a runtime that waits for it."""
        if before is None:
            self._runtime.thaw()
        self._chronicle.begin(invocation)
        ending = yield from self._runtime.deliver(invocation, self._clock.steady(), answered)
        return self._chronicle.finish(invocation, ending, self._runtime.memory, before)

    def _serve_after_reset(self, invocation: Invocation, answered: Answered | None) -> Serving:
        """Repeat init inside the invocation, under the function's timeout, then deliver."""
        started = self._clock.steady()
        timeout_s = invocation.function.timeout_s
        ending = self._runtime.initialize(started + timeout_s, request_id=invocation.request_id)
        self._chronicle.note_init(ending, phase="invoke")
        self._chronicle.begin(invocation)
        if ending.fault is None:
            ending = yield from self._runtime.deliver(invocation, started, answered)
        elif ending.fault.status is Status.TIMEOUT:
            ending = Ending(timeout_s * 1000.0, ending.fault)
        return self._chronicle.finish(invocation, ending, self._runtime.memory, None)

    def _enter(self) -> bool:
        with self._runtime.lock:
            if self._runtime.ending is not None:
                return False
            self.state = State.BUSY
            return True

    def _leave(self) -> None:
        with self._runtime.lock:
            self.state = State.FROZEN if self._runtime.group is not None else State.RESET
            self.idle_since = self._clock.steady()
            reason = self._runtime.ending
        if reason is not None:
            self._end(reason)

    def _abandon(self) -> None:
        if self._runtime.group is not None:
            self._runtime.bury()  # nobody knows where this runtime stands

    def _end(self, reason: str) -> None:
        with self._runtime.lock:
            if self.state is State.ENDED:
                return
            self.state = State.ENDED
        if self._runtime.has_extensions and reason not in AT_ONCE:
            # who ends an environment does not wait for its extensions
            threading.Thread(target=self._clear, args=(reason,), daemon=True).start()
        else:
            self._clear(reason)

    def _clear(self, reason: str) -> None:
        self._runtime.close()
        self._chronicle.journal.hand_on()
        self._workspace.remove()
        self._chronicle.record(records.EnvironmentReaped, reason=reason)


def finished(steps: Generator[None, None, Value]) -> Value:
    """Take all steps that are left, and return what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            value: Value = end.value
            return value
