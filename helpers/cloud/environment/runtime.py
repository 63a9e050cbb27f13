"""The processes of one environment, through their phases: start, init, deliver, freeze, bury.

It turns what the driver sees into endings and faults, in AWS's words. When which phase comes is
the environment's business (`lifecycle`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from dataclasses import replace

from helpers.cloud import records
from helpers.cloud.environment.chronicle import Chronicle
from helpers.cloud.environment.driver import SPINDOWN, Driver, Limits
from helpers.cloud.environment.ending import Ending, Restored, answer_of, invocation_headers
from helpers.cloud.environment.extensions import Extensions
from helpers.cloud.environment.faults import Fault, exit_fault
from helpers.cloud.environment.forks import Control
from helpers.cloud.environment.launch import Launch
from helpers.cloud.environment.platform import Platform
from helpers.cloud.environment.processes import Command, Process, ProcessGroup
from helpers.cloud.environment.runtime_calls import Event, Happening, is_too_large
from helpers.cloud.environment.runtimes import CannotStart
from helpers.cloud.environment.variables import Addresses, build_variables
from helpers.cloud.environment.workspace import Workspace
from helpers.cloud.governor import CpuShare, MemoryWatch
from helpers.cloud.logs import Status
from helpers.cloud.model import FunctionVersion, InitializationType, Invocation, InvocationResult

EXITS_WITHIN_S = 1.0
"""What a runtime has that reported an error of init; then it is ended."""
RESET = "reset"
AT_ONCE = (RESET, "shutdown")
"""Ends that leave extensions no shutdown phase: the account itself goes."""
OWN = (
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
Answered = Callable[[InvocationResult], None]


class Runtime:
    """The runtime of one environment, with its extensions; its processes come and go.

    `control` is the socket of a runtime that is made to be forked: a snapshot.
    `ending` is why the environment is being shut down, None while it is not; whoever sets it
    holds `lock`, so that a process is either found and killed or never started.
    """

    def __init__(
        self,
        function: FunctionVersion,
        platform: Platform,
        chronicle: Chronicle,
        workspace: Workspace,
        initialization_type: InitializationType,
    ) -> None:
        self.lock = threading.Lock()
        self.ending: str | None = None
        self.memory = MemoryWatch(function.memory_mb)
        self._function = function
        self._platform = platform
        self._chronicle = chronicle
        self._workspace = workspace
        self._initialization_type = initialization_type
        self.control: Control | None = None
        restores = initialization_type is InitializationType.SNAP_START
        self._driver = Driver(platform.clock, chronicle.journal.printed, restores=restores)
        self._driver.on_alive = workspace.hold

    @property
    def group(self) -> ProcessGroup | None:
        """The processes, while there are any."""
        return self._driver.group

    @property
    def has_extensions(self) -> bool:
        """Whether extensions run beside the runtime."""
        extensions = self._driver.extensions
        return extensions is not None and bool(extensions.every)

    def close(self) -> None:
        """End everything, with a shutdown phase for extensions, and the Runtime API's socket."""
        if self._driver.group is not None:
            self.bury(SPINDOWN)
        self._driver.close()

    def initialize(self, deadline: float, *, request_id: str = "") -> Ending:
        """Start the processes and run init until `deadline`; a failed one leaves none behind."""
        started = self._platform.clock.steady()
        try:
            launched = self._launch()
        except CannotStart as error:
            return Ending(0.0, Fault.named(error.error_type, error.how, request_id))
        if not launched:
            return Ending(0.0, self.shut_down_fault(request_id))
        # memory is watched during init too; the processor is not rationed there
        event = self._driver.wait(Limits(deadline, self.memory))
        fault, reported = None, b""
        if event.happening is Happening.INIT_ERROR:
            assert event.request is not None
            reported = bytes(event.request.body)
            last_words = self._platform.clock.steady() + EXITS_WITHIN_S
            event = self._driver.wait(Limits(min(deadline, last_words), self.memory))
        if reported:
            fault = Fault.reported(reported)
        elif event.happening is not Happening.NEXT:
            fault = self._fault(event, request_id=request_id)
        duration_ms = (self._platform.clock.steady() - started) * 1000
        if fault is not None:
            self._workspace.hold(self._group().pid)  # init may have failed within milliseconds
        self._chronicle.tell_of_extensions(self._driver.extensions)
        if fault is not None:
            self.bury("failure")
        self._driver.drain()
        return Ending(duration_ms, fault)

    def restore(self, fork: Callable[[Command, str], Process], deadline: float) -> Restored:
        """Become a copy of a snapshot, until `deadline`; a failed one leaves no process behind.

        `fork` makes the process; it raises OSError when it cannot.
        """
        clock = self._platform.clock
        started = clock.steady()
        variables = self._own_variables()
        tmp = str(self._workspace.folder / "tmp")

        def start(output: int) -> tuple[ProcessGroup, Extensions]:
            command = Command([], variables, "", output, mark="AWS_LAMBDA_RUNTIME_API")
            group = ProcessGroup(command, start=lambda command: fork(command, tmp))
            return group, Extensions(self._function, {})

        group = self._driver.launch(start)
        self._platform.keeper.adopt(*group.marks[0])
        self._platform.strays.watch(group)
        forked = clock.steady()
        with self.lock:  # shutdown found the process, or is found out here
            event = Event(Happening.EXITED) if self.ending is not None else None
        event = event or self._driver.wait(Limits(deadline, self.memory))
        now = clock.steady()
        if event.happening is Happening.NEXT:
            return Restored((now - started) * 1000, (now - forked) * 1000)
        fault = self._restore_fault(event)
        self.bury()
        return Restored((now - started) * 1000, (now - forked) * 1000, fault)

    def _restore_fault(self, event: Event) -> Fault:
        if event.happening is Happening.RESTORE_ERROR:
            assert event.request is not None
            return Fault.reported(bytes(event.request.body))
        return self._fault(event, request_id="")

    def deliver(
        self, invocation: Invocation, started: float, answered: Answered | None
    ) -> Generator[None, None, Ending]:
        """Hand the event over, stop once, then wait for the answer and the next poll.

        It waits until the deadline: `started` is when the timeout began (steady seconds);
        `answered` gets the answer at once.
        """
        clock, function = self._platform.clock, invocation.function
        deadline = started + function.timeout_s
        share = CpuShare(function.memory_mb) if self._platform.cpu_share() else None
        limits = Limits(deadline, self.memory, share if share and share.limited else None)
        headers = invocation_headers(invocation, clock.now() + deadline - clock.steady())
        self._driver.deliver(invocation, headers)
        yield
        event = self._driver.wait(limits)
        duration_ms = (clock.steady() - started) * 1000
        ending: Ending
        if event.happening in (Happening.RESPONSE, Happening.ERROR):
            ending = answer_of(event, duration_ms)
            if answered is not None:
                answered(ending.result())
            posted, event = event, self._driver.wait(limits)
            ending = self._with_extensions(ending, event, invocation, started)
            refused = posted.request is not None and is_too_large(posted.request)
            if refused and event.happening is Happening.EXITED and ending.fault is not None:
                ending = replace(ending, fault=ending.fault.that_ended_the_runtime())
        else:
            if event.happening is Happening.DEADLINE:
                duration_ms = function.timeout_s * 1000.0
            ending = Ending(duration_ms, self._fault(event, request_id=invocation.request_id))
        if event.happening is Happening.NEXT:
            self.freeze()
        else:
            self.bury("timeout" if event.happening is Happening.DEADLINE else "failure")
        return ending

    def freeze(self) -> None:
        """Stop all processes; what they printed is read, and their memory noted."""
        self.still()
        self._chronicle.record(records.EnvironmentFrozen)

    def still(self) -> None:
        """Stop all processes, and tell nobody."""
        group = self._group()
        group.stop()
        self._driver.drain()
        self.memory.exceeded(group.peak_bytes())

    def thaw(self) -> None:
        """Let all processes go on."""
        self._group().resume()
        self._chronicle.record(records.EnvironmentThawed)

    def bury(self, farewell: str | None = None) -> None:
        """End all processes; `farewell` is the reason extensions are told, if they are."""
        group = self._group()
        self.memory.exceeded(group.resident_bytes())
        if farewell is not None and self.ending not in AT_ONCE:
            self._driver.say_farewell(farewell)
        self._platform.strays.forget(group)
        self._driver.bury()
        for leader, _ in group.marks:
            self._platform.keeper.release(leader)

    def shut_down_fault(self, request_id: str) -> Fault:
        """Return the fault of an event whose environment is being shut down."""
        how = f"the execution environment was shut down ({self.ending})"
        message = f"RequestId: {request_id} Error: {how}"
        return Fault(Status.ERROR, "Runtime.ExitError", message)

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

    def _launch(self) -> bool:
        """Start the runtime, unless the environment is being shut down."""
        platform = self._platform
        variables = self._variables()
        if self.control is None:
            variables["AWS_LAMBDA_LOG_STREAM_NAME"] = self._chronicle.journal.stream
        else:  # not told under SnapStart: each restored environment has a log stream of its own
            del variables["AWS_LAMBDA_LOG_GROUP_NAME"]
        variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = str(self._initialization_type)
        launch = Launch.of(self._function, self._workspace, variables, self.control)
        with self.lock:  # shutdown finds the process to kill, or keeps it from starting
            if self.ending is not None:
                return False
            group = self._driver.launch(launch.known_at(platform.local_ports).start)
            for leader, mark in group.marks:
                platform.keeper.adopt(leader, mark)
            if self.control is None:  # forks carry a snapshot's mark for a moment
                platform.strays.watch(group)
        return True

    def _variables(self) -> dict[str, str]:
        platform, function = self._platform, self._function
        return build_variables(
            function,
            places=self._workspace.places,
            credentials=platform.issuer.issue(function.role_arn, function.name),
            addresses=Addresses(
                runtime_api=self._driver.api.address,
                endpoint=platform.endpoint,
                xray_daemon=platform.xray_daemon(function),
            ),
        )

    def _own_variables(self) -> dict[str, str]:
        """Return the variables in which a restored environment differs from its snapshot."""
        return {name: value for name, value in self._variables().items() if name in OWN}

    def _fault(self, event: Event, *, request_id: str) -> Fault:
        if self.ending is not None:
            return self.shut_down_fault(request_id)
        if event.happening is Happening.DEADLINE:
            return self._timeout_fault(request_id)
        if event.happening is Happening.MEMORY:
            self._chronicle.record(records.EnvironmentKilled, reason="memory")
            return Fault.out_of_memory(request_id)
        extensions = self._driver.extensions
        if event.happening is Happening.EXTENSION:
            assert extensions is not None
            assert extensions.failure is not None
            failure = extensions.failure
            self._chronicle.record(records.EnvironmentKilled, reason="extension")
            return Fault.named(failure.error_type, failure.how, request_id)
        group = self._group()
        self._driver.drain()
        self._chronicle.record(records.EnvironmentKilled, reason="exit")
        return exit_fault(group.wait(), request_id)

    def _timeout_fault(self, request_id: str) -> Fault:
        if request_id:
            self._chronicle.record(
                records.EnvironmentTimedOut,
                request_id=request_id,
                timeout_s=float(self._function.timeout_s),
            )
        return Fault.timed_out(request_id, self._function.timeout_s)

    def _group(self) -> ProcessGroup:
        group = self._driver.group
        assert group is not None
        return group
