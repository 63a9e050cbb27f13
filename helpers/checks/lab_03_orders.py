"""Exercise 3.1: an order is placed with POST and read with GET, and lives in the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.http_doors import Door, Reply, advice_for, expect_status, http_api, refused
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-place-order"
TABLE = "orders"
PLACED: dict[str, Any] = {
    "order_id": "o-2001",
    "customer": "c-7",
    "items": [
        {"sku": "canvas-60", "qty": 1, "unit_cents": 8900},
        {"sku": "postcard-a6", "qty": 50, "unit_cents": 120},
    ],
    "total_cents": 14900,
    "status": "placed",
}
# Written to the table by the check itself, in DynamoDB's own notation.
STORED = {
    "order_id": {"S": "o-2002"},
    "customer": {"S": "c-8"},
    "items": {"L": []},
    "total_cents": {"N": "0"},
    "status": {"S": "shipped"},
}
EARLIER = {
    "order_id": "o-2002",
    "customer": "c-8",
    "items": [],
    "total_cents": 0,
    "status": "shipped",
}


def check_3_1(
    session: Session, did: Did, handler: Callable[..., Any], routes: Sequence[str]
) -> None:
    """Place an order, look into the table, then read three: new, old, and one nobody placed."""
    _expect_routes(routes)
    with _table(session) as table:
        statement = {
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem", "dynamodb:GetItem"],
            "Resource": table,
        }
        role = session.execution_role(FUNCTION, statement)
        session.deploy(handler, FUNCTION, Role=role)
        try:
            with http_api(session, FUNCTION, routes) as door:
                _place_and_read(session, did, door)
        except ClientError as refusal:
            raise NotYet(
                f"API Gateway refused the routes {shown(list(routes))}: {refused(refusal)}",
                expected='route keys such as "POST /orders": a method, a space, a path.',
                hint=1,
            ) from None


def _expect_routes(routes: Any) -> None:
    if isinstance(routes, list | tuple) and all(isinstance(route, str) for route in routes):
        return
    raise NotYet(
        f"routes is {shown(routes)}", expected="a list of route keys, each a text.", hint=1
    )


def _place_and_read(session: Session, did: Did, door: Door) -> None:
    did(f"placed order {PLACED['order_id']}")
    placed = door.send_json("POST", "/orders", PLACED)
    _expect_answer(placed, 201, PLACED, "POST /orders")
    key = {"order_id": {"S": PLACED["order_id"]}}
    found = session.client("dynamodb").get_item(TableName=TABLE, Key=key)
    if "total_cents" not in found.get("Item", {}):
        raise NotYet(
            f"POST answered 201, but the table's item is {shown(found.get('Item'))}.",
            expected="an item with the order's own keys as attributes.",
            advice="A global lives in one environment and is gone with it. "
            "Put the order into the table: table.put_item(Item=order).",
            hint=2,
        )
    for count, order in enumerate((PLACED, EARLIER), start=1):
        path = f"/orders/{order['order_id']}"
        reply = door.send("GET", path)
        did(f"placed 1 order and read {count}")
        _expect_answer(reply, 200, order, f"GET {path}")
    missing = door.send("GET", "/orders/o-9999")
    did("placed 1 order, read 2, and asked for one that nobody placed")
    expect_status(
        missing,
        404,
        "GET /orders/o-9999, an order that nobody placed,",
        "get_item answers without the key Item when there is none. Say it with your status.",
        3,
    )


def _expect_answer(reply: Reply, status: int, order: dict[str, Any], request: str) -> None:
    if reply.status == 404 and reply.value == {"message": "Not Found"} and status != 404:
        raise NotYet(
            f"{request} got 404 from the API itself: no route fits, and the function never ran.",
            expected="one route for each of the two requests.",
            advice="A part in braces stands for any one segment: GET /orders/{order_id}.",
            hint=1,
        )
    advice = "Put the status into statusCode: 201 says created, 200 says here it is."
    expect_status(reply, status, request, advice_for(reply, advice), 2)
    value = reply.value
    if value == order and not _has_float(value):
        return
    advice = "Answer the whole order as JSON text, as it was placed."
    if isinstance(value, dict) and value.get("total_cents") == str(order["total_cents"]):
        advice = (
            "The numbers have become text: default=str does that to a Decimal. "
            "default=int gives back whole numbers."
        )
    elif value == order:
        advice = (
            "The numbers have become floats: default=float does that to a Decimal. Cents are "
            "whole numbers, and default=int keeps them so."
        )
    raise NotYet(
        f"{request} answered {shown(value)}",
        expected=f"{shown(order, longest=240)}.",
        advice=advice,
        hint=3,
    )


def _has_float(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_float, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float)


@contextmanager
def _table(session: Session) -> Iterator[str]:
    """Give the ARN of the table of orders, with one order in it that the check placed."""
    dynamodb = session.client("dynamodb")
    # the lesson has made it already, unless that cell was left out
    with suppress(dynamodb.exceptions.ResourceInUseException):
        dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    dynamodb.put_item(TableName=TABLE, Item=STORED)
    try:
        yield str(dynamodb.describe_table(TableName=TABLE)["Table"]["TableArn"])
    finally:
        for order in (PLACED, EARLIER):
            dynamodb.delete_item(TableName=TABLE, Key={"order_id": {"S": order["order_id"]}})
