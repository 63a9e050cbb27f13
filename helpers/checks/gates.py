"""A gate that holds invocations in flight until the check opens it: no sleeping, no guessing.

The function connects to the gate and waits for it; so the check knows how many are at work at the
same moment, however slow the machine is.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HANDLER = """
import os
import socket

def handler(event, context):
    with socket.create_connection(("127.0.0.1", event["gate"]), 60) as gate:
        gate.recv(1)
    return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
"""
"""A function that waits at the gate that its event names, then tells its initialization type."""


class Gate:
    """Counts who waits; lives as long as the block that made it, and is open after that."""

    def __init__(self, server: socket.socket) -> None:
        self.port = int(server.getsockname()[1])
        self._server = server
        self._lock = threading.Lock()
        self._waiting: list[socket.socket] = []
        self._arrived = 0
        self._is_open = False

    @property
    def arrived(self) -> int:
        """How many invocations have come to the gate."""
        return self._arrived

    @property
    def event(self) -> dict[str, int]:
        """The event for HANDLER."""
        return {"gate": self.port}

    def open(self) -> None:
        """Let all pass, also those who come later."""
        with self._lock:
            self._is_open = True
            waiting, self._waiting = self._waiting, []
        for line in waiting:
            line.close()

    def watch(self) -> None:
        """Take connections until the server is closed."""
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            with self._lock:
                self._arrived += 1
                if not self._is_open:
                    self._waiting.append(line)
                    continue
            line.close()


@contextmanager
def gate() -> Iterator[Gate]:
    """Yield a gate; when the block ends it opens, and nobody waits any more."""
    server = socket.create_server(("127.0.0.1", 0), backlog=128)
    made = Gate(server)
    watcher = threading.Thread(target=made.watch, name="gate", daemon=True)
    watcher.start()
    try:
        yield made
    finally:
        made.open()
        # closing alone would not wake a thread that waits in accept
        with suppress(OSError), socket.create_connection(("127.0.0.1", made.port), 1):
            server.close()
        watcher.join(5)
