"""What code that nobody trusts may use: variables, resources, processes, memory.

POSIX limits are set in the process itself before any cell runs; the watch looks at the whole tree
of processes and works everywhere. Left out: Windows' job objects; there the watch is all.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

MB = 1024 * 1024
KEPT = (
    "PATH",
    "LANG",
    "TZ",
    "LD_LIBRARY_PATH",
    "COLDSTART_FILE_LEVEL",
    # Windows starts no Python without them
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "NUMBER_OF_PROCESSORS",
)
LOOK_EVERY_S = 0.1
LOOKS_PER_ROUND = 5
"""Everything is looked at once while the desk is looked at so often."""
LOOKS_AT_A_TREE = 5
HALF_READ = (IndexError, ValueError)
"""What psutil raises for any process of the machine whose file in /proc is empty as it ends."""
PER_NAMESPACE_SINCE = (5, 14)
"""The kernel that counts RLIMIT_NPROC by user namespace; before, it counts all that a user runs."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a learner's notebook, and everything that runs for it, may take at most."""

    cell_s: float = 60
    lab_cell_s: float = 180
    check_s: float = 240
    cpu_s: int = 900
    address_space_mb: int = 4096
    desk_memory_mb: int = 1536
    desk_processes: int = 64
    all_memory_mb: int = 4096
    all_processes: int = 400
    file_mb: int = 256


def scrubbed(environ: Mapping[str, str], home: Path, root: Path) -> dict[str, str]:
    """Return the variables for a process with a home of its own: no key, no name, no folder."""
    kept = {n: v for n, v in environ.items() if n.upper() in KEPT or n.startswith("LC_")}
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(home),
        "TEMP": str(home),
        "TMP": str(home),
        "COLDSTART_DATA": str(home / "data"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def limit_this_process(limits: Limits, *, is_confined: bool) -> None:
    """Set what the system will enforce on this process and all it starts."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - there is none on Windows

    wanted = {"RLIMIT_CORE": 0, "RLIMIT_CPU": limits.cpu_s, "RLIMIT_FSIZE": limits.file_mb * MB}
    if sys.platform == "linux":
        wanted["RLIMIT_AS"] = limits.address_space_mb * MB
        if is_confined and kernel_version() >= PER_NAMESPACE_SINCE:
            wanted["RLIMIT_NPROC"] = 4 * limits.desk_processes  # it counts threads too
    for name, value in wanted.items():
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (most, most))
    os.nice(10)  # whoever watches comes first


def kernel_version() -> tuple[int, ...]:
    """Return the first two numbers of the kernel's version."""
    return tuple(int(part) for part in re.findall(r"\d+", platform.release())[:2])


class Watch:
    """Looks at the processes below this one until told to stop; `act(what)` at the first excess.

    `desk` says which process is the desk's, as soon as there is one.
    """

    def __init__(
        self, limits: Limits, desk: Callable[[], int | None], act: Callable[[str, bool], None]
    ) -> None:
        self._limits = limits
        self._desk = desk
        self._act = act
        self._over = threading.Event()
        threading.Thread(target=self._look, name="watch", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _look(self) -> None:
        me, looks = psutil.Process(), 0
        while not self._over.wait(LOOK_EVERY_S):
            desk, looks = self._desk(), looks + 1
            excess = self._excess_of(desk, self._limits.desk_processes, self._limits.desk_memory_mb)
            if excess:
                self._act(excess, True)
                self._over.wait(1)  # what was killed needs a moment to be gone
                continue
            if looks % LOOKS_PER_ROUND:
                continue
            limits = self._limits
            excess = self._excess_of(me.pid, limits.all_processes, limits.all_memory_mb)
            if excess:
                self._act(excess, False)
                return

    def _excess_of(self, pid: int | None, processes: int, memory_mb: int) -> str:
        if pid is None:
            return ""
        tree = _tree(pid)[1:]
        if len(tree) > processes:
            alive = sum(_is_alive(process) for process in tree)
            if alive > processes:
                return f"{alive} processes at once; {processes} are allowed"
        used_mb = sum(_resident_bytes(process) for process in tree) // MB
        if used_mb > memory_mb:
            return f"{used_mb:,} MB of memory; {memory_mb:,} MB are allowed"
        return ""


def _tree(pid: int) -> list[psutil.Process]:
    """Return a process and everything below it; nothing when it is gone."""
    found: list[psutil.Process] = []
    for _ in range(LOOKS_AT_A_TREE):
        try:
            found = [psutil.Process(pid)]
            return [*found, *found[0].children(recursive=True)]
        except psutil.Error:
            return []
        except HALF_READ:
            continue
    return found


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, *HALF_READ):
        return False


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except (psutil.Error, *HALF_READ):
        return 0


def kill_tree(pid: int) -> None:
    """Kill a process and everything below it."""
    tree = _tree(pid)
    for process in tree:
        try:
            process.kill()
        except (psutil.Error, *HALF_READ):
            continue
    deadline = time.monotonic() + 5
    while any(map(_is_alive, tree)) and time.monotonic() < deadline:
        time.sleep(0.02)
