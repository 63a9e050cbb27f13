"""A first look when something is odd: the cloud, the Python, the packages, the progress file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from helpers.course.account import Account
from helpers.course.progress import Progress
from helpers.views.card import Card
from helpers.views.panel import Tone

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("boto3", "moto", "awslambdaric", "jupyterlab", "ipykernel")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: its name, whether it is well, and what was seen or can be done."""

    name: str
    well: bool
    words: str


def examine(account: Account, progress: Progress) -> Card:
    """Look at everything a lab stands on and say what to do about what is not well."""
    findings = [
        _cloud(account),
        Finding("Settings", True, str(account.shielded)),
        _python(),
        *map(_package, PACKAGES),
        _progress(progress),
    ]
    ill = [finding for finding in findings if not finding.well]
    lines = tuple((f.name, f"{'✔' if f.well else '✖'} {f.words}") for f in findings)
    heading = "Everything a lab needs is there" if not ill else f"{len(ill)} things need a look"
    return Card(Tone.GOOD if not ill else Tone.WAIT, heading, lines)


def _cloud(account: Account) -> Finding:
    return _asked("Cloud", account.cloud.health, account.cloud.endpoint)


def _asked(name: str, ask: Callable[[], dict[str, Any]], endpoint: str) -> Finding:
    try:
        health = ask()
    except Exception as error:
        # whatever goes wrong here is the finding
        return Finding(name, False, f"{endpoint} does not answer ({error}). Restart the kernel.")
    if not health:
        return Finding(name, True, f"{endpoint} answers and is not the kit's own cloud")
    level = health.get("file_level", "?")
    return Finding(name, health.get("status") == "ready", f"{endpoint}, file level {level}")


def _python() -> Finding:
    number = ".".join(map(str, sys.version_info[:3]))
    environment = CHECKOUT / ".venv"
    if Path(sys.prefix).resolve() == environment.resolve():
        return Finding("Python", True, f"{number}, the kit's .venv")
    if not environment.exists():
        return Finding("Python", True, f"{number} in {sys.prefix}")
    return Finding(
        "Python",
        False,
        f"{number} in {sys.prefix}, not the kit's .venv. Run: python3 kit.py lab",
    )


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, "is missing. Run: pip install -r requirements.txt")


def _progress(progress: Progress) -> Finding:
    path = progress.path
    folder = next(parent for parent in path.parents if parent.exists())
    if not os.access(folder, os.W_OK):
        return Finding("Progress", False, f"{folder} cannot be written. Set COLDSTART_DATA.")
    note = progress.note()
    return Finding("Progress", not note, note or str(path))
