"""What a learner's processes take of the machine: memory by part, and processor time.

Memory is the proportional set size (PSS) where the system tells it (Linux): what processes share
is divided among them, so that the sum over a room is what the room takes. Elsewhere it is the
unique set size. What functions wrote to /tmp counts too where that is memory.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

MB = 1e6
CLOUD, KEEPER = "helpers.cloud.server", "keeper.py"
Processes = Sequence[psutil.Process]
_looking = threading.Lock()
"""psutil keeps what it iterates over for the whole program."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one learner's processes take at a moment; `environments` counts their processes."""

    kernel_mb: float = 0.0
    cloud_mb: float = 0.0
    environments_mb: float = 0.0
    environments: int = 0
    cpu_s: float = 0.0

    @property
    def total_mb(self) -> float:
        """Memory of all parts."""
        return self.kernel_mb + self.cloud_mb + self.environments_mb

    def __str__(self) -> str:
        """Return the parts, as the table shows them."""
        return (
            f"kernel {self.kernel_mb:.0f}, cloud {self.cloud_mb:.0f}, "
            f"{self.environments} environments {self.environments_mb:.0f}"
        )


def families(roots: Iterable[int]) -> Mapping[int, Processes]:
    """Return each root's process with all its descendants; looks at the machine once."""
    children: dict[int, list[psutil.Process]] = defaultdict(list)
    with _looking:
        for process in psutil.process_iter(["ppid"]):
            children[process.info["ppid"]].append(process)

    def family(pid: int) -> list[psutil.Process]:
        return [member for child in children[pid] for member in (child, *family(child.pid))]

    found = {}
    for root in roots:
        with contextlib.suppress(psutil.NoSuchProcess):
            found[root] = [psutil.Process(root), *family(root)]
    return found


def measure(family: Processes) -> Footprint:
    """Return what a kernel and its descendants take; who ends meanwhile counts nothing."""
    parts: dict[str, float] = defaultdict(float)
    written: dict[str, int] = {}
    environments, cpu_s = 0, 0.0
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            part = _part(process, is_kernel=process is family[0])
            parts[part] += memory_bytes(process) / MB
            times = process.cpu_times()
            cpu_s += times.user + times.system + times.children_user + times.children_system
            if part == "environments":
                environments += 1
                written |= _written(process)
    in_tmp = sum(written.values()) / MB
    return Footprint(
        parts["kernel"], parts["cloud"], parts["environments"] + in_tmp, environments, cpu_s
    )


def _part(process: psutil.Process, *, is_kernel: bool) -> str:
    if is_kernel:
        return "kernel"
    command = process.cmdline()
    is_cloud = CLOUD in command or any(Path(word).name == KEEPER for word in command)
    return "cloud" if is_cloud else "environments"


def memory_bytes(process: psutil.Process) -> int:
    """Return a process's proportional set size, or what comes closest here."""
    try:
        memory = process.memory_full_info()
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    return int(getattr(memory, "pss", memory.uss))


def _written(process: psutil.Process) -> dict[str, int]:
    """Return the bytes in the /tmp of a process, by the mount namespace if it has its own."""
    with contextlib.suppress(OSError):
        namespace = os.readlink(f"/proc/{process.pid}/ns/mnt")
        if namespace != os.readlink("/proc/self/ns/mnt"):
            space = os.statvfs(f"/proc/{process.pid}/root/tmp")
            return {namespace: (space.f_blocks - space.f_bfree) * space.f_frsize}
    return {}
