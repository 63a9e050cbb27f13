"""The pipe that a process prints to, readable by a selector on every system.

Where selectors take sockets only (Windows), a thread copies the pipe into a socket pair.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from typing import Protocol

SELECTS_PIPES = sys.platform != "win32"


class OutputReader(Protocol):
    """The reading end: never waits, and a selector takes it."""

    def fileno(self) -> int:
        """Return the descriptor to select on."""

    def read(self, size: int) -> bytes:
        """Return what is there, b"" at the end; raises BlockingIOError when nothing is there."""

    def close(self) -> None:
        """Close it."""


def open_output(*, selects_pipes: bool = SELECTS_PIPES) -> tuple[OutputReader, int]:
    """Return the reader, and the descriptor to hand to the process."""
    reader, writer = os.pipe()
    if selects_pipes:
        os.set_blocking(reader, False)
        return _Pipe(reader), writer
    ours, theirs = socket.socketpair()
    threading.Thread(target=_copy, args=(reader, theirs), name="output-relay", daemon=True).start()
    ours.setblocking(False)
    return _Socket(ours), writer


class _Pipe:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def read(self, size: int) -> bytes:
        return os.read(self._descriptor, size)

    def close(self) -> None:
        os.close(self._descriptor)


class _Socket:
    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self, size: int) -> bytes:
        return self._socket.recv(size)

    def close(self) -> None:
        self._socket.close()


def _copy(reader: int, sink: socket.socket) -> None:
    with sink:
        while data := os.read(reader, 65536):
            try:
                sink.sendall(data)
            except OSError:  # nobody listens any more; go on, so that the writer never blocks
                continue
    os.close(reader)
