"""Processes forked by a snapshot: how they are asked for, and how they are waited for.

A fork is no child of the cloud's: its exit code is known to the snapshot's process alone, which
collects it when asked. Each question has a connection of its own, sent over the snapshot's socket.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

import psutil

from helpers.cloud.environment.processes import HAS_PIDFD, Process

CAN_FORK = hasattr(os, "fork") and hasattr(socket, "send_fds")
ANSWERS_WITHIN_S = 10.0
POLL_S = 0.002


class Control:
    """The socket of one snapshot: `theirs` is inherited by its process."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)

    def ask(self, request: Mapping[str, Any], output: int | None = None) -> int:
        """Send a request, with a descriptor; return the number that it is answered with.

        Raises OSError when the snapshot's process is gone or does not answer.
        """
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(self._ours, [b"?"], [theirs.fileno()])
            ours.settimeout(ANSWERS_WITHIN_S)
            passed = [] if output is None else [output]
            socket.send_fds(ours, [json.dumps(request).encode() + b"\n"], passed)
            answer = b""
            while not answer.endswith(b"\n"):
                more = ours.recv(64)
                if not more:
                    raise ConnectionResetError("the process of the snapshot is gone")
                answer += more
        return int(answer)

    def started(self) -> None:
        """Leave their end to the process that inherited it."""
        self.theirs.close()

    def close(self) -> None:
        """Close both ends."""
        self.theirs.close()
        self._ours.close()


class Fork(Process):
    """One forked process; `collect` gets the exit code of a process id that has ended."""

    def __init__(self, pid: int, collect: Callable[[int], int]) -> None:
        self.pid = pid
        self._collect = collect
        self._code: int | None = None
        self._pidfd: int | None = None
        if HAS_PIDFD:
            with contextlib.suppress(OSError):
                self._pidfd = os.pidfd_open(pid)

    def wait(self) -> int:
        """Wait for the exit; return the exit code (negative: minus the signal)."""
        while self._code is None:
            if self._ended(ANSWERS_WITHIN_S):
                self._note()
        return self._code

    def poll(self) -> int | None:
        """Return the exit code, or None while the process runs."""
        if self._code is None and self._ended(0.0):
            self._note()
        return self._code

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self._code is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, number)

    def _ended(self, within_s: float) -> bool:
        if self._pidfd is not None:
            with selectors.DefaultSelector() as selector:  # select() knows descriptors to 1023 only
                selector.register(self._pidfd, selectors.EVENT_READ)
                return bool(selector.select(within_s))
        end = time.monotonic() + within_s
        while not _is_gone(self.pid):
            if time.monotonic() >= end:
                return False
            time.sleep(POLL_S)
        return True

    def _note(self) -> None:
        try:
            self._code = self._collect(self.pid)
        except OSError:  # the snapshot's process is gone, and took the code along
            self._code = -signal.SIGKILL
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None


def _is_gone(pid: int) -> bool:
    try:
        status: str = psutil.Process(pid).status()
    except psutil.Error:
        return True
    return status == str(psutil.STATUS_ZOMBIE)
