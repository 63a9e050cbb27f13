"""What the system tells of a process: memory, processor time, sockets, and whether it is stopped.

Linux tells it in /proc, cheaply enough to be asked at every invocation; psutil tells the rest, and
all of it elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import psutil

HAS_PROC = Path("/proc/self/statm").exists()


def has_stopped(pid: int) -> bool:
    """Tell whether a process is stopped, or ended."""
    if HAS_PROC:
        with contextlib.suppress(OSError):
            return read_file(f"/proc/{pid}/stat").rpartition(b") ")[2][:1] in b"TtZX"
        return True
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).status() in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
    return True


def read_file(path: str) -> bytes:
    """Return a file's first bytes; asked at every invocation."""
    # asked at every invocation; pathlib's objects would cost more than the reading
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 65_536)
    finally:
        os.close(descriptor)


def resident_pages(pid: int) -> int:
    """Return a process's resident pages; 0 when it is gone."""
    try:
        return int(read_file(f"/proc/{pid}/statm").split()[1])
    except (OSError, IndexError):
        return 0


def resident_of(process: psutil.Process) -> int:
    """Return a process's resident bytes; 0 when it is gone."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def cpu_clock_s(pid: int) -> float:
    """Return the seconds on a process's own processor clock; 0 when it is gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # the CPU-time clock of another process
    except OSError:
        return 0.0


def cpu_s_of(process: psutil.Process) -> float:
    """Return a process's processor seconds; 0 when it is gone."""
    try:
        times = process.cpu_times()
        return float(times.user + times.system)
    except psutil.Error:
        return 0.0


def socket_inode(port: int, remote_port: int) -> bytes | None:
    """Return the inode of a loopback connection's end, from the table of connections."""
    local = b":%04X " % port
    remote = b":%04X " % remote_port
    with Path("/proc/net/tcp").open("rb") as table:
        for line in table:
            if local in line[:22] and remote in line[19:36]:
                return line.split()[9]
    return None


def holds_socket(pid: int, inode: bytes) -> bool:
    """Tell whether a process has this socket open."""
    wanted = f"socket:[{inode.decode()}]"
    folder = f"/proc/{pid}/fd"
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):  # noqa: PTH208 - half the cost of Path.iterdir
            with contextlib.suppress(OSError):
                if os.readlink(f"{folder}/{name}") == wanted:
                    return True
    return False
