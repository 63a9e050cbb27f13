"""Exercise 3.4: a Lambda authorizer that lets signed, unexpired tickets in and no others."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from helpers.checks.http_doors import Door, arn_of, http_api, let_in
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

AUTHORIZER = "check-authorizer"
BEHIND = "check-get-order"
SECRET = "linotype-7f3a"
EARLIER = 1_700_000_000
HOUR_S = 3600
ECHO = """
def handler(event, context):
    return {"customer": event["requestContext"]["authorizer"]["lambda"].get("customer")}
"""


def ticket(customer: str, until: int, *, secret: str = SECRET) -> str:
    """Return a ticket as the shop signs it.

    >>> ticket("c-42", 1795250000, secret="s")[:18]
    'c-42.1795250000.c5'
    """
    text = f"{customer}.{until}"
    return f"{text}.{hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}"


GOOD = ("c-42", "c-7")
ADVICE = {
    "a ticket that is no ticket": "Take it apart with care: three parts, the second a number.",
    "another scheme": "Only 'Bearer ' introduces a ticket.",
    "a ticket that ran out": "Compare the second part with time.time().",
}


def bad_headers(later: int) -> dict[str, str]:
    """Return what callers bring who should not get in; `later` is a time to come."""
    return {
        "a ticket that is no ticket": "Bearer open-sesame",
        "an empty ticket": "Bearer ..",
        "another scheme": f"Basic {ticket('c-42', later)}",
        "a ticket that ran out": f"Bearer {ticket('c-42', EARLIER)}",
        "a ticket for another customer": "Bearer " + ticket("c-42", later).replace("c-42", "c-1"),
        "a ticket with another time": f"Bearer {ticket('c-42', EARLIER)}".replace(
            str(EARLIER), str(later)
        ),
        "a ticket signed by a stranger": f"Bearer {ticket('c-42', later, secret='guess')}",
    }


def check_3_4(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Come without a ticket, with two good ones, and with seven that are none."""
    session.deploy(ECHO, BEHIND)
    later = int(time.time()) + HOUR_S
    variables = {"Variables": {"TICKET_SECRET": SECRET}}
    session.deploy(handler, AUTHORIZER, Environment=variables)
    with http_api(session, BEHIND, routes=()) as api, _guarded(session, api) as door:
        unnamed = door.send("GET", "/orders")
        if unnamed.status != 401:
            raise NotYet(f"Without a ticket the API said {unnamed.status}", expected="401.")
        for number, customer in enumerate(GOOD, start=1):
            did(f"came without a ticket, then with {number} good")
            _expect_let_in(door, customer, later)
        for number, (what, header) in enumerate(bad_headers(later).items(), start=1):
            did(f"came without a ticket, with {len(GOOD)} good and {number} bad")
            _expect_turned_away(door, what, header)


def _expect_let_in(door: Door, customer: str, later: int) -> None:
    header = {"Authorization": f"Bearer {ticket(customer, later)}"}
    reply = door.send("GET", "/orders", headers=header)
    if (reply.status, reply.value) == (200, {"customer": customer}):
        return
    advice = 'Return {"isAuthorized": True, "context": {"customer": …}}.'
    if reply.status == 403:
        advice = (
            "The authorizer said no, or nothing that this form knows. Is the third part "
            'sign("<customer>.<until>"), and does the answer say "isAuthorized": True?'
        )
    raise NotYet(
        f"With a good ticket of {customer} the answer was {reply.status} {shown(reply.value)}",
        expected=f"200, and the function behind sees customer {customer!r} in the context.",
        advice=advice,
        hint=2,
    )


def _expect_turned_away(door: Door, what: str, header: str) -> None:
    try:
        reply = door.send("GET", "/orders", headers={"Authorization": header})
    except NotYet as failure:
        advice = ADVICE["a ticket that is no ticket"]
        if "Exception: Unauthorized" in failure.seen:
            advice = "So a REST API's authorizer says no. The simple form returns it instead."
        elif "answered nothing" in failure.seen:
            advice = failure.advice
        raise NotYet(
            f"With {what}: {failure.seen}",
            expected='{"isAuthorized": False}. A crash is a 500, not a no.',
            advice=advice,
            hint=3,
        ) from None
    if reply.status == 403:
        return
    raise NotYet(
        f"With {what} the answer was {reply.status} {shown(reply.value)}",
        expected="403: the authorizer says no.",
        advice=ADVICE.get(what, "Only a signature of your own proves that nothing was changed."),
        hint=3,
    )


@contextmanager
def _guarded(session: Session, api: Door) -> Iterator[Door]:
    """Put the authorizer before GET /orders; failures are told from the authorizer's log."""
    gateway = session.client("apigatewayv2")
    arn = arn_of(session, AUTHORIZER)
    region = arn.split(":")[3]
    path = f"lambda:path/2015-03-31/functions/{arn}/invocations"
    authorizer = gateway.create_authorizer(
        ApiId=api.id,
        Name="tickets",
        AuthorizerType="REQUEST",
        AuthorizerUri=f"arn:aws:apigateway:{region}:{path}",
        AuthorizerPayloadFormatVersion="2.0",
        EnableSimpleResponses=True,
        IdentitySource=["$request.header.Authorization"],
        AuthorizerResultTtlInSeconds=0,
    )["AuthorizerId"]
    let_in(session, AUTHORIZER, api.id)
    target = gateway.get_integrations(ApiId=api.id)["Items"][0]["IntegrationId"]
    gateway.create_route(
        ApiId=api.id,
        RouteKey="GET /orders",
        Target=f"integrations/{target}",
        AuthorizationType="CUSTOM",
        AuthorizerId=authorizer,
    )
    yield Door(session, api.name, api.id, api.url, AUTHORIZER)
