"""A pure-Python stand-in for awslambdaric's native `runtime_client` (macOS, Windows).

It runs inside execution environments, under the native module's name and with its four functions:
the long poll for the next event, the answer, and the error. One kept-alive connection.

Source: the Runtime API, docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import http.client
import os
import sys
import time

_ROOT = "/2018-06-01/runtime/invocation/"
_headers: dict[str, str] = {}
_connections: list[http.client.HTTPConnection] = []


def initialize_client(user_agent: str) -> None:
    """Remember how the runtime names itself."""
    _headers["User-Agent"] = user_agent


def next() -> tuple[bytes, dict[str, str | int]]:  # noqa: A001 - the native module's name
    """Wait for the next event; return its bytes and the headers that describe it."""
    status, event, headers = _exchange("GET", "next")
    if status >= http.HTTPStatus.BAD_REQUEST:
        raise RuntimeError("Failed to get next")
    # the native module hands the deadline over as a number, and the context reckons with it
    deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])
    return event, {**headers, "Lambda-Runtime-Deadline-Ms": deadline_ms}


def post_invocation_result(
    invoke_id: str, data: bytes, content_type: str, invocation_id: str | None = None
) -> None:
    """Hand in the answer of one invocation; raises RuntimeError when it is refused."""
    path, headers = f"{invoke_id}/response", {"Content-Type": content_type}
    _post(path, data, headers, "success", "Failed to post invocation response")


def post_error(
    invoke_id: str, data: str, xray_fault: str, invocation_id: str | None = None
) -> None:
    """Hand in the error of one invocation."""
    headers = {"Content-Type": "application/json"}
    if xray_fault:
        headers["lambda-runtime-function-xray-error-cause"] = xray_fault
    path, complaint = f"{invoke_id}/error", "Failed to post invocation error"
    _post(path, data.encode(), headers, "failure", complaint)


def _post(path: str, data: bytes, headers: dict[str, str], kind: str, complaint: str) -> None:
    """Post an outcome; say what the native module says when it is refused."""
    status, answer, _ = _exchange("POST", path, data, headers)
    if status >= http.HTTPStatus.BAD_REQUEST:
        sys.stderr.write(
            f"[ERROR] [{int(time.time() * 1000)}] LAMBDA_RUNTIME Failed to post handler {kind} "
            f"response. Http response code: {status}. {answer.decode(errors='replace')}\n"
        )
        raise RuntimeError(complaint)


def _exchange(
    method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes, dict[str, str]]:
    if not _connections:
        _connections.append(http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"]))
    connection = _connections[0]
    connection.request(method, _ROOT + path, body, {**_headers, **(headers or {})})
    response = connection.getresponse()
    return response.status, response.read(), dict(response.getheaders())
