"""Ports for programs that tests and tools start: below those the system gives to connections.

A port that was free a moment ago may have become one end of somebody's connection, if the system
may choose it. Linux chooses from 32,768 on, macOS and Windows from 49,152 on.
"""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress

LOWEST, HIGHEST = 20_000, 32_000


def free_port() -> int:
    """Return a port of the loopback address that nothing listens at."""
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
