"""The processes of this user: number, parent and command.

Read from /proc, or asked of `ps`. Left out: Windows, which has neither; there the list is empty.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePath

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One running process."""

    number: int
    parent: int
    command: tuple[str, ...]

    @property
    def is_python(self) -> bool:
        """Say whether its program is a Python."""
        return bool(self.command) and "python" in PurePath(self.command[0]).name.lower()

    def runs(self, module: str) -> bool:
        """Say whether it was started as `python -m module`."""
        return self.is_python and ("-m", module) in zip(
            self.command, self.command[1:], strict=False
        )

    def option(self, name: str, default: str) -> str:
        """Return the word after an option of its command line."""
        words = dict(zip(self.command, self.command[1:], strict=False))
        return words.get(name, default)


def processes() -> list[Process]:
    """Return this user's processes; empty where they cannot be listed."""
    if os.name == "nt":
        return []
    if (PROC / "self" / "stat").exists():
        found = [_of_proc(folder) for folder in PROC.iterdir() if folder.name.isdecimal()]
        return [process for process in found if process is not None]
    return _of_ps()


def process(number: int) -> Process | None:
    """Return one process; None if it is gone, or somebody else's."""
    return next((found for found in processes() if found.number == number), None)


def _of_proc(folder: Path) -> Process | None:
    try:
        if folder.stat().st_uid != os.getuid():
            return None
        words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        # the program's name, in parentheses, may hold spaces
        parent = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1]
    except (OSError, IndexError):  # it ended meanwhile
        return None
    return Process(int(folder.name), int(parent), tuple(map(os.fsdecode, words)))


def _of_ps() -> list[Process]:
    command = ["ps", "-x", "-ww", "-o", "pid=,ppid=,command="]
    try:
        listing = subprocess.run(command, capture_output=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [line.split() for line in listing.decode(errors="replace").splitlines()]
    return [
        Process(int(row[0]), int(row[1]), tuple(row[2:]))
        for row in rows
        if len(row) > 2 and row[0].isdecimal() and row[1].isdecimal()
    ]
