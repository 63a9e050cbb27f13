"""Folders that must take files: the kit's own, the user's home, the temporary one."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from helpers.firstaid.finding import Finding, Mark

SET_UP_BYTES = 1_000_000_000
TEMPORARY_BYTES = 512_000_000
"""What a handler's /tmp may hold unless a function asks for more; pip unpacks there as well."""


def home() -> Path:
    """Return the user's home folder; without any, the name for it, which cannot be written."""
    return Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() fails without any


def kit_folder(folder: Path) -> Finding:
    """Say whether `.venv` and the learner's copies can be written beside kit.py."""
    return _writable(
        "kit's folder",
        folder,
        "it belongs to somebody else, or is read-only",
        "copy the kit to a folder of your own and run it there",
        "not-writable",
    )


def home_folder(folder: Path) -> Finding:
    """Say whether JupyterLab can keep its settings, and a lab the learner's progress."""
    return _writable(
        "home folder",
        folder,
        "JupyterLab writes there before it shows a page, and a lab keeps your progress there",
        'mkdir -p work/home && export HOME="$PWD/work/home"',
        "read-only-home",
    )


def temporary_folder() -> Finding:
    """Say whether the temporary folder can be written and has room for packages."""
    try:
        folder = Path(tempfile.gettempdir())
    except OSError as error:
        return _no_temporary_folder(str(error))
    found = _writable(
        "temporary folder",
        folder,
        "the local account and pip work there",
        "mkdir -p ~/tmp && export TMPDIR=~/tmp",
        "temporary-folder",
    )
    if not found.is_well:
        return found
    free = shutil.disk_usage(folder).free
    if free >= TEMPORARY_BYTES:
        return found
    return Finding(
        Mark.WARN,
        "temporary folder",
        f"only {free // 1_000_000} MB are free in {str(folder)!r}",
        "pip unpacks there, and each function's /tmp may fill 512 MB of it",
        "mkdir -p ~/tmp && export TMPDIR=~/tmp",
        "temporary-folder",
    )


def disk(folder: Path, *, needed: bool) -> Finding:
    """Say whether a set-up fits; `needed` is whether one is still to come."""
    free = shutil.disk_usage(folder).free
    seen = f"{free / 1e9:.1f} GB free"
    if free >= SET_UP_BYTES or not needed:
        return Finding(Mark.OK, "disk", seen)
    why = "a set-up needs about 400 MB, and twice that while packages are unpacked"
    return Finding(Mark.FAIL, "disk", seen, why, f"free 1 GB where {str(folder)!r} lies", "disk")


def _no_temporary_folder(complaint: str) -> Finding:
    return Finding(
        Mark.FAIL,
        "temporary folder",
        complaint,
        "no folder for temporary files can be written",
        "mkdir -p ~/tmp && export TMPDIR=~/tmp",
        "temporary-folder",
    )


def _writable(subject: str, folder: Path, why: str, command: str, anchor: str) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding(Mark.OK, subject, f"{str(folder)!r} can be written")
    except OSError as error:
        seen = f"{str(folder)!r} cannot be written: {error.strerror}"
        return Finding(Mark.FAIL, subject, seen, why, command, anchor)
