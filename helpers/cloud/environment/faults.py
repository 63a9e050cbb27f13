"""Why an invocation failed, in AWS's error types and sentences.

Source: awslambdaric (errors the runtime reports), the Runtime Interface Emulator's error
constants and what it makes of other types (GetValidRuntimeOrFunctionErrorType),
docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html.
"""

from __future__ import annotations

import json
import re
import signal
from dataclasses import dataclass, replace

from helpers.cloud.json_text import read_json
from helpers.cloud.logs import Status
from helpers.cloud.model import MAX_RESPONSE_BYTES

TYPE_OF_LAMBDA = re.compile(r"(Runtime|Function)\.[A-Z][a-zA-Z]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """A failed phase: REPORT's status (error or timeout), the error type, and the payload.

    `from_runtime` says that the handler raised: the runtime is well and REPORT tells nothing.
    `cause` is what the runtime says of it for X-Ray, as JSON.
    """

    status: Status
    error_type: str
    message: str = ""
    body: bytes = b""
    from_runtime: bool = False
    cause: str = ""

    @property
    def logged_type(self) -> str:
        """The type in Lambda's log lines: a failed init with a class of one's own is unknown."""
        if not self.body or self.from_runtime or TYPE_OF_LAMBDA.search(self.error_type):
            return self.error_type
        return "Function.Unknown" if self.error_type.startswith("Function.") else "Runtime.Unknown"

    @property
    def payload(self) -> bytes:
        """The error as the caller receives it."""
        if self.body:
            return self.body
        error = {"errorType": self.error_type, "errorMessage": self.message}
        return json.dumps(error, separators=(",", ":")).encode()

    def that_ended_the_runtime(self) -> Fault:
        """Return the same payload as the fault of a runtime that exited because of it."""
        return replace(self, error_type="Runtime.ExitError", body=self.payload, from_runtime=False)

    @classmethod
    def reported(cls, body: bytes, *, from_runtime: bool = False, cause: str = "") -> Fault:
        """Return the fault that the runtime posted as JSON."""
        try:
            error_type = str(read_json(body).get("errorType", ""))
        except (ValueError, AttributeError):
            error_type = "Runtime.Unknown"
        return cls(Status.ERROR, error_type, body=body, from_runtime=from_runtime, cause=cause)

    @classmethod
    def timed_out(cls, request_id: str, timeout_s: float) -> Fault:
        """Return the fault of an invocation that took longer than its timeout."""
        message = f"RequestId: {request_id} Error: Task timed out after {timeout_s:.2f} seconds"
        return cls(Status.TIMEOUT, "Sandbox.Timedout", message)

    @classmethod
    def named(cls, error_type: str, how: str, request_id: str) -> Fault:
        """Return a fault of this type, with how it came about."""
        return cls(Status.ERROR, error_type, f"RequestId: {request_id} Error: {how}")

    @classmethod
    def out_of_memory(cls, request_id: str) -> Fault:
        """Return the fault of an environment that was killed at its memory limit."""
        message = f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
        return cls(Status.ERROR, "Runtime.OutOfMemory", message)


def exit_fault(code: int, request_id: str) -> Fault:
    """Return the fault of a runtime that exited; a negative code is minus the signal."""
    if code == 0:
        how = "Runtime exited without providing a reason"
    elif code > 0:
        how = f"Runtime exited with error: exit status {code}"
    else:
        how = f"Runtime exited with error: signal: {_signal_words(-code)}"
    return Fault(Status.ERROR, "Runtime.ExitError", f"RequestId: {request_id} Error: {how}")


def too_large_fault() -> Fault:
    """Return the fault of an answer above the response limit."""
    message = (
        f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
    )
    return Fault(Status.ERROR, "Function.ResponseSizeTooLarge", message, from_runtime=True)


def _signal_words(number: int) -> str:
    words = signal.strsignal(number) or f"signal {number}"
    return words.lower()
