"""The event that a front makes of a request, built here for when the account has forgotten it.

By the same functions that the fronts use. Ids, times and the trace are not the real ones, and what
an authorizer or a parameter mapping adds is left out.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from helpers.cloud.events.alb import AlbCall, alb_event
from helpers.cloud.events.http_call import HttpCall
from helpers.cloud.events.http_v1 import http_v1_event
from helpers.cloud.events.http_v2 import http_v2_event
from helpers.cloud.events.samples.place import ACCOUNT, REGION, TRACE, arn
from helpers.cloud.events.samples.requests import request_of
from helpers.cloud.http_messages import HttpRequest
from helpers.consoles.fronts import Front
from helpers.views.exchange import Request

UNKNOWN_ID = "00000000-0000-0000-0000-000000000000"
PARAMETER = re.compile(r"\{(\w+)(\+?)\}")


def rebuilt_event(front: Front, request: Request, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event; the record of the answer gives route and moment."""
    headers = [*request.headers]
    if request.body and front.kind != "rest-api":  # a REST API keeps the length to itself
        headers.append(("Content-Length", str(len(request.body.encode()))))
    if front.kind == "load-balancer":  # the others show AWS's name of themselves
        headers.append(("Host", urllib.parse.urlsplit(front.url).netloc))
    sent = request_of(request.method, request.path, request.query, headers, request.body.encode())
    if front.kind == "load-balancer":
        return _at_load_balancer(sent, request.path)
    route = str(record.get("route") or "$default")
    resource = route.rpartition(" ")[2]
    call = _call(front, request.path, sent, route, float(record.get("time", 0.0)))
    if front.kind == "rest-api":
        context = {"path": f"/{front.stage}{request.path}", "extendedRequestId": UNKNOWN_ID}
        return http_v1_event(call, resource=resource, context=context)
    return http_v2_event(call)


def _at_load_balancer(sent: HttpRequest, path: str) -> dict[str, Any]:
    group = arn("elasticloadbalancing", "targetgroup/unknown/0000000000000000")
    call = AlbCall(
        request=sent, path=path, target_group_arn=group, port=80, protocol="HTTP", trace=TRACE
    )
    return alb_event(call, multi_value=False)


def _call(front: Front, path: str, sent: HttpRequest, route: str, time_s: float) -> HttpCall:
    parameters = parameters_of(route.rpartition(" ")[2], path)
    if front.kind == "http-api":  # the others leave paths as they came
        parameters = {name: urllib.parse.unquote(value) for name, value in parameters.items()}
        path = urllib.parse.unquote(path)
    staged = front.kind == "http-api" and front.stage != "$default"
    of_url = front.kind == "lambda-url"
    host = f"{front.id}.lambda-url.{REGION}.on.aws"
    return HttpCall(
        request=sent,
        path=f"/{front.stage}{path}" if staged else path,
        api_id=front.id,
        domain_name=host if of_url else f"{front.id}.execute-api.{REGION}.amazonaws.com",
        account_id="anonymous" if of_url else ACCOUNT,
        stage=front.stage,
        route_key="$default" if of_url else route,
        request_id=UNKNOWN_ID,
        time_s=time_s,
        trace=TRACE,
        path_parameters=parameters or None,
    )


def parameters_of(route: str, path: str) -> dict[str, str]:
    """Return what a route's parameters stand for in a path; none when they do not fit.

    >>> parameters_of("/orders/{id}", "/orders/o%201")
    {'id': 'o%201'}
    """
    pattern = "".join(
        f"(?P<{part[1]}>{'.+' if part[2] else '[^/]+'})" if part else re.escape(text)
        for text, part in _parts(route)
    )
    found = re.fullmatch(pattern, path)
    return dict(found.groupdict()) if found else {}


def _parts(route: str) -> list[tuple[str, re.Match[str] | None]]:
    """Split a route at its parameters."""
    parts: list[tuple[str, re.Match[str] | None]] = []
    at = 0
    for parameter in PARAMETER.finditer(route):
        parts += [(route[at : parameter.start()], None), ("", parameter)]
        at = parameter.end()
    return [*parts, (route[at:], None)]
