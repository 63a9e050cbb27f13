"""An HTTP server on loopback that plays an endpoint: answers by path, and remembers the calls."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HEALTH = {"services": {"lambda": "running", "s3": "available"}, "edition": "pro", "version": "4.9"}
INFO = {"version": "4.9.2", "edition": "pro", "is_license_activated": True}
NOBODY = "http://127.0.0.1:9"
"""The port of the discard service, which no machine of today runs."""
LOCALSTACK = {
    "GET /_localstack/health": HEALTH,
    "GET /_localstack/info": INFO,
    "POST /_localstack/state/reset": {},
}


@dataclass
class Endpoint:
    """What is answered (anything else gets 404), and what was asked.

    With `elsewhere`, every answer is a redirect to there.
    """

    answers: Mapping[str, Any]
    url: str = ""
    calls: list[str] = field(default_factory=list)
    elsewhere: str = ""


@contextmanager
def endpoint(answers: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Serve answers until the block ends."""
    played = Endpoint(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            call = f"{self.command} {self.path}"
            played.calls.append(call)
            known = call in played.answers
            self.send_response(302 if played.elsewhere else 200 if known else 404)
            if played.elsewhere:
                self.send_header("Location", f"{played.elsewhere}{self.path}")
            self.end_headers()
            self.wfile.write(json.dumps(played.answers[call]).encode() if known else b"<Error/>")

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
