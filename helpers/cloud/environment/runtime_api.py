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

MAX_HEAD_BYTES = 1024 * 1024 + 65536
"""An error cause header may hold 1 MB."""
MAX_BODY_BYTES = 8 * 1024 * 1024
"""More than any accepted answer; the rest of a longer one is read and thrown away."""
REASONS = {200: "OK", 202: "Accepted", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}
READ_BYTES = 262_144


@dataclass(slots=True, eq=False)
class Request:
    """One request of the runtime; `body_bytes` counts also what was thrown away."""

    method: str
    path: str
    headers: Mapping[str, str]
    connection: Connection
    body: bytes = b""
    body_bytes: int = 0


@dataclass(slots=True, eq=False)
class Connection:
    """One kept-alive connection and what was read and not yet sent on it."""

    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    unsent: bytes = b""
    head: Request | None = None
    missing: int | None = 0
    """Body bytes still to come; None while a chunked body lasts."""


class RuntimeApi:
    """One environment's socket and its connections; lives until the environment ends."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._open: list[Connection] = []
        selector.register(self._listener, selectors.EVENT_READ, self)

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
    ) -> None:
        """Answer a request; what the socket does not take now is sent when it is ready."""
        lines = [f"HTTP/1.1 {status} {REASONS[status]}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        request.connection.unsent += head.encode() + body
        with contextlib.suppress(OSError):  # the reader is gone; its exit will be noticed
            self._send(request.connection)

    def refuse(self, request: Request, status: int, message: str) -> None:
        """Answer with the Runtime API's error form."""
        error = {"errorMessage": message, "errorType": "InvalidRequest"}
        self.reply(request, status, body=json.dumps(error).encode())

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
        if headers.get("expect", "").lower() == "100-continue":
            connection.unsent += b"HTTP/1.1 100 Continue\r\n\r\n"
            self._send(connection)
        return True


def _keep(request: Request, data: bytes) -> None:
    room = MAX_BODY_BYTES - len(request.body)
    if room > 0:
        request.body += data[:room]
    request.body_bytes += len(data)


def _read_body(connection: Connection, request: Request) -> bool:
    assert connection.missing is not None
    data = bytes(connection.received[: connection.missing])
    del connection.received[: len(data)]
    connection.missing -= len(data)
    _keep(request, data)
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
        if len(connection.received) < end + 2 + size + 2:
            return False
        _keep(request, bytes(connection.received[end + 2 : end + 2 + size]))
        del connection.received[: end + 2 + size + 2]
        if size == 0:
            return True
