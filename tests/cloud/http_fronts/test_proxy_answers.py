"""What functions return, as HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.cloud.http_fronts.proxy_answers import (
    MalformedAnswerError,
    answer_v1,
    answer_v2,
)


@pytest.mark.parametrize(
    ("payload", "body"),
    [(b'"x"', b"x"), (b"7", b"7"), (b'{"a":1}', b'{"a":1}'), (b'"\\ud800"', b"?")],
)
def test_format_2_takes_anything_for_an_answer(payload: bytes, body: bytes):
    """JSON without a statusCode is the body of a 200."""
    answer = answer_v2(payload)

    assert (200, [("Content-Type", "application/json")], body) == (
        answer.status,
        answer.headers,
        answer.body,
    )


@pytest.mark.parametrize(
    "document",
    [
        {"statusCode": "x"},
        {"statusCode": 100},
        {"statusCode": 600},
        {"statusCode": True},
        {"statusCode": None},
        {"statusCode": 200.5},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "%", "isBase64Encoded": True},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a": {"b": 1}}},
        {"statusCode": 200, "headers": {"a b": "1"}},
        {"statusCode": 200, "headers": {"a\r\nb": "1"}},
        {"statusCode": 200, "headers": {"": "1"}},
    ],
)
@pytest.mark.parametrize("read", [answer_v1, answer_v2])
def test_both_formats_refuse_a_malformed_answer(read: Any, document: dict[str, Any]):
    """Nothing is guessed once there is a statusCode."""
    with pytest.raises(MalformedAnswerError):
        read(json.dumps(document).encode())


@pytest.mark.parametrize("payload", [b"7", b"null", b'{"a": 1}', b"", b"{", b"[" * 100_000])
def test_format_1_wants_a_status_code(payload: bytes):
    """Anything else is malformed."""
    with pytest.raises(MalformedAnswerError):
        answer_v1(payload)


def test_format_1_adds_repeated_headers_to_single_ones():
    """multiValueHeaders win over headers of the same name."""
    answer = answer_v1(
        json.dumps(
            {
                "statusCode": "201",
                "headers": {"X-A": "1", "content-type": "text/plain"},
                "multiValueHeaders": {"x-a": ["2", "3"]},
                "body": "aGk=",
                "isBase64Encoded": True,
            }
        ).encode()
    )

    assert (201, b"hi") == (answer.status, answer.body)
    assert [("content-type", "text/plain"), ("x-a", "2"), ("x-a", "3")] == answer.headers


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_gets_none(status: int):
    """A body after 204 would be read as the start of the next answer."""
    assert b"" == answer_v2(json.dumps({"statusCode": status, "body": "x"}).encode()).body


def test_a_value_cannot_smuggle_a_second_header_nor_the_servers_own():
    """Line breaks become spaces; length, date and connection are the front's."""
    document = {
        "statusCode": 200,
        "headers": {"X": "a\r\nY: b", "Content-Length": "1", "Transfer-Encoding": "chunked"},
        "cookies": ["c=1\nSet-Cookie: d=2", 7],
    }
    answer = answer_v2(json.dumps(document).encode())

    assert [
        ("X", "a Y: b"),
        ("Set-Cookie", "c=1 Set-Cookie: d=2"),
        ("Set-Cookie", "7"),
        ("Content-Type", "application/json"),
    ] == answer.headers
