"""Requests of the Runtime API as they come in, in whatever pieces: bodies, chunks, trailers.

A handler may send anything: nothing here waits for what has no length, or keeps what is too long.

Source: RFC 9112 (message bodies, chunked transfer coding).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MAX_HEAD_BYTES = 1024 * 1024 + 65536
"""An error cause header may hold 1 MB."""
MAX_BODY_BYTES = 8 * 1024 * 1024
"""More than any accepted answer; the rest of a longer one is read and thrown away."""
CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]{1,16}")
MAX_SIZE_LINE_BYTES = 1024


@dataclass(slots=True, eq=False)
class Request:
    """One request of the runtime; `body_bytes` counts also what was thrown away.

    `trailers` are the headers that follow a chunked body; a `streamed` body was passed on.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    connection: Connection
    body: bytearray = field(default_factory=bytearray)
    body_bytes: int = 0
    trailers: dict[str, str] = field(default_factory=dict)
    streamed: bool = False


@dataclass(slots=True, eq=False)
class Connection:
    """One kept-alive connection and what was read and not yet sent on it."""

    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    unsent: bytes = b""
    head: Request | None = None
    missing: int | None = 0
    """Body bytes still to come; None while a chunked body lasts."""
    chunk: int = 0
    """Bytes still to come of the chunk that is being read, and whether its line end is next."""
    chunk_ends: bool = False
    take: Callable[[bytes], None] | None = None
    """Who takes the body as it comes; None when it is kept."""


def read_body(connection: Connection, request: Request) -> bool:
    """Read what came of a body of known length; tell whether it is complete."""
    assert connection.missing is not None
    data = bytes(connection.received[: connection.missing])
    del connection.received[: len(data)]
    connection.missing -= len(data)
    _keep(connection, request, data)
    return connection.missing == 0


def read_chunks(connection: Connection, request: Request) -> bool:
    """Read what came of a chunked body; tell whether it is complete.

    Raises ValueError for what is none.
    """
    received = connection.received
    while True:
        if connection.chunk:
            data = bytes(received[: connection.chunk])
            del received[: len(data)]
            connection.chunk -= len(data)
            _keep(connection, request, data)
            if connection.chunk:
                return False
        if connection.chunk_ends:
            if len(received) < 2:
                return False
            del received[:2]
            connection.chunk_ends = False
        end = received.find(b"\r\n")
        if end < 0 and len(received) <= MAX_SIZE_LINE_BYTES:
            return False
        digits = bytes(received[: max(end, 0)]).split(b";")[0].strip()
        if CHUNK_SIZE.fullmatch(digits) is None:
            raise ValueError(f"not the size of a chunk: {digits!r}")
        connection.chunk = int(digits, 16)
        if not connection.chunk:
            return _read_trailers(received, request, end + 2)
        del received[: end + 2]
        connection.chunk_ends = True


def _read_trailers(received: bytearray, request: Request, start: int) -> bool:
    """Read the headers after the last chunk, up to an empty line."""
    lines: list[str] = []
    while (end := received.find(b"\r\n", start)) >= 0:
        line = received[start:end].decode("latin-1")
        start = end + 2
        if not line:
            del received[:start]
            pairs = (line.partition(":") for line in lines)
            request.trailers |= {name.strip().lower(): value.strip() for name, _, value in pairs}
            return True
        lines.append(line)
    if len(received) > MAX_HEAD_BYTES:
        raise ValueError("the trailers do not end")
    return False


def _keep(connection: Connection, request: Request, data: bytes) -> None:
    request.body_bytes += len(data)
    if connection.take is not None:
        connection.take(data)
        return
    room = MAX_BODY_BYTES - len(request.body)
    if room > 0:
        request.body += data[:room]
