"""Writes of DynamoDB at the same moment: each is one step, as conditions and counters need.

Threads change places far more often than usual here, so that two steps would be seen as two.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.moto_seam import application
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.streams.polled import MotoStreams
from helpers.cloud.wsgi import call

AT_ONCE, ROUNDS = 8, 25
NUMBERS = range(AT_ONCE * ROUNDS)
Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Yield what sends one request about a table to DynamoDB; threads change places often."""
    MotoStreams()
    application.reset_services()
    moto = application.wsgi_application({})
    usual_s = sys.getswitchinterval()

    def ask(operation: str, **members: Any) -> tuple[int, dict[str, Any]]:
        headers = {
            "host": "127.0.0.1:4566",
            "x-amz-target": f"DynamoDB_20120810.{operation}",
            "content-type": "application/x-amz-json-1.0",
            "authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1"
            "/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
        }
        body = json.dumps({"TableName": "orders", **members}).encode()
        answer = call(moto, HttpRequest("POST", "/", "", headers, tuple(headers), body), port=4566)
        return answer.status, json.loads(answer.body)

    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    typed = [{"AttributeName": "id", "AttributeType": "S"}]
    ask("CreateTable", KeySchema=key, AttributeDefinitions=typed, BillingMode="PAY_PER_REQUEST")
    sys.setswitchinterval(1e-6)
    yield ask
    sys.setswitchinterval(usual_s)
    application.reset_services()


def at_once(one: Callable[[int], Any]) -> list[Any]:
    """Do something with every number, several at a time."""
    with ThreadPoolExecutor(AT_ONCE) as callers:
        return list(callers.map(one, NUMBERS))


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("PutItem", {"Item": {}, "ConditionExpression": "attribute_not_exists(id)"}),
        (
            "UpdateItem",
            {
                "Key": {},
                "UpdateExpression": "SET begun = :yes",
                "ConditionExpression": "attribute_not_exists(begun)",
                "ExpressionAttributeValues": {":yes": {"BOOL": True}},
            },
        ),
    ],
)
def test_of_writes_with_one_condition_one_succeeds(
    ask: Ask, operation: str, members: dict[str, Any]
):
    """Whoever is first writes; every other one is refused."""
    place = "Item" if "Item" in members else "Key"

    def claim(number: int) -> int:
        item = {place: {"id": {"S": f"round-{number // AT_ONCE}"}}}
        return ask(operation, **{**members, **item})[0]

    answers = at_once(claim)

    assert ROUNDS == answers.count(200)
    assert len(NUMBERS) - ROUNDS == answers.count(400)


def test_of_deletions_of_one_item_one_gets_it(ask: Ask):
    """ALL_OLD is what this deletion has taken away."""
    for number in range(ROUNDS):
        ask("PutItem", Item={"id": {"S": f"round-{number}"}})

    def take(number: int) -> bool:
        key = {"id": {"S": f"round-{number // AT_ONCE}"}}
        return "Attributes" in ask("DeleteItem", Key=key, ReturnValues="ALL_OLD")[1]

    assert ROUNDS == sum(at_once(take))


def test_a_counter_counts_everybody_and_gives_each_a_number_of_their_own(ask: Ask):
    """No update is lost, and UPDATED_NEW is what this update has made."""

    def count(_: int) -> int:
        _, answer = ask(
            "UpdateItem",
            Key={"id": {"S": "count"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["n"]["N"])

    assert [number + 1 for number in NUMBERS] == sorted(at_once(count))
    assert dynamodb_backends[ACCOUNT_ID]["us-east-1"].tables["orders"].items
