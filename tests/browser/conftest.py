"""JupyterLab as `kit.py lab` starts it, in a copy of the kit, and a headless Chromium."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.notebook import KERNEL_IDLE
from tests.browser.sheet import chromium, desk, shared_desk
from tools.ports import free_port

__all__ = ["chromium", "desk", "shared_desk"]  # fixtures of every module here

expect.set_options(timeout=60_000)  # Playwright's five seconds are few on a busy machine

HOME = Path(__file__).resolve().parents[2]
COPIED = (
    "kit.py",
    "tools",
    "helpers",
    "labs",
    "solutions",
    "requirements.lock",
    "requirements-dev.lock",
)


@dataclass
class JupyterLab:
    """A running JupyterLab on one lab."""

    url: str
    work: Path
    process: subprocess.Popen[bytes]
    problems: list[str] = field(default_factory=list)


@pytest.fixture
def lab_name() -> str:
    """Name the lab to open; a module that drives another lab overrides this."""
    return "00-welcome"


@pytest.fixture
def jupyterlab(tmp_path: Path, lab_name: str) -> Iterator[JupyterLab]:
    """Start `kit.py lab` in a copy of the kit with a data folder of its own; end it afterwards."""
    home = tmp_path / "the kit"
    home.mkdir()
    for name in COPIED:
        source = HOME / name
        if source.is_dir():
            shutil.copytree(source, home / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copyfile(source, home / name)
    (home / ".venv").symlink_to(HOME / ".venv")
    _settings(tmp_path / "settings")
    port, token = free_port(), secrets.token_hex(16)
    process = subprocess.Popen(
        [
            sys.executable,
            "kit.py",
            "lab",
            lab_name,
            "--",
            "--no-browser",
            "--LabApp.expose_app_in_browser=True",
            f"--ServerApp.port={port}",
            f"--IdentityProvider.token={token}",
        ],
        cwd=home,
        env=os.environ
        | {
            "COLDSTART_DATA": str(tmp_path / "data"),
            "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
            "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        },
        stdout=(tmp_path / "jupyter.log").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_until(lambda: _answers(f"{base}/api", process), 120, "JupyterLab answers")
        yield JupyterLab(
            f"{base}/lab/tree/work/{lab_name}.ipynb?token={token}", home / "work", process
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def page(chromium: Browser, jupyterlab: JupyterLab) -> Iterator[Page]:
    """Open the lab and wait until its kernel is idle."""
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    page.on("pageerror", lambda error: jupyterlab.problems.append(str(error)))
    page.goto(jupyterlab.url)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_function(KERNEL_IDLE, timeout=60_000)
    yield page
    page.close()


def _settings(folder: Path) -> None:
    # all cells stay in the page, and no dialog asks about the kernel
    notebook = folder / "@jupyterlab" / "notebook-extension"
    notebook.mkdir(parents=True)
    (notebook / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise RuntimeError("kit.py lab ended before it answered")
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return bool(re.search(rb"version", response.read()))
    except (urllib.error.URLError, OSError):
        return False


def _wait_until(condition: Callable[[], bool], timeout_s: float, what: str) -> None:

    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {timeout_s} s: {what}")
        time.sleep(0.1)
