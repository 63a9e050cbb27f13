"""A threaded HTTP/1.1 server: one thread per connection, the path as it was on the wire.

On http.server's classes, with its own reading of the request head, which is the hot path.
Takes chunked bodies and Expect: 100-continue; keeps connections alive. What two readers could
take for requests of different lengths is refused, as RFC 9112 §6 says; a client that is slow to
ask, or to read, loses its connection, and an answer may take as long as it takes.
"""

from __future__ import annotations

import http.server
import io
import re
import socketserver
import sys
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from http import HTTPStatus

from helpers.cloud import http_reading
from helpers.cloud.http_messages import FIELD_NAME, HttpAnswer, HttpRequest

MAX_LINE_BYTES = 65_536
MAX_HEADERS = 200
MAX_BODY_BYTES = 5 * 1024 * 1024 * 1024
MAX_DIGITS = 16
BACKLOG = 512
MAX_HEAD_BYTES = 262_144
WRITE_S = 900.0
"""How long a client may take to read an answer: one that is frozen has to thaw first."""
FORBIDDEN = re.compile(r"[\r\n\0]")
BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
"""Statuses whose answer ends with its head: a body would pass for the next answer."""
EARLY_BYTES = 32_768
"""What a socket takes without waiting for its reader."""


class BadRequestError(Exception):
    """The bytes are not an HTTP request this server takes."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class HttpServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Serves `answer` on 127.0.0.1; threads end with their connections."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = BACKLOG
    allow_reuse_address = True

    def __init__(self, port: int, answer: Callable[[HttpRequest], HttpAnswer]) -> None:
        self.answer = answer
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def server_bind(self) -> None:
        """Bind without the reverse look-up of http.server, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.port

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a client went away; anything else is a fault worth a traceback."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = 65_536
    wbufsize = 0
    server: HttpServer
    _responded = False
    _closing = False

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._bytes = http_reading.ClientBytes(self.connection)
        self.rfile = io.BufferedReader(self._bytes, self.rbufsize)

    def handle(self) -> None:
        while True:
            try:
                request = self._read()
                if request is None:
                    return
            except TimeoutError:
                body = b"the request takes too long"
                slow = HttpAnswer(408, [("Content-Type", "text/plain")], body)
                self._write(slow, True)
                return
            except BadRequestError as error:
                body = str(error).encode()
                self._write(HttpAnswer(error.status, [("Content-Type", "text/plain")], body), True)
                return
            self._responded = False
            self._closing = self._closes_after(request)
            answer = self.server.answer(request)
            if not self._responded:
                self._write(answer, self._closing, head_only=request.method == "HEAD")
            if self._closing:
                return

    def _respond(self, answer: HttpAnswer) -> None:
        if len(answer.body) > EARLY_BYTES:
            return  # a caller that is frozen does not read, and must not hold up who answers it
        self._responded = True
        self._write(answer, self._closing)

    def _closes_after(self, request: HttpRequest) -> bool:
        wishes = request.headers.get("connection", "").lower()
        if self.request_version == "HTTP/1.0":
            return "keep-alive" not in wishes
        return "close" in wishes

    def _read(self) -> HttpRequest | None:
        try:
            line = self.rfile.readline(MAX_LINE_BYTES + 1)
        except (ConnectionError, TimeoutError):
            return None
        if not line:
            return None
        words = line.decode("latin-1").rstrip("\r\n").split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1.") or len(line) > MAX_LINE_BYTES:
            raise BadRequestError(HTTPStatus.BAD_REQUEST, "not an HTTP/1.1 request line")
        self.request_version = words[2]
        self._bytes.start_head()
        headers, names, values = self._read_headers()
        self._bytes.end_head()
        target = words[1]
        if target.startswith(("http://", "https://")):
            target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
        path, _, query = target.partition("?")
        if headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._read_body(headers)
        return HttpRequest(words[0], path, query, headers, names, body, self._respond, values)

    def _read_headers(self) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
        headers: dict[str, str] = {}
        names: list[str] = []
        values: list[str] = []
        room = MAX_HEAD_BYTES
        while True:
            line = self.rfile.readline(MAX_LINE_BYTES + 1)
            room -= len(line)
            if line in (b"\r\n", b"\n"):
                return headers, tuple(names), tuple(values)
            if not line:
                raise BadRequestError(HTTPStatus.BAD_REQUEST, "the head ended early")
            name, colon, value = line.decode("latin-1").partition(":")
            too_long = len(line) > MAX_LINE_BYTES or len(names) > MAX_HEADERS or room < 0
            if not colon or too_long:
                raise BadRequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "bad header line")
            key, text = name.lower(), value.strip()
            if FIELD_NAME.fullmatch(name) is None or FORBIDDEN.search(text):
                raise BadRequestError(HTTPStatus.BAD_REQUEST, "not a header")
            names.append(name)
            values.append(text)
            headers[key] = f"{headers[key]},{text}" if key in headers else text

    def _read_body(self, headers: Mapping[str, str]) -> bytes:
        encoding = headers.get("transfer-encoding")
        if encoding is not None:
            if encoding.lower() != "chunked" or "content-length" in headers:
                raise BadRequestError(HTTPStatus.BAD_REQUEST, "bad Transfer-Encoding")
            return self._read_chunks()
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > MAX_DIGITS or int(length) > MAX_BODY_BYTES:
            raise BadRequestError(HTTPStatus.BAD_REQUEST, "bad Content-Length")
        body = self.rfile.read(int(length)) if length != "0" else b""
        if len(body) < int(length):
            raise BadRequestError(HTTPStatus.BAD_REQUEST, "the body ended early")
        return body

    def _read_chunks(self) -> bytes:
        pieces: list[bytes] = []
        room = MAX_BODY_BYTES
        while True:
            line = self.rfile.readline(MAX_LINE_BYTES)
            digits = line.split(b";")[0].strip()
            if not digits or digits.strip(b"0123456789abcdefABCDEF") or len(digits) > MAX_DIGITS:
                raise BadRequestError(HTTPStatus.BAD_REQUEST, "bad chunk")
            size = int(digits, 16)
            room -= size
            if room < 0:
                raise BadRequestError(HTTPStatus.BAD_REQUEST, "the body is too long")
            if size == 0:
                while self.rfile.readline(MAX_LINE_BYTES) not in (b"\r\n", b"\n", b""):
                    pass  # trailers
                return b"".join(pieces)
            pieces.append(self.rfile.read(size))
            if len(pieces[-1]) < size or self.rfile.readline(MAX_LINE_BYTES).strip():
                raise BadRequestError(HTTPStatus.BAD_REQUEST, "bad chunk")

    def _write(self, answer: HttpAnswer, close: bool, *, head_only: bool = False) -> None:
        lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        present = {name.lower() for name, _ in answer.headers}
        has_body = answer.status >= HTTPStatus.OK and answer.status not in BODILESS
        stream = answer.stream if has_body else None
        chunked = stream is not None and self.request_version != "HTTP/1.0"
        if chunked:
            lines.append("Transfer-Encoding: chunked")
        elif stream is not None:  # its end is that of the connection
            close = self._closing = True
        elif has_body and "content-length" not in present:
            lines.append(f"Content-Length: {len(answer.body)}")
        if "date" not in present:
            lines.append(f"Date: {formatdate(usegmt=True)}")
        if close:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", errors="replace")
        try:
            self.connection.settimeout(WRITE_S)
            self.wfile.write(head + answer.body if has_body and not head_only else head)
            if stream is not None and not head_only:
                self._send_on(stream, chunked=chunked)
        except (TimeoutError, ConnectionError):
            self.close_connection = self._closing = True

    def _send_on(self, stream: Iterator[bytes], *, chunked: bool) -> None:
        """Send a body piece by piece; what breaks off ends without the last chunk."""
        try:
            for piece in stream:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        except OSError:
            raise
        except Exception:  # its source is broken, and the rest of it will not come
            self._closing = True
        else:
            self.wfile.write(b"0\r\n\r\n" if chunked else b"")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
