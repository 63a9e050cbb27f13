"""Extensions: processes beside the runtime, and the API by which they take part in its life.

Models external extensions (executables in /opt/extensions, started before the runtime, which waits
until they have registered) and internal ones (registered by the runtime's own process): register,
next, init/error, exit/error, the INVOKE and SHUTDOWN events. Init and invoke are over when the
runtime and every extension have asked for the next event. Left out: the Telemetry and Logs APIs.

Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html, lambda-extensions.html;
error names as AWS's Runtime Interface Emulator has them.
"""

from __future__ import annotations

import json
import os
import signal
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helpers.cloud.environment.processes import HAS_SIGNALS, Command, ProcessGroup
from helpers.cloud.environment.runtime_api import Request, RuntimeApi
from helpers.cloud.environment.runtimes import CannotStart, why_not_executable
from helpers.cloud.environment.sandbox import Sandbox
from helpers.cloud.json_text import read_json
from helpers.cloud.model import FunctionVersion

API = "/2020-01-01/extension/"
IDENTIFIER = "lambda-extension-identifier"
EVENTS = ("INVOKE", "SHUTDOWN")
MAX_EXTENSIONS = 10
NOT_THEIRS = (
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_XRAY_CONTEXT_MISSING",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "PYTHONPATH",
    "_HANDLER",
)
"""Variables of the runtime that Lambda does not give to extensions."""


@dataclass(slots=True, eq=False)
class Extension:
    """One extension; `group` is None for an internal one, which lives in the runtime's process."""

    name: str
    group: ProcessGroup | None = None
    identifier: str = ""
    events: tuple[str, ...] = ()
    waiting: Request | None = None
    state: str = "Started"
    exited: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """What an extension did to the environment: AWS's error type, and how."""

    error_type: str
    how: str


@dataclass(slots=True)
class Extensions:
    """The extensions of an environment from one start of its runtime until that one's end.

    `programs` are those of /opt/extensions by name: as the environment sees them.
    """

    function: FunctionVersion
    programs: Mapping[str, str]
    every: list[Extension] = field(default_factory=list)
    failure: Failure | None = None
    initialised: bool = False
    _farewell: bytes = b""

    def start(
        self,
        extension: Callable[[str], Command],
        runtime: Command,
    ) -> ProcessGroup:
        """Start all; the runtime begins once every extension has registered."""
        if not self.programs:
            return ProcessGroup(runtime)
        groups: list[ProcessGroup] = []
        try:
            for name, program in self.programs.items():
                groups.append(ProcessGroup(extension(program)))
                self.every.append(Extension(name, groups[-1]))
            return Sandbox(runtime, groups)
        except BaseException:
            for group in groups:
                group.bury()
            raise

    @property
    def registered(self) -> bool:
        """Whether every program of /opt/extensions has registered."""
        return all(extension.identifier for extension in self.every)

    @property
    def settled(self) -> bool:
        """Whether every extension waits for its next event."""
        return self.failure is None and all(e.waiting is not None for e in self.every)

    @property
    def grace_s(self) -> float:
        """How long the shutdown phase may last."""
        return 2.0 if self.programs else 0.5

    def route(self, request: Request, api: RuntimeApi) -> None:
        """Answer one request of the Extensions API, now or when there is an event."""
        action = (request.method, request.path.removeprefix(API))
        if action == ("POST", "register"):
            self._register(request, api)
            return
        identifier = request.headers.get(IDENTIFIER, "")
        known = [e for e in self.every if e.identifier and e.identifier == identifier]
        if action not in (("GET", "event/next"), ("POST", "init/error"), ("POST", "exit/error")):
            _refuse(request, api, 404, "NotFound", f"no such path: {request.path}")
        elif not known:
            kind = "UnknownExtensionIdentifier" if identifier else "MissingExtensionIdentifier"
            _refuse(request, api, 403, f"Extension.{kind}", f"not an extension: {identifier!r}")
        elif action[0] == "GET":
            self._next(known[0], request, api)
        else:
            self._failed(known[0], request, api)

    def invoke(self, headers: Mapping[str, str], api: RuntimeApi) -> None:
        """Tell those who want to know that an event is being delivered."""
        self.initialised = True
        event = {
            "eventType": "INVOKE",
            "deadlineMs": int(headers["Lambda-Runtime-Deadline-Ms"]),
            "requestId": headers["Lambda-Runtime-Aws-Request-Id"],
            "invokedFunctionArn": headers["Lambda-Runtime-Invoked-Function-Arn"],
            "tracing": {"type": "X-Amzn-Trace-Id", "value": headers["Lambda-Runtime-Trace-Id"]},
        }
        for extension in self.every:
            if "INVOKE" in extension.events:
                _hand(extension, json.dumps(event).encode(), api)

    def shut_down(self, reason: str, deadline: float, api: RuntimeApi) -> None:
        """Tell those who want to know that the environment ends; Unix seconds."""
        event = {
            "eventType": "SHUTDOWN",
            "shutdownReason": reason,
            "deadlineMs": int(deadline * 1000),
        }
        self._farewell = json.dumps(event).encode()
        for extension in self.every:
            if "SHUTDOWN" in extension.events:
                _hand(extension, self._farewell, api)

    def left(self) -> list[Extension]:
        """Return the programs that still run and know of the end."""
        return [
            e for e in self.every if not e.exited and e.group is not None and "SHUTDOWN" in e.events
        ]

    def note_exits(self) -> None:
        """See who has exited; before the end, that is a crash."""
        for extension in self.every:
            if extension.exited or extension.group is None:
                continue
            code = extension.group.poll()
            if code is None:
                continue
            extension.exited = True
            if not self._farewell and self.failure is None:
                extension.state = "Crash"
                self.failure = Failure("Extension.Crash", _exit_words(code))

    def _register(self, request: Request, api: RuntimeApi) -> None:
        name = request.headers.get("lambda-extension-name", "")
        try:
            events = tuple(read_json(request.body or b"{}").get("events") or ())
        except (ValueError, AttributeError, TypeError):
            _refuse(request, api, 400, "InvalidRequestFormat", "the body is not {'events': [...]}")
            return
        extension = next((e for e in self.every if e.name == name), None)
        problem = self._why_not(name, events, extension)
        if problem is not None:
            _refuse(request, api, *problem)
            return
        if extension is None:
            extension = Extension(name)
            self.every.append(extension)
        extension.identifier, extension.events = str(uuid.uuid4()), events
        extension.state = "Registered"
        function = self.function
        answer = {
            "functionName": function.name,
            "functionVersion": function.version,
            "handler": function.handler,
        }
        if "accountId" in request.headers.get("lambda-extension-accept-feature", ""):
            answer["accountId"] = function.account_id
        identity = {"Lambda-Extension-Identifier": extension.identifier}
        api.reply(request, 200, headers=identity, body=json.dumps(answer).encode())

    def _why_not(
        self, name: str, events: tuple[str, ...], known: Extension | None
    ) -> tuple[int, str, str] | None:
        """Return why a registration is refused: status, error type, message."""
        problems = {
            (403, "InvalidExtensionName", "Lambda-Extension-Name is missing"): not name,
            (400, "InvalidEventType", "the events are INVOKE and SHUTDOWN"): any(
                event not in EVENTS for event in events
            ),
            (403, "InvalidEventType", "an internal extension registers for INVOKE only"): (
                known is None and "SHUTDOWN" in events
            ),
            (403, "RegistrationClosed", "extensions register during init"): self.initialised,
            (403, "AlreadyRegistered", f"{name} has registered before"): (
                known is not None and bool(known.identifier)
            ),
            (403, "TooManyExtensions", f"at most {MAX_EXTENSIONS} extensions"): (
                known is None and len(self.every) >= MAX_EXTENSIONS
            ),
        }
        for (status, kind, message), applies in problems.items():
            if applies:
                return status, f"Extension.{kind}", message
        return None

    def _next(self, extension: Extension, request: Request, api: RuntimeApi) -> None:
        extension.waiting, extension.state = request, "Ready"
        if self._farewell and "SHUTDOWN" in extension.events:
            _hand(extension, self._farewell, api)

    def _failed(self, extension: Extension, request: Request, api: RuntimeApi) -> None:
        stage = "InitError" if request.path.endswith("init/error") else "ExitError"
        extension.state = stage
        if self.failure is None and not self._farewell:
            self.failure = Failure(f"Extension.{stage}", "exit code 0")
        api.reply(request)


