"""How much memory and how many processors this process may use: the machine's, or its group's.

Standard library only. In a container, or on a hub that limits its users, the limit of the control
group counts: https://docs.kernel.org/admin-guide/cgroup-v2.html
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")


def processors(proc: Path = Path("/proc"), groups: Path = GROUPS) -> float:
    """Return the processors that may be used; a share counts as a part of one."""
    allowed = getattr(os, "sched_getaffinity", None)
    count: float = len(allowed(0)) if allowed else os.cpu_count() or 1
    for folder in _own_groups(proc, groups):
        words = _read(folder / "cpu.max").split()
        if len(words) == 2 and words[0] != "max":
            count = min(count, int(words[0]) / int(words[1]))
    return count


def free_memory(proc: Path = Path("/proc"), groups: Path = GROUPS) -> int | None:
    """Return the bytes that programs started now can have; None where the system does not tell."""
    if sys.platform == "win32":
        return _windows_memory()
    if sys.platform == "darwin":
        return _mac_memory()
    rows = dict(row.split(":", 1) for row in _read(proc / "meminfo").splitlines() if ":" in row)
    if "MemAvailable" not in rows:
        return None
    free = int(rows["MemAvailable"].split()[0]) * 1024
    for folder in _own_groups(proc, groups):
        limit, used = _read(folder / "memory.max").strip(), _read(folder / "memory.current").strip()
        if limit.isdecimal() and used.isdecimal():
            # what files occupy is given back when programs want it
            stat = _read(folder / "memory.stat").split()
            cached = int(stat[stat.index("inactive_file") + 1]) if "inactive_file" in stat else 0
            free = min(free, int(limit) - int(used) + cached)
    return max(free, 0)


def _own_groups(proc: Path, groups: Path) -> Iterator[Path]:
    """Give the folders of this process's control groups, innermost first."""
    for row in _read(proc / "self" / "cgroup").splitlines():
        number, _controllers, path = row.split(":", 2)
        if number == "0":
            inner = groups / path.lstrip("/")
            yield from (each for each in (inner, *inner.parents) if each.is_relative_to(groups))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _mac_memory() -> int | None:
    """macOS counts nearly all memory as used; what is installed says more."""
    try:
        answer = subprocess.run(
            ["sysctl", "-n", "hw.memsize"], capture_output=True, check=True, timeout=10
        )
        return int(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


class _MemoryStatus(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("total", "available", "_a", "_b", "_c", "_d", "_e")),
    )


def _windows_memory() -> int | None:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - only Windows has it
    return status.available if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
