"""Exercise 3.2: one handler that reads both payload formats and answers both doors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.checks.http_doors import Door, advice_for, http_api, rest_api
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-get-order"


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and what the handler should say about it at every door."""

    method: str
    path: str
    answer: Mapping[str, Any]
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


REQUESTS = (
    Request(
        "GET",
        "/orders",
        {
            "method": "GET",
            "path": "/orders",
            "customer": "c-42",
            "skus": ["poster-a2", "canvas-60"],
        },
        query="?sku=poster-a2&sku=canvas-60",
        headers={"x-customer": "c-42"},
    ),
    Request(
        "POST",
        "/orders/o-1007/items",
        {
            "method": "POST",
            "path": "/orders/o-1007/items",
            "customer": "c-7",
            "skus": ["postcard-a6"],
        },
        query="?sku=postcard-a6",
        headers={"X-CUSTOMER": "c-7"},
    ),
    Request(
        "GET",
        "/orders/o-1007",
        {"method": "GET", "path": "/orders/o-1007", "customer": None, "skus": []},
    ),
)
ADVICE = {
    "method": "Format 2.0 has it in requestContext.http, format 1.0 at the top, as httpMethod.",
    "path": "Format 2.0 calls it rawPath, format 1.0 path.",
    "customer": "Format 2.0 writes header names small, a REST API as they were sent. "
    "Compare names in small letters.",
    "skus": "A parameter that comes twice is 'a,b' in format 2.0. Format 1.0 keeps all of them "
    "in multiValueQueryStringParameters, and only the last in queryStringParameters.",
}


def check_3_2(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send three requests through an HTTP API and a REST API to one function."""
    session.deploy(handler, FUNCTION)
    sent = 0
    with http_api(session, FUNCTION) as new, rest_api(session, FUNCTION) as old:
        for door in (new, old):
            for request in REQUESTS:
                sent += 1
                did(f"sent {sent} {'request' if sent == 1 else 'requests'} through two doors")
                _expect_answer(door, request)


def _expect_answer(door: Door, request: Request) -> None:
    target = f"{request.method} {request.path}{request.query}"
    try:
        reply = door.send(request.method, f"{request.path}{request.query}", headers=request.headers)
    except NotYet as failure:
        raise _about_the_door(door, failure) from None
    where = f"{target} through the {door.name}"
    if reply.status != 200 or not isinstance(reply.value, dict):
        raise NotYet(
            f"{where} got {reply.status} {shown(reply.value)}",
            expected=f"200 and the JSON {shown(request.answer)}.",
            advice=advice_for(reply, "Make the dict text with json.dumps, and return it as body."),
            hint=1,
        )
    if more := sorted(set(reply.value) - set(request.answer)):
        raise NotYet(
            f"{where} answered {shown(reply.value)}",
            expected=f"the JSON {shown(request.answer)}.",
            advice=f"Leave out {', '.join(more)}.",
            hint=1,
        )
    wrong = [name for name in request.answer if reply.value.get(name) != request.answer[name]]
    if wrong:
        name = wrong[0]
        raise NotYet(
            f"{where}: {name} was {shown(reply.value.get(name))}",
            expected=f"{shown(request.answer[name])}.",
            advice=_advice_on(name, reply.value.get(name)),
            hint=2,
        )


def _advice_on(name: str, value: Any) -> str:
    if name == "skus" and value == [""]:
        return '"".split(",") is [""], and not []. Look whether a sku came before you split it.'
    if name == "customer" and value == "":
        return "A header that did not come is null, in Python None."
    if name == "path" and str(value).startswith("/prod/"):
        return "requestContext.path begins with the stage. Format 1.0 has it without, in path."
    return ADVICE[name]


def _about_the_door(door: Door, failure: NotYet) -> NotYet:
    advice = failure.advice
    if "Malformed Lambda proxy response" in failure.seen:
        advice = (
            "One answer shape does not fit every door. Format 2.0 makes a 200 of any JSON; "
            "a REST API wants statusCode, and text as body."
        )
    elif "KeyError: 'version'" in failure.seen:
        advice = "The event of a REST API has no version at all. Ask with event.get('version')."
    elif "KeyError: 'x-customer'" in failure.seen:
        advice = ADVICE["customer"]
    elif "KeyError" in failure.seen:
        advice = (
            f"The event of this {door.name} has no such key. Look at the table of the doors, and "
            "find out first which format it is."
        )
    elif "NoneType" in failure.seen:
        advice = (
            "Format 1.0 writes null where format 2.0 leaves a key out. "
            "(event.get(name) or {}) serves both."
        )
    return NotYet(failure.seen, expected=failure.expected, advice=advice, hint=2)
