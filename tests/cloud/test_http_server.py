from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from helpers.cloud import http_reading
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.http_server import HttpServer

Answer = Callable[[HttpRequest], HttpAnswer]


def echo(request: HttpRequest) -> HttpAnswer:
    """Answer with the request as JSON; the body as its length and its first letters."""
    return json_answer(
        200,
        {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": dict(request.headers),
            "names": request.header_names,
            "length": len(request.body),
            "body": request.body[:20].decode("latin-1"),
        },
    )


class Served:
    """A server on a port of its own, whose answers a test may choose."""

    def __init__(self) -> None:
        self.answer: Answer = echo
        self.server = HttpServer(0, self.chosen)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def chosen(self, request: HttpRequest) -> HttpAnswer:
        return self.answer(request)

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=10)

    def say(self, data: bytes) -> bytes:
        """Send bytes and return all that comes back until the server closes."""
        with self.connect() as connected:
            connected.sendall(data)
            return b"".join(iter(lambda: connected.recv(65536), b""))

    def ask(self, data: bytes) -> dict[str, object]:
        """Send a request and return what the echo saw."""
        with self.connect() as connected:
            connected.sendall(data)
            return read_answer(connected)


def read_answer(connected: socket.socket) -> dict[str, object]:
    """Read one echoed answer; the connection stays open."""
    answer = http.client.HTTPResponse(connected)
    answer.begin()
    document: dict[str, object] = json.loads(answer.read())
    return document


@pytest.fixture
def served() -> Iterator[Served]:
    """A running server."""
    served = Served()
    yield served
    served.close()


def test_the_path_arrives_as_it_was_on_the_wire(served: Served):
    """Percent-escapes, double slashes and dots stay: signatures are made over them."""
    seen = served.ask(b"GET /a%2Fb//c/../%C3%A9?x=%20&y HTTP/1.1\r\nHost: x\r\n\r\n")

    assert ("/a%2Fb//c/../%C3%A9", "x=%20&y") == (seen["path"], seen["query"])


@pytest.mark.parametrize(
    ("target", "path"),
    [(b"http://localhost:1/a/b?c", "/a/b"), (b"http://localhost", "/"), (b"*", "*")],
)
def test_a_whole_url_as_target_is_cut_to_its_path(served: Served, target: bytes, path: str):
    """Clients that think we are a proxy are served."""
    assert path == served.ask(b"GET " + target + b" HTTP/1.1\r\n\r\n")["path"]


def test_headers_are_found_in_lower_case_and_repeated_ones_joined(served: Served):
    """Names keep their spelling in `names`, values lose the blanks around them."""
    seen = served.ask(b"GET / HTTP/1.1\r\nX-One:  a \r\nx-one: b\r\nEmpty:\r\n\r\n")

    assert {"x-one": "a,b", "empty": ""} == seen["headers"]
    assert ["X-One", "x-one", "Empty"] == seen["names"]


def test_a_connection_serves_one_request_after_another(served: Served):
    """Connections are kept alive, and requests sent ahead are answered in order."""
    with served.connect() as connected:
        for number in range(3):
            connected.sendall(b"POST /%d HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi" % number)
            assert f"/{number}" == read_answer(connected)["path"]
    both = b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\n"

    assert 2 == served.say(both).count(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1\r\nConnection: close\r\n",
        b"HTTP/1.0\r\n",
        b"HTTP/1.1\r\nConnection: TE, Close\r\n",
    ],
)
def test_a_client_that_wants_the_end_gets_it(served: Served, head: bytes):
    """With Connection: close, and in HTTP/1.0, the server closes after its answer."""
    answer = served.say(b"GET / " + head + b"\r\n")

    assert b"\r\nConnection: close\r\n" in answer


