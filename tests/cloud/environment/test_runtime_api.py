"""The Runtime API of one environment speaks HTTP: keep-alive, chunks, and strangers kept out."""

from __future__ import annotations

import contextlib
import functools
import http.client
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from helpers.cloud.environment.runtime_api import MAX_CONNECTIONS, READ_BYTES, RuntimeApi
from helpers.cloud.environment.runtime_requests import MAX_BODY_BYTES, Connection, Request
from tests.waiting import until

NEXT = "/2018-06-01/runtime/invocation/next"


class Served:
    """A Runtime API driven by a thread; answers every request with its own words."""

    def __init__(self, is_ours: Callable[[int, int], bool] = lambda *_: True) -> None:
        self.requests: list[Request] = []
        self.answer: dict[str, Any] = {}
        self._is_ours = is_ours
        self._selector = selectors.DefaultSelector()
        self.api = RuntimeApi(self._selector)
        self._stop, self._stopper = socket.socketpair()
        self._selector.register(self._stop, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._drive)
        self._thread.start()

    def close(self) -> None:
        """End the thread and the sockets."""
        self._stopper.close()
        self._thread.join()
        self._stop.close()
        self.api.close()
        self._selector.close()

    def _drive(self) -> None:
        while True:
            for key, mask in self._selector.select():
                if key.data is None:
                    return
                if not isinstance(key.data, Connection):
                    self.api.accept(self._is_ours)
                    continue
                for request in self.api.ready(key.data, mask):
                    self.requests.append(request)
                    self.api.reply(request, **self.answer)


@pytest.fixture
def served() -> Iterator[Served]:
    """A Runtime API that anybody may talk to."""
    one = Served()
    yield one
    one.close()


@pytest.fixture
def runtime(served: Served) -> Iterator[http.client.HTTPConnection]:
    """A connection to it."""
    connection = http.client.HTTPConnection(served.api.address, timeout=10)
    yield connection
    connection.close()


def ask(runtime: http.client.HTTPConnection, *request: Any, **more: Any) -> tuple[int, bytes]:
    """Send a request; return status and body of the answer."""
    runtime.request(*request, **more)
    answer = runtime.getresponse()
    return answer.status, answer.read()


def test_event_and_headers(served: Served, runtime: http.client.HTTPConnection) -> None:
    """/next is answered with the event and its headers."""
    served.answer = {
        "status": 200,
        "headers": {"Lambda-Runtime-Deadline-Ms": "7"},
        "body": b'{"a":1}',
    }
    runtime.request("GET", NEXT)
    answer = runtime.getresponse()
    assert (answer.status, answer.read()) == (200, b'{"a":1}')
    assert answer.getheader("Lambda-Runtime-Deadline-Ms") == "7"
    assert [(r.method, r.path, r.body) for r in served.requests] == [("GET", NEXT, b"")]


def test_connection_is_kept(served: Served, runtime: http.client.HTTPConnection) -> None:
    """Requests follow one another on one connection."""
    for number in range(3):
        assert ask(runtime, "POST", f"/{number}", b"x" * number)[0] == 202
    assert [r.body for r in served.requests] == [b"", b"x", b"xx"]
    assert len({id(r.connection) for r in served.requests}) == 1


def test_chunked_body(served: Served, runtime: http.client.HTTPConnection) -> None:
    """A chunked body arrives in one piece, whatever the chunks."""
    pieces = iter([b"one", b" two ", b"x" * 300_000])
    assert ask(runtime, "POST", "/response", body=pieces, encode_chunked=True)[0] == 202
    assert served.requests[0].body == b"one two " + b"x" * 300_000
    assert ask(runtime, "POST", "/response", b"after")[0] == 202
    assert served.requests[1].body == b"after"


def test_bytes_one_by_one(served: Served) -> None:
    """A request may arrive byte by byte, and the next one behind it in the same packet."""
    with socket.create_connection(("127.0.0.1", served.api.port), timeout=10) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi":
            peer.send(bytes([byte]))
        peer.send(b"POST /b HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET /c HTTP/1.1\r\n\r\n")
        received = b""
        while received.count(b"202 Accepted") < 3:
            received += peer.recv(65536)
    assert [(r.method, r.path, r.body) for r in served.requests] == [
        ("POST", "/a", b"hi"), ("POST", "/b", b""), ("GET", "/c", b""),
    ]  # fmt: skip


