"""What the HTTP console sends, before it is sent; and its plain words without an account."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from helpers.cloud.client import CloudLostError
from helpers.cloud.errors import KitError
from helpers.consoles import HttpConsole
from helpers.consoles.fronts import Front
from helpers.consoles.rebuilt import parameters_of
from helpers.consoles.sending import exchange, headers_in, written
from helpers.views.exchange import Request
from tests.consoles.fakes import FakeLab, Lost


def test_headers_are_read_line_by_line():
    """Values keep their colons, names may come twice, empty lines are nothing."""
    text = "Content-Type: text/plain\n\n X-Tag : a\nX-Tag: b:c\nX-Empty:"

    assert (
        ("Content-Type", "text/plain"),
        ("X-Tag", "a"),
        ("X-Tag", "b:c"),
        ("X-Empty", ""),
    ) == headers_in(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("X-A: 1\nno colon", "Line 2 of the headers is 'no colon'"),
        ("X A: 1", "Line 1 of the headers is 'X A: 1'"),
        (": 1", "Line 1 of the headers is ': 1'"),
        ("X-A: köln", "letters that HTTP does not carry"),
    ],
)
def test_a_line_that_is_no_header_is_told(text: str, words: str):
    """With its number, before anything is sent."""
    with pytest.raises(KitError, match=words):
        headers_in(text)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (("/a%20b", "x=a%20b"), ("/a%20b", "x=a%20b")),
        (("orders/ö", "?a=1&a=2"), ("/orders/%C3%B6", "a=1&a=2")),
        (("", ""), ("/", "")),
        (("/a\r\nX: y?b#c", "q=\n"), ("/a%0D%0AX:%20y%3Fb%23c", "q=%0A")),
    ],
)
def test_what_a_url_cannot_hold_is_encoded(given: tuple[str, str], sent: tuple[str, str]):
    """What is encoded already stays as it is, and no line can be smuggled in."""
    assert sent == written(*given)


@pytest.mark.parametrize(
    ("route", "path", "expected"),
    [
        ("/orders/{id}", "/orders/o%201", {"id": "o%201"}),
        ("/a/{b}/{rest+}", "/a/1/2/3", {"b": "1", "rest": "2/3"}),
        ("/orders/{id}", "/orders", {}),
        ("$default", "/x", {}),
    ],
)
def test_parameters_are_read_out_of_a_path(route: str, path: str, expected: dict[str, str]):
    """As REST APIs read them, percent-encoded as they came."""
    assert expected == parameters_of(route, path)


def test_a_lost_account_is_told_with_the_next_step():
    """Reading the addresses ends in a sentence, and sending too."""
    lab: Any = FakeLab(Lost())
    console = HttpConsole(lab)
    task = console.refresh()

    assert task.wait(30)
    assert "run the setup cell" in task.message.value
    assert console.send() is None
    assert "Nothing answers HTTP yet" not in console.message.value


class Ending(FakeLab):
    """A lab whose account ends between two looks at its records."""

    def records(self, *, since: int = 0, **equals: Any) -> list[dict[str, Any]]:
        """Answer once."""
        if self.kept:
            raise CloudLostError("gone")
        self.kept.append({"sequence": 1})
        return []


@pytest.mark.parametrize(
    ("lab", "error"), [(Ending(None), CloudLostError), (FakeLab(None), KitError)]
)
def test_an_account_that_ends_before_the_request_is_told_from_one_that_hangs_up(
    lab: Any, error: type[Exception]
):
    """The console says that the account is gone only when it is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # a port of ours that nobody listens on
        front = Front("shop", "http-api", "a", f"http://127.0.0.1:{probe.getsockname()[1]}")
        with pytest.raises(error):
            exchange(lab, front, Request("GET", "/"))
