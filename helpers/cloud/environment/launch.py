"""What is started when an environment starts: the runtime, and the extensions before it.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (init phase).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from helpers.cloud.environment.extension_programs import extension_variables, find_extensions
from helpers.cloud.environment.extensions import Extensions
from helpers.cloud.environment.forks import Control
from helpers.cloud.environment.local_extension import PORT, PROGRAM, Listener, LocalPorts
from helpers.cloud.environment.processes import HAS_SIGNALS, Command, ProcessGroup
from helpers.cloud.environment.runtimes import (
    CannotStart,
    is_managed,
    runtime_command,
    snapshot_command,
)
from helpers.cloud.environment.workspace import Workspace
from helpers.cloud.model import FunctionVersion

NO_EXTENSIONS = (
    "a layer brings extensions, whose processes cannot be part of a snapshot in this local "
    "account; leave the layer out, or SnapStart"
)


@dataclass(frozen=True, slots=True)
class Launch:
    """One start of an environment's processes; `variables` are the runtime's.

    `control` makes it a snapshot's: its runtime waits to be forked.
    """

    function: FunctionVersion
    workspace: Workspace
    variables: Mapping[str, str]
    runtime: list[str]
    programs: Mapping[str, str]
    control: Control | None = None
    listener: Listener | None = None

    @classmethod
    def of(
        cls,
        function: FunctionVersion,
        workspace: Workspace,
        variables: Mapping[str, str],
        control: Control | None = None,
    ) -> Launch:
        """Find out what to start; raises CannotStart where a program cannot be."""
        runtime = runtime_command(function, workspace)
        programs = find_extensions(workspace.sources.opt, seen_as=workspace.places.opt)
        if programs and control is not None:
            raise CannotStart("Extension.LaunchError", NO_EXTENSIONS)
        if programs:
            workspace.open()
        return cls(function, workspace, variables, runtime, programs, control)

    def known_at(self, ports: LocalPorts) -> Launch:
        """Return the launch with the local port that AWS's extension is known by, if it is here."""
        if PROGRAM not in self.programs:
            return self
        listener = ports.open(self.variables)
        variables = {**self.variables, PORT: str(listener.port)}
        return replace(self, variables=variables, listener=listener)

    def start(self, output: int) -> tuple[ProcessGroup, Extensions]:
        """Start everything; all of it prints to the descriptor `output`."""
        extensions = Extensions(self.function, self.programs)
        try:
            group = extensions.start(
                lambda name: self._extension(name, output), self._runtime(output)
            )
        finally:
            if self.listener is not None:
                self.listener.socket.close()
        if self.control is not None:
            self.control.started()
        return group, extensions

    def _runtime(self, output: int) -> Command:
        frames = HAS_SIGNALS and is_managed(self.function.runtime)
        framed = {"_LAMBDA_TELEMETRY_LOG_FD": str(output)} if frames else {}
        runtime, inherited = self.runtime, [*self.workspace.descriptors]
        mark = "AWS_LAMBDA_LOG_STREAM_NAME"
        if framed:
            inherited.append(output)
        if self.control is not None:
            control = self.control.theirs.fileno()
            inherited.append(control)
            runtime = snapshot_command(self.function, control, output)
            mark = "AWS_LAMBDA_RUNTIME_API"
        return Command(
            arguments=self.workspace.wrap(runtime),
            variables={**self.variables, **framed},
            directory=self.workspace.working_directory,
            output=output,
            inherit=inherited,
            mark=mark,
        )

    def _extension(self, program: str, output: int) -> Command:
        return Command(
            arguments=self.workspace.wrap([program]),
            variables={**extension_variables(self.variables), **self._told()},
            directory=self.workspace.working_directory,
            output=output,
            inherit=(*self.workspace.descriptors, *self._listening()),
            mark="AWS_LAMBDA_RUNTIME_API",
        )

    def _told(self) -> Mapping[str, str]:
        return {} if self.listener is None else self.listener.variables

    def _listening(self) -> tuple[int, ...]:
        return () if self.listener is None else (self.listener.socket.fileno(),)
