"""The backends the labs are proved on: how each is started, reached, emptied and ended.

Everything listens on loopback only. LocalStack itself needs Docker and an account's token: it is
never started here, only joined where somebody runs it.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from helpers.cloud.client import NO_PROXY
from tools.ministack import ensure_ministack, running_ministack
from tools.notebooks.checkout import ROOT

LOCALSTACK_PORT = 4566
ENDS_WITHIN_S = 10
RESET_WITHIN_S = 60
READY = re.compile(r"ready at http://127\.0\.0\.1:(\d+)")


class Backend(StrEnum):
    """What a lab can run on, in the words of the command line."""

    EMBEDDED = "embedded"
    SERVED = "served"
    MINISTACK = "ministack"
    LOCALSTACK = "localstack"


TITLES: Mapping[Backend, str] = {
    Backend.EMBEDDED: "embedded cloud",
    Backend.SERVED: "kit.py serve as LocalStack",
    Backend.MINISTACK: "MiniStack",
    Backend.LOCALSTACK: "LocalStack",
}
STARTED_HERE = (Backend.EMBEDDED, Backend.SERVED, Backend.MINISTACK)


class NotHereError(Exception):
    """This machine cannot run that backend; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A running backend: where it is, what a kernel's environment says to get there, its reset.

    The embedded cloud has no place of its own: every kernel starts one.
    """

    backend: Backend
    endpoint: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    reset: Callable[[], None] = lambda: None


@contextlib.contextmanager
def running(backend: Backend, *, port: int = 0) -> Iterator[Target]:
    """Run a backend and yield how to reach it; NotHereError where it cannot run."""
    if backend is Backend.EMBEDDED:
        yield Target(backend)
    elif backend is Backend.SERVED:
        with _served(port) as address:
            yield _as_localstack(backend, address, "/_kit/reset")
    elif backend is Backend.MINISTACK:
        python = ensure_ministack()
        if python is None:
            raise NotHereError("MiniStack is not installed, and PyPI does not answer")
        with running_ministack(python) as endpoint:
            address = endpoint.removeprefix("http://")
            yield _as_localstack(backend, address, "/_ministack/reset")
    else:
        address = os.environ.get("LOCALSTACK_HOST") or f"localhost:{LOCALSTACK_PORT}"
        yield _as_localstack(backend, address, "/_localstack/state/reset")


def _as_localstack(backend: Backend, address: str, reset: str) -> Target:
    port = address.rpartition(":")[2]
    token = os.environ.get("LOCALSTACK_AUTH_TOKEN")
    environment = {
        "COLDSTART_BACKEND": "localstack",
        "LOCALSTACK_HOST": f"localhost:{port}",
        **({"LOCALSTACK_AUTH_TOKEN": token} if token and backend is Backend.LOCALSTACK else {}),
    }
    endpoint = f"http://127.0.0.1:{port}"
    return Target(backend, endpoint, environment, lambda: _post(f"{endpoint}{reset}"))


def _post(url: str) -> None:
    request = urllib.request.Request(url, data=b"", method="POST")
    with NO_PROXY.open(request, timeout=RESET_WITHIN_S) as answer:
        answer.read()


@contextlib.contextmanager
def _served(port: int) -> Iterator[str]:
    """Run what `kit.py serve --open` runs, which takes the keys that LocalStack's clients send."""
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.cloud.server", "--port", str(port), "--open"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={name: text for name, text in os.environ.items() if not name.startswith("AWS_")},
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        ready = READY.search(process.stdout.readline())
        if ready is None:
            raise NotHereError(f"kit.py serve did not start on port {port}")
        # nobody reads the rest, and a full pipe would stop the server
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"127.0.0.1:{ready[1]}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
