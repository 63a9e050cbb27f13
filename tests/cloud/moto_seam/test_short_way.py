"""The short way to moto's services answers as moto's own server does, by its Flask applications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam import application
from helpers.cloud.moto_seam.short_way import ShortWay
from helpers.cloud.wsgi import call

CHANGES = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{52}|\d{4}-\d\d-\d\dT[\d:.]+Z?"
    r"|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT"
)
FORM, JSON = "application/x-www-form-urlencoded", "application/x-amz-json-1.0"
TOPIC = "arn:aws:sns:us-east-1:123456789012:short"
Asked = tuple[str, str, str, str, bytes, dict[str, str]]


def form(service: str, text: str) -> Asked:
    """Return a call of a service that speaks in forms."""
    return (service, "POST", "/", "", text.encode(), {"Content-Type": FORM})


def json(service: str, target: str, text: str) -> Asked:
    """Return a call of a service that speaks JSON."""
    return (
        service,
        "POST",
        "/",
        "",
        text.encode(),
        {"Content-Type": JSON, "X-Amz-Target": target},
    )


def object_(method: str, path: str, query: str = "", body: bytes = b"", **more: str) -> Asked:
    """Return a call of S3."""
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return ("s3", method, path, query, body, headers)


ASKED: tuple[Asked, ...] = (
    form("sns", "Action=CreateTopic&Name=short"),
    form("sns", f"Action=Publish&TopicArn={TOPIC}&Message=caf%C3%A9"),
    form("sns", f"Action=Publish&TopicArn={TOPIC}x&Message=m"),
    json("sqs", "AmazonSQS.CreateQueue", '{"QueueName": "short"}'),
    json("sqs", "AmazonSQS.GetQueueUrl", '{"QueueName": "none"}'),
    json("dynamodb", "DynamoDB_20120810.DescribeTable", '{"TableName": "none"}'),
    form("iam", "Action=ListUsers&Version=2010-05-08"),
    object_("PUT", "/short"),
    object_("PUT", "/short/a%20b/%C3%A9%2F%25", body=b"x", x_amz_meta_one="1", Content_Type="a/b"),
    object_("GET", "/short/a%20b/%C3%A9%2F%25"),
    object_("GET", "/short/a%20b/%C3%A9%2F%25", Range="bytes=0-0"),
    object_("HEAD", "/short/a%20b/%C3%A9%2F%25"),
    object_("HEAD", "/short/none"),
    object_("GET", "/short/none"),
    object_("GET", "/short/none", Origin="http://localhost:8888"),
    object_("OPTIONS", "/short/none", Origin="http://localhost:8888"),
    object_("PUT", "/short//twice//", body=b""),
    object_("GET", "/short/", "list-type=2&prefix=a"),
    object_("DELETE", "/short/none"),
    object_("GET", "/"),
    ("lambda", "GET", "/2015-03-31/functions/", "", b"", {}),
    ("lambda", "GET", "/no/such/path", "", b"", {}),
    ("lambda", "DELETE", "/2015-03-31/functions", "", b"", {}),
)


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Any, DomainDispatcherApplication]]:
    """Yield the short way, and moto's own application behind it."""
    short: Any = application.wsgi_application({})
    assert isinstance(short, ShortWay)
    yield short, short._application
    application.reset_services()


def request(asked: Asked) -> HttpRequest:
    """Return the request as the server hands it on; nobody verifies its signature here."""
    service, method, path, query, body, given = asked
    scope = f"AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/{service}/aws4_request"
    headers = {
        "Host": "127.0.0.1:4566",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        **given,
    }
    lower = {name.lower(): value for name, value in headers.items()}
    return HttpRequest(method, path, query, lower, tuple(headers), body)


def compared(answer: HttpAnswer) -> tuple[int, list[tuple[str, str]], str]:
    """Return an answer without ids and moments."""
    headers = sorted((name.lower(), CHANGES.sub("*", value)) for name, value in answer.headers)
    return answer.status, headers, CHANGES.sub("*", answer.body.decode())


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: " ".join(map(str, asked[:4])))
def test_the_short_way_answers_as_flask_does(both: tuple[Any, Any], asked: Asked):
    """Status, headers and body are the same, of errors and unknown paths too."""
    short, flask = both
    call(flask, request(asked), port=4566)  # what is made is there for both

    expected = compared(call(flask, request(asked), port=4566))
    assert expected == compared(call(short, request(asked), port=4566))
