"""Parameter mapping, context variables and access logs of HTTP APIs."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.cloud.events.http_call import HttpCall
from helpers.cloud.http_fronts.access_logs import access_log_line
from helpers.cloud.http_fronts.context_variables import CallVariables
from helpers.cloud.http_fronts.parameter_mapping import mapped_answer, mapped_call
from helpers.cloud.http_messages import HttpAnswer, HttpRequest


def call(**more: Any) -> HttpCall:
    """Return a call with a header, a query, a body and path parameters."""
    request = HttpRequest(
        "POST",
        "/wire",
        "q=1&q=2&b=x",
        {"user": "ana", "user-agent": "class"},
        ("User", "User-Agent"),
        b'{"a": {"b": 7, "c": "d"}}',
        header_values=("ana", "class"),
    )
    settings = {
        "path": "/pets/7",
        "api_id": "abc",
        "domain_name": "abc.example.com",
        "account_id": "123456789012",
        "stage": "prod",
        "route_key": "GET /pets/{id}",
        "request_id": "rid",
        "time_s": 0.0,
        "path_parameters": {"id": "7"},
        "stage_variables": {"color": "blue"},
        "authorizer": {"jwt": {"claims": {"sub": "s"}}, "lambda": {"who": "w"}},
    }
    return HttpCall(request=request, **settings | more)


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("request.header.USER", "ana"),
        ("request.querystring.q", "1,2"),
        ("request.path.id", "7"),
        ("request.path", "/pets/7"),
        ("request.body.a.b", "7"),
        ("request.body.a.c", "d"),
        ("request.body.a.x", None),
        ("request.body", '{"a": {"b": 7, "c": "d"}}'),
        ("context.routeKey", "GET /pets/{id}"),
        ("context.requestTimeEpoch", "0"),
        ("context.identity.sourceIp", "127.0.0.1"),
        ("context.authorizer.claims.sub", "s"),
        ("context.authorizer.who", "w"),
        ("context.absent", None),
        ("stageVariables.color", "blue"),
        ("request.absent", None),
        ("elsewhere.x", None),
    ],
)
def test_a_reference_means_a_part_of_the_call(reference: str, value: str | None):
    """Requests, context and stage variables; None for what is not there."""
    assert value == CallVariables(call()).value(reference)


@pytest.mark.parametrize(
    ("key", "template", "headers", "query"),
    [
        ("append:header.user", "bob", {"user": "ana,bob"}, "q=1&q=2&b=x"),
        ("overwrite:header.User", "$request.path.id", {"user": "7"}, "q=1&q=2&b=x"),
        ("remove:header.user", "''", {}, "q=1&q=2&b=x"),
        ("append:querystring.q", "3", {"user": "ana"}, "q=1&q=2&b=x&q=3"),
        ("overwrite:querystring.q", "$stageVariables.color", {"user": "ana"}, "b=x&q=blue"),
        ("remove:querystring.b", "", {"user": "ana"}, "q=1&q=2"),
        ("unknown:place.x", "y", {"user": "ana"}, "q=1&q=2&b=x"),
    ],
)
def test_a_request_is_changed_before_its_integration(
    key: str, template: str, headers: dict[str, str], query: str
):
    """Append, overwrite and remove; what is not a mapping changes nothing."""
    request = mapped_call(call(), {key: template}).request

    assert {**headers, "user-agent": "class"} == request.headers
    assert query == request.query


def test_an_answer_is_changed_by_its_status():
    """Only the mapping of its own status applies; references read the answer."""
    mapping = {"200": {"overwrite:statuscode": "403", "append:header.x": "$response.body.m"}}
    answer = HttpAnswer(200, [("A", "1")], b'{"m": "n"}')

    changed = mapped_answer(call(), answer, mapping)

    assert (403, [("A", "1"), ("x", "n")]) == (changed.status, changed.headers)
    other = HttpAnswer(500, [])
    assert other is mapped_answer(call(), other, mapping)


def test_an_access_log_line_has_its_variables_filled():
    """Unknown variables become a dash."""
    form = '$context.identity.sourceIp "$context.httpMethod" $context.status $context.nothing'

    line = access_log_line(form, call(), HttpAnswer(201, [], b"abc"), "")

    assert '127.0.0.1 "POST" 201 -' == line
