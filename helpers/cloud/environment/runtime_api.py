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
from http import HTTPStatus

from helpers.cloud.environment.runtime_requests import (
    MAX_HEAD_BYTES,
    Connection,
    Request,
    read_body,
    read_chunks,
)

MAX_CONNECTIONS = 128
"""More than a runtime and ten extensions need; each is a descriptor of the account's."""
JSON, TEXT = "application/json", "text/plain; charset=utf-8"
READ_BYTES = 262_144


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
            if len(self._open) >= MAX_CONNECTIONS or not is_ours(peer[1], self.port):
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
        done = read_chunks if connection.missing is None else read_body
        assert connection.head is not None
        try:
            if not done(connection, connection.head):
                return None
        except ValueError:  # no HTTP, and nobody knows where the next request begins
            self._drop(connection)
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
            if length < 0:
                raise ValueError(length)
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
