from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.wsgi import PRESERVED_NAMES, call

Start = Callable[..., Callable[[bytes], object]]


def request(*headers: tuple[str, str], path: str = "/", query: str = "") -> HttpRequest:
    """Return a request with a two-byte body."""
    return HttpRequest(
        "PUT",
        path,
        query,
        {name.lower(): value for name, value in headers},
        tuple(name for name, _ in headers),
        b"hi",
    )


def environ_of(asked: HttpRequest) -> dict[str, Any]:
    """Return the environ that an application gets for a request."""
    got: list[dict[str, Any]] = []

    def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        got.append(environ)
        start("200 OK", [])
        return []

    call(application, asked, port=4566)
    return got[0]


def test_the_raw_path_goes_along_beside_the_decoded_one():
    """S3 keys hold characters that decoding would lose; PATH_INFO is bytes as Latin-1."""
    environ = environ_of(request(path="/b/a%2Fb%20%C3%A9", query="x=%20"))

    assert "/b/a%2Fb%20%C3%A9?x=%20" == environ["RAW_URI"] == environ["REQUEST_URI"]
    assert "/b/a/b é".encode().decode("latin-1") == environ["PATH_INFO"]
    assert "x=%20" == environ["QUERY_STRING"]
    assert "/b" == environ_of(request(path="/b"))["RAW_URI"]


def test_headers_become_variables():
    """Content-Type has a name of its own; lengths and transfer codings are the server's."""
    environ = environ_of(
        request(
            ("Content-Type", "text/plain"),
            ("X-Amz-Target", "t"),
            ("Content-Length", "99"),
            ("Transfer-Encoding", "chunked"),
            ("Expect", "100-continue"),
        )
    )

    assert ("text/plain", "t", "2") == (
        environ["CONTENT_TYPE"],
        environ["HTTP_X_AMZ_TARGET"],
        environ["CONTENT_LENGTH"],
    )
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert "HTTP_EXPECT" not in environ
    assert b"hi" == environ["wsgi.input"].read()


def test_a_header_with_an_underscore_does_not_pass_for_one_with_dashes():
    """Nobody smuggles a header past whoever checked the dashed one."""
    environ = environ_of(request(("X_Amz_Target", "smuggled"), ("Authorization", "a")))

    assert "HTTP_X_AMZ_TARGET" not in environ
    assert "a" == environ["HTTP_AUTHORIZATION"]


def test_underscores_in_metadata_of_objects_are_kept():
    """S3 metadata may be named with underscores; the spelling goes along."""
    environ = environ_of(request(("x-amz-meta-order_id", "7")))

    assert "7" == environ["HTTP_X_AMZ_META_ORDER_ID"]
    assert {"HTTP_X_AMZ_META_ORDER_ID": "x-amz-meta-order_id"} == environ[PRESERVED_NAMES]


def test_the_answer_is_collected_whole_and_the_iterable_closed():
    """Status, headers, written and yielded pieces come back; close is called."""
    closed: list[bool] = []

    class Pieces:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"b", b"c"])

        def close(self) -> None:
            closed.append(True)

    def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("404 Not Found", [("X-One", "1"), ("X-One", "2")])(b"a")
        return Pieces()

    answer = call(application, request(), port=1)

    assert HttpAnswer(404, [("X-One", "1"), ("X-One", "2")], b"abc") == answer
    assert [True] == closed


def test_a_second_start_replaces_the_first():
    """An application that fails midway may still say so."""

    def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        start("500 Internal Server Error", [("X", "y")], (None, None, None))
        return [b"failed"]

    assert HttpAnswer(500, [("X", "y")], b"failed") == call(application, request(), port=1)
