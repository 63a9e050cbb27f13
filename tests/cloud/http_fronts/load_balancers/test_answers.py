"""What a load balancer makes of a function's answer, and of hostile ones."""

from __future__ import annotations

import json

import pytest

from helpers.cloud.http_fronts.load_balancers.answers import (
    MalformedAnswerError,
    function_answer,
    page,
)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "x",
        {},
        {"statusCode": "200"},
        {"statusCode": True},
        {"statusCode": 99},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"X": 1}},
        {"statusCode": 200, "headers": {"X Y": "1"}},
        {"statusCode": 200, "body": {}},
        {"statusCode": 200, "body": "%", "isBase64Encoded": True},
    ],
)
def test_malformed_answers(document: object):
    """Each is refused, for the 502 page."""
    with pytest.raises(MalformedAnswerError):
        function_answer(json.dumps(document).encode(), multi_value=False)


@pytest.mark.parametrize("payload", [b"", b"{", b"[" * 100_000, b"x" * (1024 * 1024 + 1)])
def test_answers_that_are_no_json(payload: bytes):
    """Nor are these anything else."""
    with pytest.raises(MalformedAnswerError):
        function_answer(payload, multi_value=False)


def test_a_header_cannot_break_its_line():
    """Line breaks in a value become spaces, and connection headers are the load balancer's."""
    headers = {"X-One": "a\r\nX-Evil: 1", "Connection": "close", "Content-Length": "7"}
    answer = function_answer(
        json.dumps({"statusCode": 200, "headers": headers}).encode(), multi_value=False
    )

    assert [("Server", "awselb/2.0"), ("X-One", "a X-Evil: 1")] == answer.headers[:2]
    assert 3 == len(answer.headers)


def test_its_own_pages_name_the_status():
    """As browsers show them."""
    assert b"<head><title>503 Service Unavailable</title></head>" in page(503).body
