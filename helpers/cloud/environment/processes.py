"""The processes of one environment: a group that is stopped, continued and killed as one.

POSIX uses signals to the process group; elsewhere psutil suspends, resumes and kills the tree
(pass `signals=False` to use that way anywhere). This is the only module that differs by platform.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import psutil

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

from helpers.cloud.environment.keeper import end_marked
from helpers.cloud.environment.proc import (
    HAS_PROC,
    cpu_clock_s,
    cpu_s_of,
    has_stopped,
    holds_socket,
    read_file,
    resident_of,
    resident_pages,
    socket_inode,
)

HAS_SIGNALS = hasattr(os, "killpg")
HAS_PRLIMIT = resource is not None and hasattr(resource, "prlimit")
HAS_PIDFD = hasattr(os, "pidfd_open")
STOPS_WITHIN_S = 1.0
LOOKS = 4
"""How often the system's table of connections is read: it changes meanwhile, and may leave out."""
OPEN_FILES = 1024
"""Lambda's quota of file descriptors; kept where the system lets others set it (Linux)."""
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, slots=True)
class Command:
    """What to start: arguments, variables, working directory, descriptors to inherit, output.

    `mark` names a variable that no other environment has with this value: processes that left the
    group (setsid) and lost their parent are known by it.
    """

    arguments: Sequence[str]
    variables: Mapping[str, str]
    directory: str
    output: int
    inherit: Sequence[int] = ()
    mark: str = ""

    @property
    def marked_by(self) -> str:
        """The marking variable as NAME=value, or "" without one."""
        return f"{self.mark}={self.variables[self.mark]}" if self.mark else ""


class Process(Protocol):
    """A started process, as `subprocess.Popen` is one."""

    pid: int

    def wait(self) -> int:
        """Wait for the exit; return the exit code (negative: minus the signal)."""

    def poll(self) -> int | None:
        """Return the exit code, or None while the process runs."""

    def terminate(self) -> None:
        """Send SIGTERM."""

    def kill(self) -> None:
        """Send SIGKILL."""


def spawn(command: Command) -> Process:
    """Start a program, as a session and group of its own where the system has them."""
    posix = {"start_new_session": True, "pass_fds": tuple(command.inherit)}
    process: Process = subprocess.Popen(
        list(command.arguments),
        env=dict(command.variables),
        cwd=command.directory,
        stdin=subprocess.DEVNULL,
        stdout=command.output,
        stderr=command.output,
        **(posix if HAS_SIGNALS else {}),  # type: ignore[call-overload]
    )
    if HAS_PRLIMIT:
        with contextlib.suppress(OSError, ValueError):
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    return process


