"""Between this server's requests and a WSGI application: the environ, and the collected answer.

The raw path goes along as RAW_URI: S3 keys hold characters that decoding would lose.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from helpers.cloud.http_messages import HttpAnswer, HttpRequest

PRESERVED_NAMES = "moto.preserved_header_names"


def call(
    application: Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]],
    request: HttpRequest,
    *,
    port: int,
) -> HttpAnswer:
    """Run the application on one request and return its whole answer."""
    started: list[Any] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        started[:] = [int(status.split(" ", 1)[0]), headers]
        return body.append

    body: list[bytes] = []
    result = application(_environ(request, port), start_response)
    try:
        body.extend(result)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    status, headers = started
    return HttpAnswer(status, list(headers), b"".join(body))


def _environ(request: HttpRequest, port: int) -> dict[str, Any]:
    target = request.path + (f"?{request.query}" if request.query else "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "RAW_URI": target,
        "REQUEST_URI": target,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    preserved = {}
    for name in request.header_names:
        key = name.upper().replace("-", "_")
        if key in ("CONTENT_LENGTH", "TRANSFER_ENCODING", "EXPECT"):
            continue
        if key != "CONTENT_TYPE":
            key = f"HTTP_{key}"
        if "_" in name and name.lower().startswith("x-amz-meta-"):
            preserved[key] = name
        elif "_" in name:
            continue  # it would pass for the header with dashes
        environ[key] = request.headers[name.lower()]
    environ[PRESERVED_NAMES] = preserved
    return environ
