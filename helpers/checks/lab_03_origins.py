"""Exercise 3.5: CORS twice: as a setting of an HTTP API, and by hand behind a REST API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.http_doors import Door, Reply, http_api, refused, rest_api
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-place-order"
SHOP = "https://shop.halftone.example"
STRANGER = "https://evil.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}
PLAIN = """
def handler(event, context):
    return {"statusCode": 201, "body": "{}"}
"""


def check_3_5(
    session: Session, did: Did, cors: Mapping[str, Any], handler: Callable[..., Any]
) -> None:
    """Ask both doors as two browsers would: the shop's page, and a stranger's."""
    session.deploy(PLAIN, "check-get-order")
    try:
        with http_api(session, "check-get-order", CorsConfiguration=cors) as door:
            did("asked the HTTP API as the shop's page and as a stranger's")
            _expect_cors(door)
    except (ClientError, ParamValidationError) as refusal:
        reason = refused(refusal) if isinstance(refusal, ClientError) else str(refusal)
        raise NotYet(
            f"API Gateway refused cors = {shown(cors)}: {reason}",
            expected="a dict with AllowOrigins, AllowMethods and AllowHeaders, each a list.",
            hint=1,
        ) from None
    session.deploy(handler, FUNCTION)
    with rest_api(session, FUNCTION) as door:
        did("asked both APIs as the shop's page and as a stranger's")
        _expect_cors(door)


def _expect_cors(door: Door) -> None:
    asked = door.send("OPTIONS", "/orders", headers={"Origin": SHOP, **PREFLIGHT})
    if not 200 <= asked.status < 300:
        raise NotYet(
            f"The preflight, OPTIONS /orders from {SHOP}, got {asked.status} from the {door.name}",
            expected="a status of 2xx: the browser asks before it sends anything.",
            advice="Answer OPTIONS at once, before you look at the order.",
            hint=2,
        )
    _expect_origin(asked, door, "The preflight")
    _expect_listed(asked, door, "access-control-allow-methods", "POST")
    _expect_listed(asked, door, "access-control-allow-headers", "content-type")
    headers = {"Origin": SHOP, "Content-Type": "application/json"}
    good = door.send("POST", "/orders", body=b'{"order_id": "o-2001"}', headers=headers)
    _expect_origin(good, door, "The POST itself")
    if good.status != 201:
        raise NotYet(f"The POST itself got {good.status}", expected="201, as before.", hint=3)
    stranger = door.send("OPTIONS", "/orders", headers={"Origin": STRANGER, **PREFLIGHT})
    if _origin(stranger) in (STRANGER, "*"):
        raise NotYet(
            f"The {door.name} let {STRANGER} in: {_origin(stranger)!r}",
            expected=f"no page but those of {SHOP}.",
            advice="Do not repeat whatever Origin comes. Name the shop's.",
            hint=3,
        )


def _expect_origin(reply: Reply, door: Door, which: str) -> None:
    if _origin(reply) == SHOP:
        return
    advice = "The browser looks for this header at every answer, the preflight's and the POST's."
    if _origin(reply) == "*":
        advice = "A star lets every page in the world read the answer. Name the shop's origin."
    raise NotYet(
        f"{which} from {SHOP} came back from the {door.name} with "
        f"access-control-allow-origin {_origin(reply)!r}",
        expected=f"{SHOP!r}: scheme and host, no slash at the end.",
        advice=advice,
        hint=1 if door.name == "HTTP API" else 3,
    )


def _expect_listed(reply: Reply, door: Door, header: str, wanted: str) -> None:
    value = reply.headers.get(header, "")
    if wanted.casefold() in [part.strip().casefold() for part in value.split(",")]:
        return
    raise NotYet(
        f"The preflight came back from the {door.name} with {header} {value!r}",
        expected=f"{wanted} among them: that is what the page wants to send.",
        advice="A page that sends JSON needs the method POST and the header content-type.",
        hint=2,
    )


def _origin(reply: Reply) -> str | None:
    return reply.headers.get("access-control-allow-origin")