def test_http_1_0_may_keep_the_connection(served: Served):
    """An old client that asks for keep-alive is not cut off."""
    with served.connect() as connected:
        for _ in range(2):
            connected.sendall(b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert "/x" == read_answer(connected)["path"]


@pytest.mark.parametrize(
    ("chunks", "length"),
    [
        (b"5\r\nhello\r\n0\r\n\r\n", 5),
        (b"5;name=value\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", 15),
        (b"0\r\n\r\n", 0),
    ],
)
def test_a_chunked_body_arrives_whole(served: Served, chunks: bytes, length: int):
    """Chunk extensions and trailers are read over."""
    seen = served.ask(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)

    assert length == seen["length"]


def test_a_client_that_waits_for_permission_gets_it(served: Served):
    """Expect: 100-continue is answered before the body is sent."""
    with served.connect() as connected:
        connected.sendall(b"PUT / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == connected.recv(100)
        connected.sendall(b"hi")
        assert "hi" == read_answer(connected)["body"]


def test_a_big_body_arrives_and_comes_back(served: Served):
    """Twenty megabytes pass in both directions."""
    body = bytes(20_000_000)
    served.answer = lambda request: HttpAnswer(200, [], request.body)
    connection = http.client.HTTPConnection("127.0.0.1", served.server.port, timeout=30)
    connection.request("PUT", "/big", body)

    assert body == connection.getresponse().read()
    connection.close()


def test_head_is_answered_without_a_body_but_with_its_length(served: Served):
    """The next answer on the connection starts where the head ended."""
    served.answer = lambda request: HttpAnswer(200, [], b"twelve bytes")
    with served.connect() as connected:
        connected.sendall(b"HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connected.recv(65536), b""))

    assert 2 == answer.count(b"Content-Length: 12\r\n")
    assert 1 == answer.count(b"twelve bytes")


def test_no_content_has_no_length(served: Served):
    """A 204 has neither body nor Content-Length."""
    served.answer = lambda request: HttpAnswer(204, [])

    answer = served.say(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 204 No Content\r\n")
    assert b"Content-Length" not in answer


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_ends_with_its_head(served: Served, status: int):
    """Whatever was to be its body is not sent: it would pass for the next answer's beginning."""
    served.answer = lambda request: HttpAnswer(status, [], b"HTTP/1.1 200 OK\r\n\r\n")

    answer = served.say(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert 2 == answer.count(b"HTTP/1.1 ") == answer.count(f"HTTP/1.1 {status} ".encode())


def test_an_unusual_status_is_sent_as_it_is(served: Served):
    """A function behind a URL may answer with any number."""
    served.answer = lambda request: HttpAnswer(299, [("Content-Length", "0")])

    assert served.say(b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 299 \r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: two\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: " + b"1" * 5_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nContent-Length : 2\r\n\r\nab",
        b"GET / HTTP/1.1\r\nA: b\r\n Content-Length: 2\r\n\r\nab",
        b"GET / HTTP/1.1\r\nA: b\rContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 16 + b"\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 5_000 + b"\r\n",
    ],
)
def test_what_is_no_http_is_a_bad_request(served: Served, data: bytes):
    """The answer is 400, and the connection ends."""
    assert served.say(data).startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize(
    "headers",
    [
        b"no colon\r\n",
        b"A: " + b"x" * 70_000 + b"\r\n",
        b"A: b\r\n" * 300,
        (b"A: " + b"x" * 60_000 + b"\r\n") * 5,
    ],
)
def test_bad_or_endless_headers_are_refused(served: Served, headers: bytes):
    """The answer is 431, and the connection ends."""
    assert served.say(b"GET / HTTP/1.1\r\n" + headers + b"\r\n").startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "data",
    [
        b"DELETE / HTTP/1.1\r\n",
        b"DELETE / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhi",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
    ],
)
def test_a_request_that_ends_early_is_not_served(served: Served, data: bytes):
    """A client that died while it sent is never taken for a complete request."""
    seen: list[HttpRequest] = []
    served.answer = lambda request: seen.append(request) or HttpAnswer(200, [])
    with served.connect() as connected:
        connected.sendall(data)
        connected.shutdown(socket.SHUT_WR)
        assert connected.recv(65536).startswith(b"HTTP/1.1 400 ")

    assert [] == seen


def test_one_slow_answer_does_not_hold_up_another(served: Served):
    """Every connection has a thread of its own: handlers call back into the account."""
    go_on, waiting = threading.Event(), threading.Event()

    def answer(request: HttpRequest) -> HttpAnswer:
        if request.path == "/slow":
            waiting.set()
            go_on.wait(10)
        return HttpAnswer(200, [])

    served.answer = answer
    with served.connect() as slow:
        slow.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
        assert waiting.wait(10)
        assert served.say(b"GET /quick HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        go_on.set()
        assert slow.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_silent_client_loses_its_connection(served: Served, monkeypatch: pytest.MonkeyPatch):
    """A connection without a request ends after a pause, and its thread with it."""
    monkeypatch.setattr(http_reading, "PAUSE_S", 1.0)

    assert b"" == served.say(b"")
    assert b"" == served.say(b"GET / HT")
    assert served.say(b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhi",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
    ],
)
def test_a_request_that_stops_half_way_is_told_so(
    served: Served, data: bytes, monkeypatch: pytest.MonkeyPatch
):
    """The answer is 408, and the connection ends."""
    monkeypatch.setattr(http_reading, "PAUSE_S", 1.0)

    assert served.say(data).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_a_head_has_one_deadline_for_all_its_bytes(served: Served, monkeypatch: pytest.MonkeyPatch):
    """A client that sends a byte now and then does not hold a thread for ever."""
    monkeypatch.setattr(http_reading, "HEAD_S", 0.5)
    with served.connect() as connected:
        connected.sendall(b"GET / HTTP/1.1\r\nA: ")
        connected.settimeout(0.01)
        answer = b""
        while not answer:
            connected.sendall(b"x")
            with suppress(TimeoutError):
                answer = connected.recv(65536)

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_an_answer_may_take_longer_than_a_client_may_pause(
    served: Served, monkeypatch: pytest.MonkeyPatch
):
    """Time limits are for clients: a handler has as long as its function's timeout says."""
    monkeypatch.setattr(http_reading, "PAUSE_S", 1.0)
    go_on = threading.Event()

    def answer(request: HttpRequest) -> HttpAnswer:
        go_on.wait(10)
        return HttpAnswer(200, [])

    served.answer = answer
    threading.Timer(1.2, go_on.set).start()

    assert served.say(b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_it_listens_on_loopback_only(served: Served):
    """Strangers on the network do not even reach the port."""
    assert "127.0.0.1" == served.server.server_address[0]


def test_a_port_in_use_is_an_error(served: Served):
    """Two servers never share a port."""
    with pytest.raises(OSError, match="in use"):
        HttpServer(served.server.port, echo)
