"""Faults carry AWS's error types and sentences."""

from __future__ import annotations

import json
import signal

import pytest

from helpers.cloud.environment.faults import Fault, exit_fault, too_large_fault
from helpers.cloud.logs import Status


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (0, "Runtime exited without providing a reason"),
        (1, "Runtime exited with error: exit status 1"),
        (255, "Runtime exited with error: exit status 255"),
        (-signal.SIGKILL, "Runtime exited with error: signal: killed"),
        (-signal.SIGTERM, "Runtime exited with error: signal: terminated"),
        (-signal.SIGSEGV, "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_exit(code: int, sentence: str) -> None:
    """An exit is a Runtime.ExitError that says how the process ended."""
    fault = exit_fault(code, "id-1")
    expected = {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: id-1 Error: {sentence}",
    }
    assert json.loads(fault.payload) == expected
    assert (fault.status, fault.from_runtime) == (Status.ERROR, False)


def test_timeout() -> None:
    """A timeout has two decimals and status timeout."""
    fault = Fault.timed_out("id-1", 3)
    assert fault.status is Status.TIMEOUT
    assert json.loads(fault.payload) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: id-1 Error: Task timed out after 3.00 seconds",
    }


def test_reported_error_is_passed_on_as_it_came() -> None:
    """What the runtime posted is the payload, byte for byte."""
    body = b'{"errorMessage": "boom", "errorType": "ValueError"}'
    fault = Fault.reported(body, from_runtime=True)
    assert (fault.payload, fault.error_type, fault.from_runtime) == (body, "ValueError", True)


@pytest.mark.parametrize("body", [b"no json", b"[1]", b"null"])
def test_reported_nonsense_is_unknown(body: bytes) -> None:
    """An error that is no JSON object is passed on as Runtime.Unknown."""
    assert Fault.reported(body).error_type == "Runtime.Unknown"


def test_too_large() -> None:
    """A response above the limit names the limit, and the runtime goes on."""
    fault = too_large_fault()
    assert fault.error_type == "Function.ResponseSizeTooLarge"
    assert "(6291556 bytes)" in fault.message
    assert fault.from_runtime