class ProcessGroup:
    """The group of one environment's process, from its start until it has been reaped.

    `start` makes the process; it need not be a child of this one.
    """

    def __init__(
        self,
        command: Command,
        *,
        signals: bool = HAS_SIGNALS,
        start: Callable[[Command], Process] = spawn,
    ) -> None:
        self._signals = signals
        self.mark = command.marked_by
        self.stopped = False
        self._strays: dict[int, int] = {}
        self._straying = threading.Lock()
        self._process = start(command)
        self.pid: int = self._process.pid
        self._pidfd = self._open_pidfd()

    @property
    def marks(self) -> list[tuple[int, str]]:
        """The group, and the variable that all its processes are known by."""
        return [(self.pid, self.mark)]

    @property
    def exit_descriptor(self) -> int | None:
        """A descriptor that turns readable when the leader exits, where the system has one."""
        return self._pidfd

    def wait(self) -> int:
        """Wait for the leader to exit; return its exit code (negative: minus the signal)."""
        return self._process.wait()

    def poll(self) -> int | None:
        """Return the leader's exit code (negative: minus the signal), or None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """Stop every process; returns once the leader has stopped (or is gone)."""
        self.stopped = True
        if self._strays:
            self._signal_strays(signal.SIGSTOP)
        if not self._signals:
            self._each(psutil.Process.suspend)
        elif self._signal(signal.SIGSTOP):
            self._await_stop()

    def resume(self) -> None:
        """Let every process go on."""
        self.stopped = False
        if self._strays:
            self._signal_strays(signal.SIGCONT)
        if self._signals:
            self._signal(signal.SIGCONT)
        else:
            self._each(psutil.Process.resume)

    def contain(self, pid: int) -> None:
        """Stop, continue and count a process that left the group; a frozen group stops it now."""
        with self._straying:
            if pid in self._strays:
                return
            try:
                self._strays[pid] = os.pidfd_open(pid)  # a number may soon be a stranger's
            except OSError:
                return
        self._signal_strays(signal.SIGSTOP if self.stopped else signal.SIGCONT)

    def _signal_strays(self, number: int) -> None:
        with self._straying:
            for pid, descriptor in list(self._strays.items()):
                try:
                    signal.pidfd_send_signal(descriptor, number)
                except OSError:
                    os.close(self._strays.pop(pid))

    def ask_to_end(self) -> None:
        """Send the leader SIGTERM."""
        with contextlib.suppress(OSError):
            self._process.terminate()

    def slay(self) -> None:
        """Send the kill to every process, those too that left the group; any thread may."""
        strays = self._descendants()
        if not self._signals or not self._signal(signal.SIGKILL):
            with contextlib.suppress(OSError):
                self._process.kill()
        for stray in strays:
            with contextlib.suppress(psutil.Error):
                stray.kill()
        if HAS_PROC and self.mark:
            end_marked([self.mark])

    def bury(self) -> None:
        """Kill what is left and reap the leader; only the environment's own thread."""
        self.slay()
        self._process.wait()
        with self._straying:
            for descriptor in self._strays.values():
                os.close(descriptor)
            self._strays = {}
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None

    def resident_bytes(self) -> int:
        """Return the resident memory of the whole group."""
        if not HAS_PROC:
            return sum(resident_of(process) for process in self._members())
        pids = {*self.pids(), *self._strays} if self._strays else self.pids()
        return sum(resident_pages(pid) for pid in pids) * PAGE_BYTES

    def peak_bytes(self) -> int:
        """Return the group's highest resident memory: the leader's peak, the others as they are.

        Where the system does not tell a process's peak, this is the memory of the moment.
        """
        if not HAS_PROC:
            return self.resident_bytes()
        leader, *others = dict.fromkeys([*self.pids(), *self._strays])
        try:
            status = read_file(f"/proc/{leader}/status")
            peak = int(status.split(b"VmHWM:", 1)[1].split(None, 1)[0]) * 1024
        except (OSError, IndexError):
            peak = 0
        return peak + sum(resident_pages(pid) for pid in others) * PAGE_BYTES

    def cpu_s(self) -> float:
        """Return the processor seconds that the group has used."""
        if not (HAS_PROC and sys.platform == "linux"):
            return sum(cpu_s_of(process) for process in self._members())
        return sum(cpu_clock_s(pid) for pid in self.pids())

    def pids(self) -> list[int]:
        """Return the leader's process id and those of its descendants."""
        if not HAS_PROC:
            return [process.pid for process in self._members()]
        found = [self.pid]
        for pid in found:
            with contextlib.suppress(OSError):
                for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - asked very often
                    found += map(int, read_file(f"/proc/{pid}/task/{thread}/children").split())
        return found

    def owns_peer(self, peer_port: int, own_port: int) -> bool:
        """Tell whether the loopback connection from `peer_port` was made by this group.

        Linux answers from /proc; other systems have no cheap answer, and True is returned.
        """
        if not HAS_PROC:
            return True
        return any(self._has_connection(peer_port, own_port) for _ in range(LOOKS))

    def _has_connection(self, peer_port: int, own_port: int) -> bool:
        inode = socket_inode(peer_port, own_port)
        return inode is not None and any(holds_socket(pid, inode) for pid in self.pids())

    def _open_pidfd(self) -> int | None:
        if not HAS_PIDFD:
            return None
        with contextlib.suppress(OSError):
            return os.pidfd_open(self.pid)
        return None

    def _signal(self, number: int) -> bool:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
            return True
        return False

    def _await_stop(self) -> None:
        # waiting for the exit as well, without consuming it: a process may die instead of stopping
        try:
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        except ChildProcessError:  # another process's child tells nothing: it is looked at
            end = time.monotonic() + STOPS_WITHIN_S
            while not has_stopped(self.pid) and time.monotonic() < end:
                time.sleep(0.0002)

    def _members(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            leader = psutil.Process(self.pid)
            return [leader, *leader.children(recursive=True)]
        return []

    def _descendants(self) -> list[psutil.Process]:
        if HAS_PROC and len(self.pids()) == 1:
            return []
        return self._members()[1:]

    def _each(self, action: object) -> None:
        for process in self._members():
            with contextlib.suppress(psutil.Error):
                action(process)  # type: ignore[operator]
