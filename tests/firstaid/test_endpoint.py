"""Only this machine is asked, without proxies and redirects, and whatever answers is survived."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from helpers.firstaid import addresses
from helpers.firstaid.endpoint import ask
from tests.firstaid.conftest import Stranger


@pytest.fixture
def speaking() -> Iterator[Callable[[bytes], str]]:
    """Listen on a port, answer the first caller with these bytes, and hang up."""
    sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def listen(answer: bytes) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        sockets.append(listener)

        def speak() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.recv(4096)
                caller.sendall(answer)

        threads.append(threading.Thread(target=speak))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield listen
    for thread in threads:
        thread.join(10)
    for listener in sockets:
        listener.close()


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:4566", True),
        ("https://localhost", True),
        ("http://s3.localhost:4566", True),
        ("http://[::1]:4566", True),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost.example.com:4566", False),
        ("https://sqs.us-east-1.amazonaws.com", False),
        ("file:///etc/passwd", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_only_addresses_of_this_machine_are_local(url: str, local: bool):
    """Names that merely look like loopback are elsewhere."""
    assert local is addresses.is_local(url)


def test_an_address_elsewhere_is_not_asked(monkeypatch: pytest.MonkeyPatch):
    """No name is looked up and no connection made for an endpoint that is not this machine."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("somebody was asked"))
    answer = ask("http://example.com:4566")

    assert not answer.came
    assert "not on this machine" in answer.complaint


def test_a_redirect_is_an_answer_and_nobody_else_is_asked(stranger: Stranger):
    """What listens here cannot send the doctor to another place."""
    stranger.status = 302
    stranger.headers["Location"] = "http://example.com/"
    stranger.answers["/_kit/health"] = {}
    answer = ask(stranger.endpoint)

    assert 302 == answer.status
    assert ["/_kit/health"] == stranger.asked


@pytest.mark.parametrize(
    "said",
    [b"", b"220 mail ready\r\n", b"\xff" * 99],
    ids=["silence", "another protocol", "noise"],
)
def test_what_does_not_speak_http_is_a_complaint(speaking: Callable[[bytes], str], said: bytes):
    """Whatever a port says, the answer is a sentence and not an exception."""
    answer = ask(speaking(said))

    assert not answer.came
    assert answer.complaint


@pytest.mark.parametrize("body", [b"[1]", b"null", b"no json", b"[" * 2_000])
def test_a_document_that_is_no_object_is_an_empty_one(
    speaking: Callable[[bytes], str], body: bytes
):
    """An answer is read as an object or not at all."""
    head = b"HTTP/1.1 200 OK\r\nDate: once upon a time\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer = ask(speaking(head + body))

    assert answer.came
    assert {} == answer.document
    assert answer.date_s is None


def test_a_port_that_never_answers_is_given_up():
    """A program that takes a connection and says nothing does not hold the doctor up for ever."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        answer = ask(f"http://127.0.0.1:{mute.getsockname()[1]}", timeout_s=0.2)

    assert not answer.came
    assert "timed out" in answer.complaint


def test_an_endpoint_with_a_port_that_is_none_is_a_complaint():
    """A port beyond 65535 is said, not raised."""
    assert not ask("http://127.0.0.1:99999").came
