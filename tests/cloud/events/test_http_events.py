"""HTTP requests as events, in both payload formats."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.cloud.events.http_call import HttpCall, clf_time, cookies_of, event_body, query_pairs
from helpers.cloud.events.http_v1 import http_api_v1_event, http_v1_event
from helpers.cloud.events.http_v2 import http_v2_event
from helpers.cloud.http_messages import HttpRequest


def request(*pairs: tuple[str, str], query: str = "", body: bytes = b"") -> HttpRequest:
    """Return a request with these headers, in order."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    names = tuple(name for name, _ in pairs)
    values = tuple(value for _, value in pairs)
    return HttpRequest("POST", "/", query, headers, names, body, header_values=values)


def call(asked: HttpRequest, **more: Any) -> HttpCall:
    """Return a call of a front."""
    settings = {
        "path": "/p",
        "api_id": "abc",
        "domain_name": "abc.example.com",
        "account_id": "123456789012",
        "stage": "$default",
        "route_key": "$default",
        "request_id": "id",
        "time_s": 1583348638.39,
        "trace": "Root=1-5;Parent=6;Sampled=0",
    }
    return HttpCall(request=asked, **settings | more)


def test_headers_end_with_what_the_front_adds_and_without_the_connections_own():
    """Hop-by-hop headers go, Host is AWS's, and whoever forwarded before stays in the list."""
    pairs = call(
        request(("Host", "127.0.0.1:1"), ("Connection", "close"), ("X-Forwarded-For", "10.0.0.1"))
    ).header_pairs()

    assert [
        ("Host", "abc.example.com"),
        ("X-Amzn-Trace-Id", "Root=1-5"),
        ("X-Forwarded-For", "10.0.0.1, 127.0.0.1"),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ] == pairs


def test_hidden_headers_do_not_reach_the_event():
    """A signature that was checked is not shown to the function."""
    hidden = call(request(("Authorization", "x")), hidden_headers=frozenset({"authorization"}))

    assert "authorization" not in http_v2_event(hidden)["headers"]
    assert "authorization" in http_v2_event(call(request(("Authorization", "x"))))["headers"]


def test_format_2_joins_and_lower_cases_and_format_1_repeats():
    """The same request in both formats."""
    asked = request(("X-A", "1"), ("X-A", "2"), ("Cookie", "a=1; b=2"), query="q=1&q=2&e=")
    second, first = http_v2_event(call(asked)), http_v1_event(call(asked), resource="/{proxy+}")

    assert ("1,2", ["a=1", "b=2"]) == (second["headers"]["x-a"], second["cookies"])
    assert "cookie" not in second["headers"]
    assert {"q": "1,2", "e": ""} == second["queryStringParameters"]
    assert ("2", ["1", "2"]) == (first["headers"]["X-A"], first["multiValueHeaders"]["X-A"])
    assert ({"q": "2", "e": ""}, {"q": ["1", "2"], "e": [""]}) == (
        first["queryStringParameters"],
        first["multiValueQueryStringParameters"],
    )


def test_format_2_leaves_out_and_format_1_shows_null():
    """What a request does not have."""
    second, first = http_v2_event(call(request())), http_v1_event(call(request()), resource="/")

    names = {"cookies", "queryStringParameters", "pathParameters", "stageVariables", "body"}
    assert set() == names & second.keys()
    assert "authorizer" not in second["requestContext"]
    assert all(
        first[name] is None
        for name in (
            "queryStringParameters",
            "multiValueQueryStringParameters",
            "pathParameters",
            "stageVariables",
            "body",
        )
    )


def test_format_1_of_an_http_api_says_its_version_and_takes_more_context():
    """`version` for HTTP APIs; members of requestContext and identity can be given."""
    event = http_v1_event(
        call(request()), resource="/", identity={"apiKey": "k"}, context={"path": "/prod/p"}
    )

    assert "1.0" == http_api_v1_event(call(request()), resource="/")["version"]
    assert "version" not in event
    assert ("k", "/prod/p") == (
        event["requestContext"]["identity"]["apiKey"],
        event["requestContext"]["path"],
    )


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b"{}", ("{}", False)),
        ("APPLICATION/XML; a=b", b"<a/>", ("<a/>", False)),
        ("image/png", b"{}", ("e30=", True)),
        ("application/json", b"\xff", ("/w==", True)),
        ("", b"", (None, False)),
    ],
)
def test_bodies_are_text_where_the_type_promises_it(
    content_type: str, body: bytes, expected: tuple[str | None, bool]
):
    """Everything else is base64."""
    assert expected == event_body(request(("Content-Type", content_type), body=body))


def test_broken_queries_and_cookies_are_read_as_far_as_they_go():
    """Nothing a client sends makes an event impossible."""
    assert [("a", "\ufffd"), ("%zz", ""), ("", "x")] == query_pairs("a=%ff&%25zz&=x&&")
    assert ["a", "b=1"] == cookies_of(request(("Cookie", "a;;"), ("cookie", " b=1 ")))


def test_moments_are_written_in_the_common_log_format():
    """Whatever the locale."""
    assert "04/Mar/2020:19:03:58 +0000" == clf_time(1583348638.39)
