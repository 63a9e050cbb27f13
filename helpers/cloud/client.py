"""A handle on a running cloud, and how to start one as a child of this process.

Standard library only: it is imported by kernels and tests, before anything heavy. The child runs
in a session of its own, so that an interrupt of the kernel does not touch it, and ends when the
pipe that this process holds is closed, however this process ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

READY_WITHIN_S = 60
END_WITHIN_S = 5
GLIBC_HEAP = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "MALLOC_MMAP_THRESHOLD_": "131072",
}
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class CloudError(RuntimeError):
    """The cloud could not be started or refused; the message says what to do.

    `anchor` names the section of TROUBLESHOOTING.md that says more.
    """

    def __init__(self, message: str, *, anchor: str = "") -> None:
        super().__init__(message)
        self.anchor = anchor
        if anchor:
            self.add_note(f"More: TROUBLESHOOTING.md#{anchor}")


class CloudLostError(CloudError):
    """Nothing answers where the cloud was."""


@dataclass(frozen=True)
class Cloud:
    """A running local account: where it is, and the administrator's key."""

    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    token: str = field(repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    def health(self) -> dict[str, Any]:
        """Return what the cloud says of itself."""
        return self._call("GET", "health")

    def reset(self) -> None:
        """Empty the account."""
        self._call("POST", "reset")

    def config(self, **settings: object) -> dict[str, Any]:
        """Change settings (`time_lapse=60`, `cpu_share=True`) and return all of them."""
        return self._call("POST", "config", settings)

    def records(self, since: int = 0) -> dict[str, Any]:
        """Return the records from number `since` on, with `epoch`, `next` and `dropped`."""
        return self._call("GET", f"records?since={since}")

    def fault(self, **fault: object) -> list[dict[str, Any]]:
        """Plan a fault (`action`, `error`, `times`...); return all that are to come."""
        return list(self._call("POST", "fault", fault)["faults"])

    def schedules(self, **query: object) -> dict[str, list[str]]:
        """Return the coming moments of schedules, or of an `expression`, in UTC."""
        return dict(self._call("GET", f"schedules?{urllib.parse.urlencode(query)}"))

    def stop(self) -> None:
        """End a cloud that this process started; does nothing to one it joined."""
        process = self.process
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def _call(self, method: str, path: str, document: object = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.endpoint}/_kit/{path}",
            method=method,
            data=None if document is None else json.dumps(document).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with NO_PROXY.open(request, timeout=30) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            with contextlib.suppress(ValueError, KeyError, TypeError):
                text = json.loads(text)["message"]
            raise CloudError(
                f"The cloud refused {method} /_kit/{path}: {text}", anchor="refused"
            ) from error
        except OSError as error:
            raise CloudLostError(
                f"The local account at {self.endpoint} does not answer ({error}). It has ended or "
                "was never there. Restart the kernel, or start it again: python3 kit.py serve",
                anchor="account-gone",
            ) from error


def start_cloud(*, settings: Mapping[str, object] | None = None) -> Cloud:
    """Start a cloud that ends with this process, and wait until it answers."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            # -P: a queue.py beside the notebook must not take the library's place
            [sys.executable, "-P", "-m", "helpers.cloud.server", "--child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=_clean_environment(),
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(OSError):
            process.stdin.write(json.dumps(dict(settings or {})).encode() + b"\n")
            process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            process.stdin.close()
            process.wait()
            complaints.seek(0)
            text = complaints.read().decode(errors="replace").strip()
            raise CloudError(
                f"The local account did not start.\n{text}\n"
                "Diagnose this machine with: python3 kit.py doctor",
                anchor="account-did-not-start",
            )
    greeting = json.loads(line)
    return Cloud(process=process, **greeting)


def _clean_environment() -> dict[str, str]:
    """Return this process's variables without AWS's: the cloud must not find a real account.

    It has a thread per connection; glibc would keep a heap for each, and hold on to freed memory.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return GLIBC_HEAP | kept
