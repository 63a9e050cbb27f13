"""How a phase of an environment ended, and the runtime's answer read as such an ending."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.cloud.environment.faults import Fault, too_large_fault
from helpers.cloud.environment.runtime_calls import Event, Happening, is_too_large
from helpers.cloud.environment.runtime_requests import Request
from helpers.cloud.logs import Status
from helpers.cloud.model import Invocation, InvocationResult

XRAY_CAUSE = "lambda-runtime-function-xray-error-cause"
ERROR_TYPE, ERROR_BODY = "lambda-runtime-function-error-type", "lambda-runtime-function-error-body"


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


@dataclass(frozen=True, slots=True)
class Restored:
    """How an environment was restored from a snapshot, in milliseconds.

    `billed_ms` counts from the moment the copy exists: the runtime and its after-restore hooks.
    """

    duration_ms: float
    billed_ms: float
    fault: Fault | None = None


def answer_of(event: Event, duration_ms: float) -> Ending:
    """Return the ending that the runtime's response or error is."""
    assert event.request is not None
    request = event.request
    if event.happening is Happening.ERROR:
        cause = request.headers.get(XRAY_CAUSE, "")
        body = bytes(request.body)
        return Ending(duration_ms, Fault.reported(body, from_runtime=True, cause=cause))
    if is_too_large(request):
        return Ending(duration_ms, too_large_fault())
    if ERROR_TYPE in request.trailers:
        return Ending(duration_ms, _fault_of_stream(request))
    return Ending(duration_ms, payload=bytes(request.body))


def _fault_of_stream(request: Request) -> Fault:
    """Return the fault that a streaming runtime told of when it could not go on."""
    error_type = request.trailers[ERROR_TYPE]
    try:
        body = base64.b64decode(request.trailers.get(ERROR_BODY, ""), validate=True)
    except ValueError:
        body = b""
    body = body or json.dumps({"errorType": error_type, "errorMessage": ""}).encode()
    return Fault(Status.ERROR, error_type, body=body, from_runtime=True)


def invocation_headers(invocation: Invocation, deadline: float) -> dict[str, str]:
    """Return what goes with an event to the runtime; `deadline` is Unix seconds."""
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
