"""One HTTP request as API Gateway and function URLs read it, before it becomes an event.

Parses what both payload formats share: single and repeated headers, query strings, cookies, and
whether a body travels as text or as base64. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html and
docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from helpers.cloud.http_messages import HttpRequest

SOURCE_IP = "127.0.0.1"
PROTOCOL = "HTTP/1.1"
HOP_BY_HOP = frozenset(
    (
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
"""Headers that speak of one connection and end at the front."""
TEXT = re.compile(r"text/.*|application/(.*\+)?(json|xml)|application/javascript", re.IGNORECASE)
"""Content types whose bodies an event holds as text. A form is not among them, as on AWS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """One request at a front, with where it came in and what was decided on the way.

    `path` is what the event shows; `api_id` is the API's or URL's id; `time_s` is Unix seconds;
    `trace` is the header that the function's event and environment get (Root=...). `authorizer`
    is requestContext.authorizer; None leaves it out. Parameters are None where there are none.
    """

    request: HttpRequest
    path: str
    api_id: str
    domain_name: str
    account_id: str
    stage: str
    route_key: str
    request_id: str
    time_s: float
    trace: str = ""
    path_parameters: Mapping[str, str] | None = None
    stage_variables: Mapping[str, str] | None = None
    authorizer: Mapping[str, Any] | None = None
    hidden_headers: frozenset[str] = field(default=frozenset())

    @property
    def domain_prefix(self) -> str:
        """The first label of the host name."""
        return self.domain_name.partition(".")[0]

    @property
    def user_agent(self) -> str:
        """The caller's User-Agent, or nothing."""
        return self.request.headers.get("user-agent", "")

    @property
    def time(self) -> str:
        """The moment as the common log format writes it.

        >>> clf_time(1583348638.39)
        '04/Mar/2020:19:03:58 +0000'
        """
        return clf_time(self.time_s)

    @property
    def time_ms(self) -> int:
        """The moment in Unix milliseconds."""
        return int(self.time_s * 1000)

    def header_pairs(self) -> list[tuple[str, str]]:
        """Return each header as it came, and those that AWS's front adds, in the caller's case.

        Host is AWS's name of the front, and connections there are always encrypted.
        """
        added = {
            "Host": self.domain_name,
            "X-Amzn-Trace-Id": self.trace.partition(";")[0],
            "X-Forwarded-For": _forwarded(self.request.headers.get("x-forwarded-for")),
            "X-Forwarded-Port": "443",
            "X-Forwarded-Proto": "https",
        }
        hidden = HOP_BY_HOP | self.hidden_headers | {name.lower() for name in added}
        came = [pair for pair in self.request.header_pairs() if pair[0].lower() not in hidden]
        return came + [(name, value) for name, value in added.items() if value]

    def body(self) -> tuple[str | None, bool]:
        """Return the body as the event holds it, and whether that is base64; None when empty."""
        return event_body(self.request)


def event_body(request: HttpRequest) -> tuple[str | None, bool]:
    """Return a body as text, or as base64 unless its Content-Type promises text."""
    if not request.body:
        return None, False
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if TEXT.fullmatch(content_type):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass  # the promise was not kept
    return base64.b64encode(request.body).decode(), True


def query_pairs(query: str) -> list[tuple[str, str]]:
    """Return the parameters of a query string, decoded, in order; blank values stay.

    >>> query_pairs("a=1&a=x%20y&b")
    [('a', '1'), ('a', 'x y'), ('b', '')]
    """
    return parse_qsl(query, keep_blank_values=True, errors="replace")


def combined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Join the values of one name by commas.

    >>> combined([("a", "1"), ("b", "2"), ("a", "3")])
    {'a': '1,3', 'b': '2'}
    """
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def gathered(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Collect the values of one name in a list.

    >>> gathered([("a", "1"), ("b", "2"), ("a", "3")])
    {'a': ['1', '3'], 'b': ['2']}
    """
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def cookies_of(request: HttpRequest) -> list[str]:
    """Return the cookies of a request, one text each, such as "a=1"."""
    came = [value for name, value in request.header_pairs() if name.lower() == "cookie"]
    return [cookie.strip() for value in came for cookie in value.split(";") if cookie.strip()]


def clf_time(time_s: float) -> str:
    """Return a moment as 04/Mar/2020:19:03:58 +0000, whatever the locale."""
    moment = datetime.fromtimestamp(time_s, UTC)
    months = "JanFebMarAprMayJunJulAugSepOctNovDec"
    month = months[3 * moment.month - 3 : 3 * moment.month]
    return f"{moment:%d}/{month}/{moment:%Y:%H:%M:%S} +0000"


def _forwarded(came: str | None) -> str:
    return f"{came}, {SOURCE_IP}" if came else SOURCE_IP
