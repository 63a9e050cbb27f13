"""What a load balancer answers: its own pages, redirects, fixed responses, functions' answers.

Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/
load-balancer-troubleshooting.html and lambda-functions.html.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from helpers.cloud.events.http_call import HOP_BY_HOP
from helpers.cloud.http_messages import FIELD_NAME, HttpAnswer
from helpers.cloud.json_text import read_json

SERVER = ("Server", "awselb/2.0")
MAX_ANSWER_BYTES = 1024 * 1024
_OWN = HOP_BY_HOP | {"content-length", "date", "server"}


class MalformedAnswerError(Exception):
    """A function's answer is not what load balancers understand."""


def page(status: int) -> HttpAnswer:
    """Return the load balancer's own page of an error."""
    title = f"{status} {HTTPStatus(status).phrase}"
    text = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1>"
        "</center>\r\n</body>\r\n</html>\r\n"
    )
    return HttpAnswer(status, [SERVER, ("Content-Type", "text/html")], text.encode())


def fixed_response(config: Mapping[str, Any]) -> HttpAnswer:
    """Return a fixed-response action's answer."""
    kind = str(config.get("ContentType") or "text/plain")
    body = str(config.get("MessageBody") or "").encode()
    headers = [SERVER, ("Content-Type", f"{kind}; charset=utf-8")]
    return HttpAnswer(int(config.get("StatusCode") or 200), headers, body)


def redirect(config: Mapping[str, Any], request: Mapping[str, str]) -> HttpAnswer:
    """Return a redirect; `request` gives protocol, host, port, path (no slash) and query.

    >>> asked = {"protocol": "HTTP", "host": "a", "port": "80", "path": "x", "query": "q=1"}
    >>> answer = redirect({"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}, asked)
    >>> answer.headers[-1]
    ('Location', 'https://a:443/x?q=1')
    """

    def filled(name: str, default: str) -> str:
        text = str(config.get(name) or default)
        return re.sub(r"#\{(\w+)\}", lambda match: request.get(match[1], ""), text)

    query = filled("Query", "#{query}")
    location = (
        f"{filled('Protocol', '#{protocol}').lower()}://{filled('Host', '#{host}')}"
        f":{filled('Port', '#{port}')}{filled('Path', '/#{path}')}{'?' if query else ''}{query}"
    )
    status = 302 if config.get("StatusCode") == "HTTP_302" else 301
    shown = page(status)
    return HttpAnswer(status, [*shown.headers, ("Location", location)], shown.body)


def function_answer(payload: bytes, *, multi_value: bool) -> HttpAnswer:
    """Return what a function wants answered; raises MalformedAnswerError."""
    if len(payload) > MAX_ANSWER_BYTES:
        raise MalformedAnswerError("the answer is larger than 1 MB")
    try:
        document = read_json(payload)
    except ValueError as error:
        raise MalformedAnswerError("the answer is not JSON") from error
    if not isinstance(document, dict):
        raise MalformedAnswerError("the answer is not an object")
    status = document.get("statusCode")
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        raise MalformedAnswerError("statusCode is not that of an answer")
    given = document.get("multiValueHeaders" if multi_value else "headers") or {}
    if not isinstance(given, dict):
        raise MalformedAnswerError("the headers are not an object")
    headers: list[tuple[str, str]] = [SERVER]
    for name, value in given.items():
        values = value if multi_value and isinstance(value, list) else [value]
        headers += [(name, _text(one)) for one in values if name.lower() not in _OWN]
    if any(FIELD_NAME.fullmatch(name) is None for name, _ in headers):
        raise MalformedAnswerError("a header's name is not one")
    if all(name.lower() != "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/octet-stream"))
    return HttpAnswer(status, headers, _body(document))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise MalformedAnswerError("a header's value is not a string")
    return re.sub(r"[\r\n\0]+", " ", value).strip()


def _body(document: Mapping[str, Any]) -> bytes:
    body = document.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedAnswerError("body is not a string")
    if document.get("isBase64Encoded") is not True:
        return body.encode(errors="replace")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedAnswerError("body is not base64") from error
