"""Reading from a client that may be slow, silent or gone, without waiting for ever."""

from __future__ import annotations

import io
import socket
import time

PAUSE_S = 60.0
"""How long a client may say nothing: between two requests, or inside a body."""
HEAD_S = 60.0
"""What a request's head may take, from its first byte on."""


class ClientBytes(io.RawIOBase):
    """A socket's bytes; a read raises TimeoutError when the client takes too long.

    A head has one deadline for all its lines, so that one byte a minute does not hold a thread.
    """

    def __init__(self, connection: socket.socket) -> None:
        """Read from this socket."""
        self._connection = connection
        self._deadline: float | None = None

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def start_head(self) -> None:
        """Begin to count the time of a head."""
        self._deadline = time.monotonic() + HEAD_S

    def end_head(self) -> None:
        """Stop counting: only pauses are limited now."""
        self._deadline = None

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Receive what has come; raises TimeoutError."""
        wait = PAUSE_S
        if self._deadline is not None:
            wait = min(PAUSE_S, self._deadline - time.monotonic())
            if wait <= 0:
                raise TimeoutError("the head takes too long")
        self._connection.settimeout(wait)
        return self._connection.recv_into(buffer)