def test_expect_continue(served: Served) -> None:
    """A client that waits for 100-continue gets it before it sends the body."""
    with socket.create_connection(("127.0.0.1", served.api.port), timeout=10) as peer:
        peer.sendall(b"POST /a HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert peer.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        peer.sendall(b"hi")
        assert peer.recv(1000).startswith(b"HTTP/1.1 202 Accepted")


def test_large_event_to_a_slow_reader(served: Served) -> None:
    """An event larger than the socket's buffer is sent on as the reader takes it."""
    served.answer = {"status": 200, "body": b"e" * 5_000_000}
    with socket.create_connection(("127.0.0.1", served.api.port), timeout=10) as peer:
        peer.sendall(b"GET /next HTTP/1.1\r\n\r\n")
        received = 0
        while received < 5_000_000:
            received += len(peer.recv(50_000))


def test_body_above_the_limit_is_counted_not_kept(
    served: Served, runtime: http.client.HTTPConnection
) -> None:
    """Of a body that is too large only the size is kept."""
    assert ask(runtime, "POST", "/response", b"x" * (MAX_BODY_BYTES + 1000))[0] == 202
    (request,) = served.requests
    assert (len(request.body), request.body_bytes) == (MAX_BODY_BYTES, MAX_BODY_BYTES + 1000)


@pytest.mark.parametrize(
    "noise", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"]
)
def test_noise_is_dropped(noise: bytes, served: Served) -> None:
    """What is not HTTP loses its connection, and nothing else happens."""
    with socket.create_connection(("127.0.0.1", served.api.port), timeout=10) as peer:
        peer.sendall(noise)
        assert peer.recv(100) == b""
    assert served.requests == []


def test_strangers_are_turned_away() -> None:
    """A connection that does not come from the environment's own processes is closed unread."""
    asked: list[tuple[int, int]] = []

    def is_ours(peer_port: int, own_port: int) -> bool:
        asked.append((peer_port, own_port))
        return False

    served = Served(is_ours)
    with socket.create_connection(("127.0.0.1", served.api.port), timeout=10) as peer:
        own = peer.getsockname()[1]
        assert peer.recv(100) == b""
    served.close()
    assert (asked, served.requests) == ([(own, served.api.port)], [])


def test_refusal_has_the_runtime_apis_form(
    served: Served, runtime: http.client.HTTPConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused request is told why, as the Runtime API tells it."""
    reply = served.api.reply
    refuse = functools.partial(
        served.api.refuse, status=400, error_type="InvalidRequestID", message="Invalid request ID"
    )

    def refuse_once(request: Request, **_: Any) -> None:
        monkeypatch.setattr(served.api, "reply", reply)
        refuse(request)

    monkeypatch.setattr(served.api, "reply", refuse_once)
    assert ask(runtime, "GET", "/nowhere") == (
        400,
        b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}\n',
    )


def test_trailers_end_a_chunked_body(served: Served) -> None:
    """Headers after the last chunk belong to their request, and the next one is read after them."""
    with socket.create_connection(("127.0.0.1", served.api.port), timeout=10) as peer:
        peer.sendall(b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n")
        peer.sendall(b"Lambda-Runtime-Function-Error-Type: Runtime.Broken\r\n")
        peer.sendall(b"Other: 1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        answers = b""
        while answers.count(b"202") < 2:
            answers += peer.recv(4096)
    assert [r.path for r in served.requests] == ["/a", "/b"]
    assert served.requests[0].body == b"one"
    assert served.requests[0].trailers == {
        "lambda-runtime-function-error-type": "Runtime.Broken",
        "other": "1",
    }


@pytest.mark.parametrize(
    "head",
    [
        b"Transfer-Encoding: chunked\r\n\r\n-6\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nnothing\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 2000,
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: many\r\n\r\n",
    ],
)
def test_a_length_that_is_none_ends_the_connection(served: Served, head: bytes) -> None:
    """A handler may send anything: what has no length is not waited for, nor read for ever."""
    with socket.create_connection(("127.0.0.1", served.api.port), timeout=10) as peer:
        peer.sendall(b"POST /a HTTP/1.1\r\n" + head)
        assert b"" == peer.recv(4096)
    assert [] == served.requests


def test_a_chunk_is_not_collected_before_it_is_kept(served: Served) -> None:
    """Of an endless chunk no more is held than of any other body."""
    sent = MAX_BODY_BYTES + 1_000_000
    held: list[int] = []
    served.api.opens = lambda request: lambda data: held.append(len(data))
    with socket.create_connection(("127.0.0.1", served.api.port), timeout=10) as peer:
        peer.sendall(b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n")
        peer.sendall(b"x" * sent)
        until(lambda: sum(held) == sent)
    assert max(held) <= READ_BYTES


def test_connections_are_bounded(served: Served) -> None:
    """A handler cannot use up the account's descriptors; who is known goes on."""
    with contextlib.ExitStack() as opened:

        def connect() -> socket.socket:
            peer = socket.create_connection(("127.0.0.1", served.api.port), timeout=10)
            return opened.enter_context(peer)

        first, *_ = [connect() for _ in range(MAX_CONNECTIONS)]
        assert b"" == connect().recv(1)
        first.sendall(b"GET /next HTTP/1.1\r\n\r\n")
        assert first.recv(4096).startswith(b"HTTP/1.1 202 ")


def test_a_body_may_be_taken_as_it_comes(
    served: Served, runtime: http.client.HTTPConnection
) -> None:
    """Whoever takes a body gets each chunk, and the request keeps none of it."""
    taken: list[bytes] = []
    served.api.opens = lambda request: taken.append if request.path == "/stream" else None
    assert ask(runtime, "POST", "/stream", body=iter([b"a", b"bc"]), encode_chunked=True)[0] == 202
    assert ask(runtime, "POST", "/other", b"kept")[0] == 202
    assert taken == [b"a", b"bc"]
    assert [(bytes(r.body), r.body_bytes) for r in served.requests] == [(b"", 3), (b"kept", 4)]