def find_extensions(opt: Path, *, seen_as: str) -> dict[str, str]:
    """Return the programs of /opt/extensions by name; raises CannotStart for one that is none."""
    folder = opt / "extensions"
    found: dict[str, str] = {}
    for program in sorted(folder.iterdir()) if folder.is_dir() else ():
        if program.is_dir():
            continue
        problem = why_not_executable(program) if HAS_SIGNALS else "not supported by this system"
        if problem is not None:
            how = f"fork/exec /opt/extensions/{program.name}: {problem}"
            raise CannotStart("Extension.LaunchError", how)
        found[program.name] = f"{seen_as}/extensions/{program.name}"
    return found


def extension_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Return what of the runtime's variables an extension gets."""
    return {name: value for name, value in variables.items() if name not in NOT_THEIRS}


def exit_descriptors(extensions: Extensions) -> Iterator[int]:
    """Yield a descriptor for each program that turns readable when it exits."""
    for extension in extensions.every:
        if extension.group is not None and extension.group.exit_descriptor is not None:
            yield extension.group.exit_descriptor


def _hand(extension: Extension, event: bytes, api: RuntimeApi) -> None:
    waiting, extension.waiting = extension.waiting, None
    if waiting is not None:
        identity = {"Lambda-Extension-Event-Identifier": str(uuid.uuid4())}
        api.reply(waiting, 200, headers=identity, body=event)


def _refuse(request: Request, api: RuntimeApi, status: int, kind: str, message: str) -> None:
    body = json.dumps({"errorType": kind, "errorMessage": message}).encode()
    api.reply(request, status, body=body)


def _exit_words(code: int) -> str:
    if code == 0:
        return "exit code 0"
    if code > 0:
        return f"exit status {code}"
    words = signal.strsignal(-code) if hasattr(os, "killpg") else None
    return f"signal: {(words or str(-code)).lower()}"
