"""What an Application Load Balancer sends to a function.

Query parameters stay percent-encoded, header names are lower-case, and a name that comes twice
keeps its last value, unless the target group asks for all values. Source:
docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any

from helpers.cloud.events.http_call import HOP_BY_HOP, SOURCE_IP, gathered
from helpers.cloud.http_messages import HttpRequest

TEXT = re.compile(r"text/.*|application/(json|javascript|xml)", re.IGNORECASE)
_ADDED = {"x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbCall:
    """One request at a load balancer; `path` is raw, `trace` an X-Amzn-Trace-Id header."""

    request: HttpRequest
    path: str
    target_group_arn: str
    port: int
    protocol: str
    trace: str

    def headers(self) -> dict[str, list[str]]:
        """Return the headers by lower-case name, with those that the load balancer adds."""
        hidden = (HOP_BY_HOP | _ADDED) - {"connection"}
        pairs = [(name.lower(), value) for name, value in self.request.header_pairs()]
        came = gathered([pair for pair in pairs if pair[0] not in hidden])
        forwarded = self.request.headers.get("x-forwarded-for")
        came["x-amzn-trace-id"] = [self.trace.partition(";")[0]]
        came["x-forwarded-for"] = [f"{forwarded}, {SOURCE_IP}" if forwarded else SOURCE_IP]
        came["x-forwarded-port"] = [str(self.port)]
        came["x-forwarded-proto"] = [self.protocol.lower()]
        return dict(sorted(came.items()))


def alb_event(call: AlbCall, *, multi_value: bool) -> dict[str, Any]:
    """Return the event; `multi_value` is lambda.multi_value_headers.enabled."""
    query = gathered(raw_query_pairs(call.request.query))
    headers = call.headers()
    body, is_base64 = _body(call.request)
    values: dict[str, Any] = (
        {"multiValueQueryStringParameters": query, "multiValueHeaders": headers}
        if multi_value
        else {
            "queryStringParameters": {name: given[-1] for name, given in query.items()},
            "headers": {name: given[-1] for name, given in headers.items()},
        }
    )
    return {
        "requestContext": {"elb": {"targetGroupArn": call.target_group_arn}},
        "httpMethod": call.request.method,
        "path": call.path,
        **values,
        "body": body,
        "isBase64Encoded": is_base64,
    }


def raw_query_pairs(query: str) -> list[tuple[str, str]]:
    """Return the parameters of a query string as they came.

    >>> raw_query_pairs("a=x%20y&b")
    [('a', 'x%20y'), ('b', '')]
    """
    pieces = (piece.partition("=") for piece in query.split("&") if piece)
    return [(name, value) for name, _, value in pieces]


def _body(request: HttpRequest) -> tuple[str, bool]:
    if not request.body:
        return "", False
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if "content-encoding" not in request.headers and TEXT.fullmatch(kind):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True
