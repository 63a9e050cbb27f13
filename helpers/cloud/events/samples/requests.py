"""One HTTP request as each front delivers it: function URL, APIs, load balancer.

A stage named prod, the route /orders/{id}, and a request that holds what fronts treat differently:
a query parameter and a header that come twice, an encoded space, cookies.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from helpers.cloud.events.alb import AlbCall, alb_event
from helpers.cloud.events.http_call import HttpCall
from helpers.cloud.events.http_v1 import http_api_v1_event, http_v1_event
from helpers.cloud.events.http_v2 import http_v2_event
from helpers.cloud.events.samples.place import ACCOUNT, REGION, TRACE, WHEN, arn
from helpers.cloud.http_messages import HttpRequest

Event = dict[str, Any]

METHOD = "POST"
PATH = "/orders/o-1007"
QUERY = "size=a2&size=a3&note=to%20go"
BODY = json.dumps({"sku": "poster-a2", "qty": 2})
HEADERS = (
    ("Content-Type", "application/json"),
    ("Cookie", "theme=dark; cart=k-7"),
    ("User-Agent", "halftone-app/2"),
    ("X-Tag", "gift"),
    ("X-Tag", "express"),
)
ROUTE = "/orders/{id}"
STAGE = "prod"
REQUEST_ID = "d1c1f2b4-6f3e-4a0b-9a51-2c7c9f8f0a11"


def request_of(
    method: str, path: str, query: str, headers: Sequence[tuple[str, str]], body: bytes
) -> HttpRequest:
    """Return a request as a front would read it; header names may come twice."""
    values: dict[str, str] = {}
    for name, value in headers:
        low = name.lower()
        values[low] = f"{values[low]}, {value}" if low in values else value
    names = tuple(name for name, _ in headers)
    return HttpRequest(
        method,
        path,
        query,
        values,
        names,
        body,
        header_values=tuple(value for _, value in headers),
    )


def function_url_event() -> Event:
    """Return the event at a function URL."""
    host = f"q7v2fbjumh4y.lambda-url.{REGION}.on.aws"
    return http_v2_event(
        _call(PATH, host=host, account_id="anonymous", stage="$default", route_key="$default")
    )


def http_api_v2_event() -> Event:
    """Return the event of an HTTP API in payload format 2.0; its path has the stage."""
    return http_v2_event(_api_call(f"/{STAGE}{PATH}", route_key=f"{METHOD} {ROUTE}"))


def http_api_v1_format_event() -> Event:
    """Return the event of an HTTP API in payload format 1.0; its path has the stage."""
    call = _api_call(f"/{STAGE}{PATH}", route_key=f"{METHOD} {ROUTE}")
    return http_api_v1_event(call, resource=ROUTE)


def rest_api_event() -> Event:
    """Return the event of a REST API; its path goes without the stage."""
    context = {
        "deploymentId": "8kd0yx",
        "extendedRequestId": "KXqJ5FhoIAMFq1A=",
        "path": f"/{STAGE}{PATH}",
        "resourceId": "2t4k9q",
    }
    return http_v1_event(_api_call(PATH, route_key=""), resource=ROUTE, context=context)


def load_balancer_event(*, multi_value: bool = False) -> Event:
    """Return the event of a load balancer; `multi_value` keeps what comes twice."""
    group = arn("elasticloadbalancing", "targetgroup/orders/73e2d6bc24d8a067")
    host = ("Host", f"shop-1234567890.{REGION}.elb.amazonaws.com")
    request = request_of(METHOD, PATH, QUERY, (*HEADERS, host), BODY.encode())
    call = AlbCall(
        request=request, path=PATH, target_group_arn=group, port=80, protocol="HTTP", trace=TRACE
    )
    return alb_event(call, multi_value=multi_value)


def _api_call(path: str, *, route_key: str) -> HttpCall:
    host = f"a1b2c3d4e5.execute-api.{REGION}.amazonaws.com"
    return _call(path, host=host, account_id=ACCOUNT, stage=STAGE, route_key=route_key)


def _call(path: str, *, host: str, account_id: str, stage: str, route_key: str) -> HttpCall:
    return HttpCall(
        request=request_of(METHOD, PATH, QUERY, HEADERS, BODY.encode()),
        path=path,
        api_id=host.partition(".")[0],
        domain_name=host,
        account_id=account_id,
        stage=stage,
        route_key=route_key,
        request_id=REQUEST_ID,
        time_s=WHEN.timestamp(),
        trace=TRACE,
        path_parameters=None if stage == "$default" else {"id": "o-1007"},
    )
