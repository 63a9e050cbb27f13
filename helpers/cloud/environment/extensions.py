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
import re
import signal
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from helpers.cloud.environment.processes import Command, ProcessGroup
from helpers.cloud.environment.runtime_api import RuntimeApi
from helpers.cloud.environment.runtime_requests import Request
from helpers.cloud.environment.sandbox import Sandbox
from helpers.cloud.json_text import read_json
from helpers.cloud.model import FunctionVersion

API = "/2020-01-01/extension/"
IDENTIFIER = "lambda-extension-identifier"
FUNCTION_ERROR_TYPE = "lambda-extension-function-error-type"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
METHODS = {"register": "POST", "event/next": "GET", "init/error": "POST", "exit/error": "POST"}
EVENTS = ("INVOKE", "SHUTDOWN")
MAX_EXTENSIONS = 10


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
        method = METHODS.get(action[1])
        if method is None:
            api.not_found(request)
        elif method != action[0]:
            api.reply(request, 405, headers={"Allow": method}, body=b"")
        elif action[1] == "register":
            self._register(request, api)
        elif (extension := self._identified(request, api)) is not None:
            self._called(extension, request, api)

    def _identified(self, request: Request, api: RuntimeApi) -> Extension | None:
        """Return the extension that a request names; refuse who names none."""
        identifier = request.headers.get(IDENTIFIER, "")
        if not identifier:
            problem = ("MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header")
        elif UUID.fullmatch(identifier) is None:
            problem = ("InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier")
        else:
            known = next((e for e in self.every if e.identifier == identifier), None)
            if known is not None:
                return known
            problem = ("UnknownExtensionIdentifier", f"Unknown extension {identifier}")
        api.refuse(request, 403, f"Extension.{problem[0]}", problem[1])
        return None

    def _called(self, extension: Extension, request: Request, api: RuntimeApi) -> None:
        if request.method == "GET":
            self._next(extension, request, api)
        elif FUNCTION_ERROR_TYPE not in request.headers:
            missing = "Lambda-Extension-Function-Error-Type not found"
            api.refuse(request, 403, "Extension.MissingHeader", missing)
        else:
            self._failed(extension, request, api)

    def invoke(self, headers: Mapping[str, str], api: RuntimeApi) -> None:
        """Tell those who want to know that an event is being delivered; nobody registers now."""
        self.initialised = True
        if not self.every:
            return
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
        extension = next((e for e in self.every if e.name == name), None)
        try:
            events = _events_in(bytes(request.body))
        except ValueError as error:
            api.refuse(request, 403, "InvalidRequestFormat", str(error))
            return
        problem = self._why_not(name, events, extension)
        if problem is not None:
            api.refuse(request, 403, f"Extension.{problem[0]}", problem[1])
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
    ) -> tuple[str, str] | None:
        """Return why a registration is refused: error type and message."""
        unknown = next((event for event in events if event not in EVENTS), "")
        internal = known is None
        problems = {
            ("InvalidExtensionName", "Empty extension name"): not name,
            ("RegistrationClosed", "Extension registration closed already"): self.initialised,
            ("InvalidExtensionState", "Extension with this name already registered"): (
                known is not None and bool(known.identifier)
            ),
            ("InvalidEventType", f"{unknown}: ErrorInvalidEventType"): bool(unknown),
            ("InvalidEventType", "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension"): (
                internal and "SHUTDOWN" in events
            ),
            ("TooManyExtensions", f"Extension limit ({MAX_EXTENSIONS}) reached"): (
                internal and len(self.every) >= MAX_EXTENSIONS
            ),
        }
        return next((problem for problem, applies in problems.items() if applies), None)

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


def _events_in(body: bytes) -> tuple[str, ...]:
    """Return the events that a registration names; raises ValueError for what is none."""
    if not body:
        raise ValueError("unexpected end of JSON input")
    document = read_json(body)
    events = document.get("events") or [] if isinstance(document, dict) else None
    if not isinstance(events, list):
        raise ValueError("the body is not an object with a list of events")
    return tuple(str(event) for event in events)


def _exit_words(code: int) -> str:
    if code == 0:
        return "exit code 0"
    if code > 0:
        return f"exit status {code}"
    words = signal.strsignal(-code) if hasattr(os, "killpg") else None
    return f"signal: {(words or str(-code)).lower()}"
