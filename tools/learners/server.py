"""JupyterLab's own server: what it takes once a page and a kernel have been asked for."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil

from helpers.cloud.client import NO_PROXY
from tools.learners.footprint import MB, memory_bytes

READY_WITHIN_S = 120
ENDS_WITHIN_S = 30


def server_mb() -> float:
    """Start JupyterLab in an empty folder, open its page and one kernel; return its memory."""
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="coldstart-server-") as folder:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                *("--ServerApp.ip=127.0.0.1", "--ServerApp.port=0"),
                *(f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}"),
                "--LabApp.news_url=None",
            ],
            env=_variables(Path(folder)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            url = _address(Path(folder, "runtime"), process)
            _ask(f"{url}lab", token)
            kernel = json.loads(_ask(f"{url}api/kernels", token, post={"name": "python3"}))
            taken = memory_bytes(psutil.Process(process.pid)) / MB
            _ask(f"{url}api/kernels/{kernel['id']}", token, method="DELETE")
        finally:
            process.terminate()
            process.wait(ENDS_WITHIN_S)
    return taken


def _variables(folder: Path) -> dict[str, str]:
    """Return variables with which the user's own Jupyter is neither read nor written."""
    places = {"RUNTIME": "runtime", "CONFIG": "config", "DATA": "data"}
    own = {f"JUPYTER_{name}_DIR": str(folder / place) for name, place in places.items()}
    lab = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    return os.environ | own | {name: str(folder / place) for name, place in lab.items()}


def _address(runtime: Path, process: subprocess.Popen[bytes]) -> str:
    """Return where the server answers, as it wrote it down."""
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            try:
                return str(json.loads(file.read_text())["url"])
            except ValueError:  # it is being written
                continue
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start within {READY_WITHIN_S} s.")


def _ask(url: str, token: str, *, post: Any = None, method: str | None = None) -> bytes:
    request = urllib.request.Request(
        url,
        data=None if post is None else json.dumps(post).encode(),
        headers={"Authorization": f"token {token}"},
        method=method,
    )
    until = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            with NO_PROXY.open(request, timeout=READY_WITHIN_S) as response:
                return bytes(response.read())
        except urllib.error.HTTPError:
            raise
        except OSError:  # it has written where it will listen
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
