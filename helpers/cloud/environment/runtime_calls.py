"""What a runtime says over the Runtime API, and when it may: its paths and its states.

A runtime is started, ready while it asks for the next event, and running until it has posted a
response or an error. What does not fit is refused and changes nothing; whoever asks again for an
event that it has not answered gets the same one. A response may be streamed: its bytes go on as
they come, and an error on the way is told in trailers.

Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and runtimes-custom.html (response
streaming); states and refusals as AWS's Runtime Interface Emulator has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from helpers.cloud.environment.runtime_api import TEXT, RuntimeApi
from helpers.cloud.environment.runtime_requests import Request
from helpers.cloud.model import MAX_RESPONSE_BYTES, PieceTaker

API = "/2018-06-01/runtime/"
PING = "/2018-06-01/ping"
NOT_BUILT = {
    "/2022-07-01/telemetry": ("Telemetry.NotSupported", "Telemetry API is not supported"),
    "/2020-08-15/logs": ("Logs.NotSupported", "Logs API is not supported"),
}
"""Accepted as where Lambda runs locally at AWS's hands too: extensions go on without."""
MODE = "lambda-runtime-function-response-mode"
STREAMING = "streaming"
NOT_ALLOWED = (
    "State transition from {} to {} failed for runtime. Error: State transition is not allowed"
)


class Happening(StrEnum):
    """What a wait for a runtime can end with."""

    NEXT = "next"
    RESPONSE = "response"
    ERROR = "error"
    INIT_ERROR = "init error"
    RESTORE_ERROR = "restore error"
    EXITED = "exited"
    DEADLINE = "deadline"
    MEMORY = "memory"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True)
class Event:
    """One happening and, where the runtime spoke, its request."""

    happening: Happening
    request: Request | None = None


class Stage(StrEnum):
    """How far a runtime is, in the words of the Runtime API's refusals."""

    STARTED = "Started"
    INIT_ERROR = "InitError"
    READY = "Ready"
    RUNNING = "Running"
    RESPONDED = "RuntimeResponseSentState"


QUESTIONS = ("invocation/next", "restore/next")
FAILURES = {
    "init/error": ("InitError", Happening.INIT_ERROR),
    "restore/error": ("RestoreError", Happening.RESTORE_ERROR),
}
OUTCOMES = {
    "response": (Happening.RESPONSE, "InvocationResponse"),
    "error": (Happening.ERROR, "InvocationErrorResponse"),
}


class RuntimeCalls:
    """The conversation with the runtimes of one environment, one after the other.

    `restores` says that a runtime may ask to be restored, as SnapStart's do.
    """

    def __init__(self, api: RuntimeApi, *, restores: bool = False) -> None:
        self.waiting: Request | None = None
        self._api = api
        self._restores = restores
        self._stage = Stage.STARTED
        self._request_id = ""
        self._given: tuple[Mapping[str, str], bytes] = ({}, b"")
        self._pieces: PieceTaker | None = None
        api.opens = self._opened

    def start_over(self) -> None:
        """Forget the runtime that was: another one starts."""
        self.waiting, self._stage, self._request_id = None, Stage.STARTED, ""
        self._given, self._pieces = ({}, b""), None

    def deliver(
        self,
        request_id: str,
        headers: Mapping[str, str],
        event: bytes,
        pieces: PieceTaker | None = None,
    ) -> None:
        """Answer the runtime's question with an event; `pieces` takes what it streams."""
        assert self.waiting is not None
        waiting, self.waiting = self.waiting, None
        self._stage, self._request_id = Stage.RUNNING, request_id
        self._given, self._pieces = (headers, event), pieces
        self._hand(waiting)

    def take(self, request: Request) -> Event | None:
        """Answer a request, now or with the next event; return what it means, if anything."""
        if request.path == PING:
            self._api.reply(request, 200, body=b"pong", content_type=TEXT)
            return None
        if request.path in NOT_BUILT and request.method == "PUT":
            self._api.refuse(request, 202, *NOT_BUILT[request.path])
            return None
        path = request.path.removeprefix(API) if request.path.startswith(API) else ""
        outcome = OUTCOMES.get(path.rpartition("/")[2]) if path.count("/") == 2 else None
        method = "GET" if path in QUESTIONS else "POST"
        is_known = path in QUESTIONS or path in FAILURES or outcome is not None
        if not is_known or (path.startswith("restore/") and not self._restores):
            self._api.not_found(request)
        elif request.method != method:
            self._api.reply(request, 405, headers={"Allow": method}, body=b"")
        elif outcome is not None:
            return self._finished(request, *outcome)
        else:
            return self._failed(request, path) if path in FAILURES else self._asked(request)
        return None

    def _asked(self, request: Request) -> Event | None:
        if self._stage is Stage.RUNNING:
            self._hand(request)
            return None
        if self._stage is Stage.INIT_ERROR:
            self._refuse(request, str(Stage.READY))
            return None
        self._stage, self.waiting = Stage.READY, request
        return Event(Happening.NEXT, request)

    def _failed(self, request: Request, path: str) -> Event | None:
        step, happening = FAILURES[path]
        if self._stage is not Stage.STARTED:
            self._refuse(request, step)
            return None
        if happening is Happening.INIT_ERROR:
            self._stage = Stage.INIT_ERROR
        self._api.reply(request)
        return Event(happening, request)

    def _finished(self, request: Request, happening: Happening, step: str) -> Event | None:
        if not self._is_current(request):
            self._api.refuse(request, 400, "InvalidRequestID", "Invalid request ID")
        elif self._stage is not Stage.RUNNING:
            self._refuse(request, step)
        else:
            self._stage = Stage.RESPONDED
            if is_too_large(request):
                limit = f"Exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
                self._api.refuse(request, 413, "RequestEntityTooLarge", limit)
            else:
                self._api.reply(request)
            return Event(happening, request)
        return None

    def _opened(self, request: Request) -> Callable[[bytes], None] | None:
        """Say who takes the body of a request whose head has come."""
        pieces = self._pieces
        streams = request.headers.get(MODE, "").lower() == STREAMING
        if not (pieces and streams and self._stage is Stage.RUNNING and self._is_current(request)):
            return None
        content_type = request.headers.get("content-type", "")
        request.streamed = True
        return lambda data: pieces(content_type, data)

    def _is_current(self, request: Request) -> bool:
        words = request.path.removeprefix(API).split("/")
        return bool(self._request_id) and words[:2] == ["invocation", self._request_id]

    def _hand(self, request: Request) -> None:
        headers, event = self._given
        self._api.reply(request, 200, headers=headers, body=event)

    def _refuse(self, request: Request, step: str) -> None:
        message = NOT_ALLOWED.format(self._stage, step)
        self._api.refuse(request, 403, "InvalidStateTransition", message)


def is_too_large(request: Request) -> bool:
    """Tell whether a response is larger than one that is not streamed may be."""
    return not request.streamed and request.body_bytes > MAX_RESPONSE_BYTES
