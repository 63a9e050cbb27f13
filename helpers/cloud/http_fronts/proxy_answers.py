"""What a function's answer becomes over HTTP, in both payload formats.

Format 1.0 wants statusCode, headers, multiValueHeaders, body and isBase64Encoded; anything else is
malformed. Format 2.0 infers: JSON without a statusCode is a whole answer, application/json.
Source: docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload and
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from helpers.cloud.events.http_call import HOP_BY_HOP
from helpers.cloud.http_messages import FIELD_NAME, HttpAnswer
from helpers.cloud.json_text import read_json

JSON_TYPE = "application/json"
OWN = HOP_BY_HOP | {"content-length", "date"}
"""Headers that the front writes itself."""
BODILESS = frozenset({204, 304})
"""Statuses after which a client reads no body."""


class MalformedAnswerError(Exception):
    """A function's answer cannot become an HTTP answer."""


def answer_v2(payload: bytes, *, default_type: str = JSON_TYPE) -> HttpAnswer:
    """Return the answer of format 2.0; raises MalformedAnswerError.

    `default_type` is the Content-Type of an answer with a statusCode that names none.

    >>> answer_v2(b'"hello"').body
    b'hello'
    """
    document = _document(payload)
    if not isinstance(document, dict) or "statusCode" not in document:
        text = document.encode(errors="replace") if isinstance(document, str) else payload
        return HttpAnswer(200, [("Content-Type", JSON_TYPE)], text)
    headers = [*_single(document.get("headers"))]
    cookies = document.get("cookies") or []
    if not isinstance(cookies, list):
        raise MalformedAnswerError("cookies is not a list")
    headers += [("Set-Cookie", _text(cookie)) for cookie in cookies]
    return _answer(document, headers, default_type)


def answer_v1(payload: bytes, *, default_type: str = JSON_TYPE) -> HttpAnswer:
    """Return the answer of format 1.0; raises MalformedAnswerError."""
    document = _document(payload)
    if not isinstance(document, dict) or "statusCode" not in document:
        raise MalformedAnswerError("there is no statusCode")
    many = document.get("multiValueHeaders") or {}
    if not isinstance(many, dict) or not all(isinstance(v, list) for v in many.values()):
        raise MalformedAnswerError("multiValueHeaders does not hold lists")
    repeated = [(name, _text(value)) for name, values in many.items() for value in values]
    names = {name.lower() for name, _ in repeated}
    single = _single(document.get("headers"))
    headers = [pair for pair in single if pair[0].lower() not in names]
    return _answer(document, [*headers, *repeated], default_type)


def _answer(
    document: Mapping[str, Any], headers: list[tuple[str, str]], default_type: str
) -> HttpAnswer:
    wellformed = [(name, value) for name, value in headers if name.lower() not in OWN]
    if any(FIELD_NAME.fullmatch(name) is None for name, _ in wellformed):
        raise MalformedAnswerError("a header's name is not one")
    if all(name.lower() != "content-type" for name, _ in wellformed):
        wellformed.append(("Content-Type", default_type))
    status, body = _status(document["statusCode"]), _body(document)
    return HttpAnswer(status, wellformed, b"" if status in BODILESS else body)


def _status(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        raise MalformedAnswerError("statusCode is not a number")
    try:
        status = int(given)
    except ValueError as error:
        raise MalformedAnswerError("statusCode is not a number") from error
    if not 200 <= status <= 599:
        raise MalformedAnswerError("statusCode ends no HTTP exchange")
    return status


def _body(document: Mapping[str, Any]) -> bytes:
    body = document.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedAnswerError("body is not a string")
    if document.get("isBase64Encoded") is not True:
        return body.encode(errors="replace")
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedAnswerError("body is not base64") from error


def _document(payload: bytes) -> Any:
    try:
        return read_json(payload)
    except ValueError as error:
        raise MalformedAnswerError("the answer is not JSON") from error


def _single(headers: Any) -> Iterator[tuple[str, str]]:
    if headers is None:
        return
    if not isinstance(headers, dict):
        raise MalformedAnswerError("headers is not an object")
    for name, value in headers.items():
        yield name, _text(value)


def _text(value: Any) -> str:
    """Return a header's value in one line: nothing may end the header."""
    if isinstance(value, (dict, list)):
        raise MalformedAnswerError("a header's value is not a string")
    if isinstance(value, bool) or value is None:
        value = json.dumps(value)
    return re.sub(r"[\r\n\0]+", " ", str(value)).strip()
