from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from helpers.firstaid import endpoint, ports

DEAD = "http://127.0.0.1:1"
"""Nothing listens at port 1, and no program is given it by chance."""

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Stranger:
    """A small server of our own: what it answers by path, and how far its clock is off."""

    answers: dict[str, Any] = field(default_factory=dict)
    ahead_s: float = 0.0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever is asked take as long as a busy machine needs."""
    monkeypatch.setattr(endpoint, "TIMEOUT_S", 60.0)
    monkeypatch.setattr(ports, "SHORT_S", 60.0)


@pytest.fixture
def stranger(patient: None) -> Iterator[Stranger]:
    """A server on a port of its own that answers what a test tells it to."""
    known = Stranger()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append(self.path)
            body = known.answers.get(self.path)
            content = json.dumps({} if body is None else body).encode()
            self.send_response_only(known.status if body is not None else 404)
            self.send_header("Date", formatdate(time.time() + known.ahead_s, usegmt=True))
            self.send_header("Content-Length", str(len(content)))
            for name, value in known.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield known
        server.shutdown()
        thread.join()


@pytest.fixture
def in_namespace(tmp_path: Path) -> Callable[[str, str], str]:
    """Run Python lines where a file system with these options is mounted at `tmp_path/mounted`."""
    place = tmp_path / "mounted"
    place.mkdir()

    def run(options: str, lines: str) -> str:
        script = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"'
        python = [sys.executable, "-c", lines, str(place)]
        result = subprocess.run(
            [*NAMESPACE, "sh", "-c", script, "sh", options, str(place), *python],
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=60,
            check=True,
        )
        return result.stdout

    if not _may_mount():
        pytest.skip("this system forbids mount namespaces to users")
    return run


NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


def _may_mount() -> bool:
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    probe = [*NAMESPACE, "mount", "-t", "tmpfs", "t", "/opt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0
