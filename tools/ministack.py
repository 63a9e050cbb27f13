"""MiniStack, the peer that runs Lambda functions without Docker, for comparison: bench and proof.

Installed once from PyPI into an environment of its own under the user's cache, started on
loopback only, and ended with the comparison. It never becomes a dependency of the kit.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.emulator import cache_folder
from tools.launch.setup_lock import setup_lock
from tools.ports import free_port

VERSION = "1.5.33"
READY_WITHIN_S = 60
ACCOUNT_ID = "123456789012"
"""The account of every ARN in the labs; without it, requests without a key meet another one."""


def ensure_ministack() -> Path | None:
    """Return MiniStack's Python; None where it cannot be installed (no network yet).

    Two workers of the tests may ask at once: one installs, and the other finds it done.
    """
    folder = cache_folder() / f"ministack-{VERSION}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = folder / "installed"
    if done.exists():
        return python
    folder.parent.mkdir(parents=True, exist_ok=True)
    with setup_lock(folder.with_name(f"{folder.name}.lock")):
        if not done.exists() and not _install(folder, python):
            return None
        done.touch()
    return python


def _install(folder: Path, python: Path) -> bool:
    venv.create(folder, with_pip=True, clear=True)
    # boto3 goes along: its functions run in this environment, and handlers import it
    command = [str(python), "-m", "pip", "install", "--quiet", "--retries", "1"]
    command += [f"ministack=={VERSION}", "boto3"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def running_ministack(python: Path) -> Iterator[str]:
    """Run MiniStack and yield its endpoint; it ends with its workers and their folders."""
    port = free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "EDGE_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "ERROR",
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
    }
    with tempfile.TemporaryDirectory(prefix="ministack-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [str(python.with_name("ministack"))],
            env={**kept, **settings, "TMPDIR": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        endpoint = f"http://127.0.0.1:{port}"
        try:
            _wait_until_ready(process, endpoint)
            yield endpoint
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if os.name != "nt":
        # its workers are in its group, and outlive it when it is busy with them
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait_until_ready(process: subprocess.Popen[bytes], endpoint: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{endpoint}/_localstack/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    print(f"MiniStack {VERSION} did not get ready.", file=sys.stderr)
    raise RuntimeError("MiniStack did not get ready")
