"""The life of one execution environment: init, invoke, freeze, thaw, reset, shutdown.

What AWS documents, in its order: init has ten seconds of its own and is repeated inside the first
invocation when it fails ("suppressed init"); the process is frozen when the runtime asks for the
next event; a timeout or a crash resets the environment, which keeps its /tmp and its log stream.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from helpers.cloud import records
from helpers.cloud.billing import billed_ms
from helpers.cloud.clock import Clock
from helpers.cloud.environment.driver import SPINDOWN, Driver, Event, Happening, Limits
from helpers.cloud.environment.faults import Fault, exit_fault, too_large_fault
from helpers.cloud.environment.journal import Journal
from helpers.cloud.environment.keeper import Keeper
from helpers.cloud.environment.launch import Launch
from helpers.cloud.environment.processes import ProcessGroup
from helpers.cloud.environment.runtimes import CannotStart
from helpers.cloud.environment.variables import build_variables
from helpers.cloud.environment.workspace import FileLevel, Sources, Workspace
from helpers.cloud.governor import CpuShare, MemoryWatch
from helpers.cloud.logs import Report, Status
from helpers.cloud.model import (
    MAX_RESPONSE_BYTES,
    FunctionVersion,
    InitializationType,
    Invocation,
    InvocationResult,
)
from helpers.cloud.ports import CredentialIssuer, FunctionLog
from helpers.cloud.records import Recorder

INIT_LIMIT_S = 10.0
PROVISIONED_INIT_LIMIT_S = 130.0
RESET = "reset"
AT_ONCE = (RESET, "shutdown")
"""Ends that leave extensions no shutdown phase: the account itself goes."""
Answered = Callable[[InvocationResult], None]


class State(StrEnum):
    """Where an environment stands in its life."""

    CREATED = "created"
    BUSY = "busy"
    FROZEN = "frozen"
    RESET = "reset"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Platform:
    """What all environments of a cloud share; `cpu_share` is asked at each invocation."""

    clock: Clock
    recorder: Recorder
    keeper: Keeper
    folder: Path
    file_level: FileLevel
    endpoint: str
    issuer: CredentialIssuer
    log: FunctionLog
    sources: Callable[[FunctionVersion], Sources]
    cpu_share: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Ending:
    """How one phase ended: in time or not, and the fault or the answer that came of it."""

    duration_ms: float
    fault: Fault | None = None
    payload: bytes = b""

    def result(self, log_lines: Sequence[str] = ()) -> InvocationResult:
        """Return the ending as the caller is told of it."""
        return InvocationResult(
            payload=self.fault.payload if self.fault else self.payload,
            function_error="Unhandled" if self.fault else None,
            error_type=self.fault.error_type if self.fault else None,
            log_lines=log_lines,
        )


class Environment:
    """One execution environment of one function version, from its creation until shutdown.

    `invoke` is called by one thread at a time (the pool sees to it); `shutdown` by any.
    """

    def __init__(
        self,
        function: FunctionVersion,
        platform: Platform,
        initialization_type: InitializationType = InitializationType.ON_DEMAND,
    ) -> None:
        self.id = uuid.uuid4().hex
        self.function = function
        self.initialization_type = initialization_type
        self.state = State.CREATED
        self.idle_since = self.created = platform.clock.steady()
        self._platform = platform
        self._lock = threading.Lock()
        self._ending: str | None = None
        self._answered: Answered | None = None
        self._journal = Journal(
            function,
            self.id,
            clock=platform.clock,
            sink=platform.log,
            initialization_type=str(initialization_type),
        )
        self._driver = Driver(platform.clock, self._journal.printed)
        self._memory = MemoryWatch(function.memory_mb)
        self._workspace = Workspace(
            platform.folder / f"env-{self.id[:12]}",
            platform.sources(function),
            level=platform.file_level,
            ephemeral_mb=function.ephemeral_mb,
        )
        self._driver.on_connect = self._workspace.hold
        self._record(records.EnvironmentCreated, initialization_type=str(initialization_type))

    def prepare(self) -> bool:
        """Run init ahead of any event, as provisioned concurrency does; tell whether it worked."""
        if not self._enter():
            return False
        try:
            init = self._initialize(max(PROVISIONED_INIT_LIMIT_S, self.function.timeout_s))
            if init.fault is None:
                self._freeze()
            self._journal.hand_on()
            return init.fault is None
        except BaseException:
            if self._driver.group is not None:
                self._bury()
            raise
        finally:
            self._leave()

    def invoke(self, invocation: Invocation, answered: Answered | None = None) -> InvocationResult:
        """Serve one event, cold or warm; never raises for what a handler does.

        `answered` is given the handler's answer at once, without the log lines, while the runtime
        still goes to ask for the next event.
        """
        self._answered = answered
        fresh = self.state is State.CREATED
        if not self._enter():
            return _failed(self._shut_down_fault(invocation.request_id))
        try:
            init = self._initialize() if fresh else None
            if self._driver.group is None:
                return self._serve_after_reset(invocation)
            return self._serve(invocation, init.duration_ms if init is not None else None)
        except BaseException:
            if self._driver.group is not None:
                self._bury()  # nobody knows where this runtime stands
            raise
        finally:
            self._leave()

    def shutdown(self, reason: str) -> None:
        """End the environment; when it is serving an event, that event fails."""
        with self._lock:
            if self.state is State.ENDED or self._ending is not None:
                return
            self._ending = reason
            if reason == RESET:
                self._journal.abandon()
            busy = self.state is State.BUSY
            group = self._driver.group
        if busy:
            if group is not None:
                group.slay()
        else:
            self._end(reason)

    @property
    def lost(self) -> bool:
        """Whether the environment has no process that could serve the next event warm."""
        with self._lock:
            group = self._driver.group
            busy = self.state is State.BUSY
        return not busy and (group is None or group.poll() is not None)

    @property
    def pids(self) -> list[int]:
        """The environment's processes now."""
        group = self._driver.group
        return group.pids() if group is not None else []

    def resident_bytes(self) -> int:
        """Return the resident memory of the environment's processes."""
        group = self._driver.group
        return group.resident_bytes() if group is not None else 0

    # -- phases ---------------------------------------------------------------------------------

    def _initialize(self, limit_s: float = INIT_LIMIT_S) -> Ending:
        """Run init in its own phase; a failed one leaves no process and is repeated later."""
        self._journal.init_started()
        ending = self._run_init(self._platform.clock.steady() + limit_s)
        self._note_init(ending, phase="init")
        return ending

    def _run_init(self, deadline: float, *, request_id: str = "") -> Ending:
        started = self._platform.clock.steady()
        try:
            launched = self._launch()
        except CannotStart as error:
            return Ending(0.0, Fault.named(error.error_type, error.how, request_id))
        if not launched:
            return Ending(0.0, self._shut_down_fault(request_id))
        # memory is watched during init too; the processor is not rationed there
        event = self._driver.wait(Limits(deadline, self._memory))
        fault, reported = None, b""
        if event.happening is Happening.INIT_ERROR:
            assert event.request is not None
            reported = event.request.body
            event = self._driver.wait(Limits(deadline, self._memory))
        if reported:
            fault = Fault.reported(reported)
        elif event.happening is not Happening.NEXT:
            fault = self._fault(event, request_id=request_id)
        duration_ms = (self._platform.clock.steady() - started) * 1000
        if fault is not None:
            self._workspace.hold(self._group().pid)  # init may have ended before it ever connected
        self._tell_of_extensions()
        if fault is not None:
            self._bury("failure")
        self._driver.drain()
        return Ending(duration_ms, fault)

    def _serve(self, invocation: Invocation, init_ms: float | None) -> InvocationResult:
        """Deliver the event to a runtime that waits for it."""
        if init_ms is None:
            self._thaw()
        self._begin(invocation)
        ending = self._deliver(invocation, self._platform.clock.steady())
        return self._finish(invocation, ending, init_ms)

    def _serve_after_reset(self, invocation: Invocation) -> InvocationResult:
        """Repeat init inside the invocation, under the function's timeout, then deliver."""
        started = self._platform.clock.steady()
        timeout_s = invocation.function.timeout_s
        init = self._run_init(started + timeout_s, request_id=invocation.request_id)
        if init.fault is not None:
            self._note_init(init, phase="invoke")
            self._begin(invocation)
            if init.fault.status is Status.TIMEOUT:
                init = Ending(timeout_s * 1000.0, init.fault)
            return self._finish(invocation, init, None)
        self._note_init(init, phase="invoke")
        self._begin(invocation)
        return self._finish(invocation, self._deliver(invocation, started), None)

    def _deliver(self, invocation: Invocation, started: float) -> Ending:
        """Hand the event over and wait for the answer and the next poll, until the deadline."""
        clock, function = self._platform.clock, invocation.function
        deadline = started + function.timeout_s
        share = CpuShare(function.memory_mb) if self._platform.cpu_share() else None
        limits = Limits(deadline, self._memory, share if share and share.limited else None)
        headers = _invocation_headers(invocation, clock.now() + deadline - clock.steady())
        self._driver.deliver(invocation.request_id, headers, invocation.event)
        event = self._driver.wait(limits)
        duration_ms = (clock.steady() - started) * 1000
        ending: Ending
        if event.happening in (Happening.RESPONSE, Happening.ERROR):
            ending = _answered(event, duration_ms)
            if self._answered is not None:
                self._answered(ending.result())
            event = self._driver.wait(limits)
            ending = self._with_extensions(ending, event, invocation, started)
        else:
            if event.happening is Happening.DEADLINE:
                duration_ms = function.timeout_s * 1000.0
            ending = Ending(duration_ms, self._fault(event, request_id=invocation.request_id))
        if event.happening is Happening.NEXT:
            self._freeze()
        else:
            self._bury("timeout" if event.happening is Happening.DEADLINE else "failure")
        return ending

    def _with_extensions(
        self, ending: Ending, event: Event, invocation: Invocation, started: float
    ) -> Ending:
        """Return how an invocation ended that extensions went on with after the answer."""
        extensions = self._driver.extensions
        if extensions is None or not extensions.every:
            return ending
        duration_ms = (self._platform.clock.steady() - started) * 1000
        if event.happening is Happening.DEADLINE:
            duration_ms = invocation.function.timeout_s * 1000.0
        if event.happening in (Happening.DEADLINE, Happening.EXTENSION):
            return Ending(duration_ms, self._fault(event, request_id=invocation.request_id))
        return replace(ending, duration_ms=duration_ms)

    def _tell_of_extensions(self) -> None:
        extensions = self._driver.extensions
        for extension in extensions.every if extensions is not None else ():
            self._journal.extension(extension.name, extension.state, extension.events)

    # -- what the phases are made of --------------------------------------------------------------

    def _launch(self) -> bool:
        """Start the runtime, unless the environment is being shut down."""
        platform, workspace = self._platform, self._workspace
        variables = build_variables(
            self.function,
            places=workspace.places,
            credentials=platform.issuer.issue(self.function.role_arn, self.function.name),
            runtime_api=self._driver.api.address,
            endpoint=platform.endpoint,
        )
        variables["AWS_LAMBDA_LOG_STREAM_NAME"] = self._journal.stream
        variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = str(self.initialization_type)
        launch = Launch.of(self.function, workspace, variables)
        with self._lock:  # shutdown finds the process to kill, or keeps it from starting
            if self._ending is not None:
                return False
            group = self._driver.launch(launch)
            for leader, mark in group.marks:
                platform.keeper.adopt(leader, mark)
        return True

    def _freeze(self) -> None:
        group = self._group()
        group.stop()
        self._driver.drain()
        self._memory.exceeded(group.peak_bytes())
        self._record(records.EnvironmentFrozen)

    def _thaw(self) -> None:
        self._group().resume()
        self._record(records.EnvironmentThawed)

    def _bury(self, farewell: str | None = None) -> None:
        """End all processes; `farewell` is the reason extensions are told, if they are."""
        group = self._group()
        self._memory.exceeded(group.resident_bytes())
        if farewell is not None and self._ending not in AT_ONCE:
            self._driver.say_farewell(farewell)
        self._driver.bury()
        for leader, _ in group.marks:
            self._platform.keeper.release(leader)

    def _fault(self, event: Event, *, request_id: str) -> Fault:
        if self._ending is not None:
            return self._shut_down_fault(request_id)
        if event.happening is Happening.DEADLINE:
            return self._timeout_fault(request_id)
        if event.happening is Happening.MEMORY:
            self._record(records.EnvironmentKilled, reason="memory")
            return Fault.out_of_memory(request_id)
        extensions = self._driver.extensions
        if event.happening is Happening.EXTENSION:
            assert extensions is not None
            assert extensions.failure is not None
            failure = extensions.failure
            self._record(records.EnvironmentKilled, reason="extension")
            return Fault.named(failure.error_type, failure.how, request_id)
        group = self._group()
        if event.happening is not Happening.EXITED:  # it polled before it answered
            group.slay()
        self._driver.drain()
        self._record(records.EnvironmentKilled, reason="exit")
        return exit_fault(group.wait(), request_id)

    def _shut_down_fault(self, request_id: str) -> Fault:
        how = f"the execution environment was shut down ({self._ending})"
        message = f"RequestId: {request_id} Error: {how}"
        return Fault(Status.ERROR, "Runtime.ExitError", message)

    def _timeout_fault(self, request_id: str) -> Fault:
        if request_id:
            self._record(
                records.EnvironmentTimedOut,
                request_id=request_id,
                timeout_s=float(self.function.timeout_s),
            )
        return Fault.timed_out(request_id, self.function.timeout_s)

    def _begin(self, invocation: Invocation) -> None:
        self._journal.started(invocation.request_id)
        self._record(records.InvocationStarted, request_id=invocation.request_id)

    def _finish(
        self, invocation: Invocation, ending: Ending, init_ms: float | None
    ) -> InvocationResult:
        fault = ending.fault
        report = Report(
            request_id=invocation.request_id,
            duration_ms=round(ending.duration_ms, 2),
            billed_ms=billed_ms(ending.duration_ms, init_ms),
            memory_mb=self.function.memory_mb,
            max_memory_mb=self._memory.used_mb,
            init_ms=None if init_ms is None else round(init_ms, 2),
            status=fault.status if fault else Status.SUCCESS,
            error_type=fault.error_type if fault else None,
        )
        self._journal.finished(report, reset=fault is not None and not fault.from_runtime)
        self._record(
            records.InvocationFinished,
            request_id=invocation.request_id,
            status=report.status,
            error_type=report.error_type,
            duration_ms=report.duration_ms,
            billed_ms=report.billed_ms,
            init_ms=report.init_ms,
            memory_mb=report.memory_mb,
            max_memory_mb=report.max_memory_mb,
        )
        return ending.result(self._journal.invocation_lines())

    def _note_init(self, ending: Ending, *, phase: str) -> None:
        fault = ending.fault
        status = fault.status if fault else Status.SUCCESS
        error_type = fault.error_type if fault and status is Status.ERROR else None
        self._journal.init_ended(
            ending.duration_ms, phase=phase, status=status, error_type=error_type
        )
        self._record(
            records.EnvironmentInit,
            phase=phase,
            status=status,
            duration_ms=round(ending.duration_ms, 2),
            error_type=error_type,
        )

    def _enter(self) -> bool:
        with self._lock:
            if self._ending is not None:
                return False
            self.state = State.BUSY
            return True

    def _leave(self) -> None:
        with self._lock:
            self.state = State.FROZEN if self._driver.group is not None else State.RESET
            self.idle_since = self._platform.clock.steady()
            reason = self._ending
        if reason is not None:
            self._end(reason)

    def _end(self, reason: str) -> None:
        with self._lock:
            if self.state is State.ENDED:
                return
            self.state = State.ENDED
        extensions = self._driver.extensions
        if extensions is not None and extensions.every and reason not in AT_ONCE:
            # who ends an environment does not wait for its extensions
            threading.Thread(target=self._clear, args=(reason,), daemon=True).start()
        else:
            self._clear(reason)

    def _clear(self, reason: str) -> None:
        if self._driver.group is not None:
            self._bury(SPINDOWN)
            self._journal.hand_on()
        self._driver.close()
        self._workspace.remove()
        self._record(records.EnvironmentReaped, reason=reason)

    def _group(self) -> ProcessGroup:
        group = self._driver.group
        assert group is not None
        return group

    def _record(self, kind: type[records.EnvironmentRecord], **facts: Any) -> None:
        if self._ending == RESET:
            return  # a new account has begun, and this is not its history
        function = self.function
        self._platform.recorder.add(
            kind(function=function.name, version=function.version, environment=self.id, **facts)
        )


def _answered(event: Event, duration_ms: float) -> Ending:
    assert event.request is not None
    request = event.request
    if event.happening is Happening.ERROR:
        return Ending(duration_ms, Fault.reported(request.body, from_runtime=True))
    if request.body_bytes > MAX_RESPONSE_BYTES:
        return Ending(duration_ms, too_large_fault())
    return Ending(duration_ms, payload=request.body)


def _invocation_headers(invocation: Invocation, deadline: float) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_arn,
        "Lambda-Runtime-Trace-Id": invocation.trace_id,
    }
    if invocation.client_context is not None:
        # one header line: JSON survives escaping, line ends and non-Latin letters do not
        headers["Lambda-Runtime-Client-Context"] = json.dumps(json.loads(invocation.client_context))
    return headers


def _failed(fault: Fault) -> InvocationResult:
    return InvocationResult(
        payload=fault.payload, function_error="Unhandled", error_type=fault.error_type
    )
