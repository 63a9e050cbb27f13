"""The Runtime API of one environment: the HTTP conversation between Lambda and the runtime.

No thread of its own: whoever drives the environment asks a selector what is ready and hands the
ready sockets over. Only processes of the environment's own group may connect.

Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

MAX_HEAD_BYTES = 1024 * 1024 + 65536
"""An error cause header may hold 1 MB."""
MAX_BODY_BYTES = 8 * 1024 * 1024
"""More than any accepted answer; the rest of a longer one is read and thrown away."""
JSON, TEXT = "application/json", "text/plain; charset=utf-8"
READ_BYTES = 262_144


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
    take: Callable[[bytes], None] | None = None
    """Who takes the body as it comes; None when it is kept."""


class RuntimeApi:
    """One environment's socket and its connections; lives until the environment ends."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._open: list[Connection] = []
        selector.register(self._listener, selectors.EVENT_READ, self)
        self.opens: Callable[[Request], Callable[[bytes], None] | None] = lambda request: None
        """Asked once the head of a request is there: who takes its body as it comes?"""

    @property
    def address(self) -> str:
        """What AWS_LAMBDA_RUNTIME_API holds."""
        return f"127.0.0.1:{self.port}"

    def accept(self, is_ours: Callable[[int, int], bool]) -> None:
        """Take a new connection, unless it comes from a process that is not ours."""
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connected, peer = self._listener.accept()
            if not is_ours(peer[1], self.port):
                connected.close()
                return
            connected.setblocking(False)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(connected)
            self._open.append(connection)
            self._selector.register(connected, selectors.EVENT_READ, connection)

    def ready(self, connection: Connection, mask: int) -> list[Request]:
        """Send and read what is possible; return the requests that are complete."""
        try:
            if mask & selectors.EVENT_WRITE:
                self._send(connection)
            if not mask & selectors.EVENT_READ:
                return []
            data = connection.socket.recv(READ_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
            return []
        connection.received += data
        requests = []
        while (request := self._parse(connection)) is not None:
            requests.append(request)
        return requests

    def reply(
        self,
        request: Request,
        status: int = 202,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b'{"status":"OK"}\n',
        content_type: str = JSON,
    ) -> None:
        """Answer a request; what the socket does not take now is sent when it is ready."""
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Type: {content_type}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        request.connection.unsent += head.encode() + body
        with contextlib.suppress(OSError):  # the reader is gone; its exit will be noticed
            self._send(request.connection)

    def refuse(self, request: Request, status: int, error_type: str, message: str) -> None:
        """Answer with the Runtime API's error form."""
        error = {"errorMessage": message, "errorType": error_type}
        text = json.dumps(error, separators=(",", ":"))
        self.reply(request, status, body=f"{text}\n".encode())

    def not_found(self, request: Request) -> None:
        """Answer that there is no such path."""
        self.reply(request, 404, body=b"404 page not found\n", content_type=TEXT)

    def disconnect(self) -> None:
        """Close all connections: the process that made them is gone."""
        for connection in list(self._open):
            self._drop(connection)

    def close(self) -> None:
        """Close the connections and the socket itself."""
        self.disconnect()
        self._selector.unregister(self._listener)
        self._listener.close()

    def _send(self, connection: Connection) -> None:
        if connection.unsent:
            with contextlib.suppress(BlockingIOError):
                sent = connection.socket.send(connection.unsent)
                connection.unsent = connection.unsent[sent:]
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.unsent else 0)
        if self._selector.get_key(connection.socket).events != wanted:
            self._selector.modify(connection.socket, wanted, connection)

    def _drop(self, connection: Connection) -> None:
        if connection in self._open:
            self._open.remove(connection)
            self._selector.unregister(connection.socket)
            connection.socket.close()

    def _parse(self, connection: Connection) -> Request | None:
        if connection.head is None and not self._parse_head(connection):
            return None
        done = _read_chunks if connection.missing is None else _read_body
        assert connection.head is not None
        if not done(connection, connection.head):
            return None
        request, connection.head = connection.head, None
        return request

    def _parse_head(self, connection: Connection) -> bool:
        end = connection.received.find(b"\r\n\r\n")
        if end < 0:
            if len(connection.received) > MAX_HEAD_BYTES:
                self._drop(connection)
            return False
        lines = connection.received[:end].decode("latin-1").split("\r\n")
        del connection.received[: end + 4]
        try:
            method, path, _ = lines[0].split(" ", 2)
            headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
            length = int(headers.get("content-length", "0"))
        except ValueError:
            self._drop(connection)
            return False
        chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        connection.missing = None if chunked else length
        connection.head = Request(method, path, headers, connection)
        connection.take = self.opens(connection.head)
        if headers.get("expect", "").lower() == "100-continue":
            connection.unsent += b"HTTP/1.1 100 Continue\r\n\r\n"
            self._send(connection)
        return True


def _keep(connection: Connection, request: Request, data: bytes) -> None:
    request.body_bytes += len(data)
    if connection.take is not None:
        connection.take(data)
        return
    room = MAX_BODY_BYTES - len(request.body)
    if room > 0:
        request.body += data[:room]


def _read_body(connection: Connection, request: Request) -> bool:
    assert connection.missing is not None
    data = bytes(connection.received[: connection.missing])
    del connection.received[: len(data)]
    connection.missing -= len(data)
    _keep(connection, request, data)
    return connection.missing == 0


def _read_chunks(connection: Connection, request: Request) -> bool:
    while True:
        end = connection.received.find(b"\r\n")
        if end < 0:
            return False
        try:
            size = int(bytes(connection.received[:end]).split(b";")[0] or b"0", 16)
        except ValueError:
            size = 0
        if size == 0:
            return _read_trailers(connection, request, end + 2)
        if len(connection.received) < end + 2 + size + 2:
            return False
        _keep(connection, request, bytes(connection.received[end + 2 : end + 2 + size]))
        del connection.received[: end + 2 + size + 2]


def _read_trailers(connection: Connection, request: Request, start: int) -> bool:
    """Read the headers after the last chunk, up to an empty line."""
    lines: list[str] = []
    while (end := connection.received.find(b"\r\n", start)) >= 0:
        line = connection.received[start:end].decode("latin-1")
        start = end + 2
        if not line:
            del connection.received[:start]
            pairs = (line.partition(":") for line in lines)
            request.trailers |= {name.strip().lower(): value.strip() for name, _, value in pairs}
            return True
        lines.append(line)
    return False
