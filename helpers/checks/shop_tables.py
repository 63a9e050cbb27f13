"""The shop's tables, made where a check needs them and a learner has none."""

from __future__ import annotations

from contextlib import suppress
from typing import Any


def orders_table(dynamodb: Any) -> None:
    """Make the table orders, with order_id as its key, unless it is there."""
    with suppress(dynamodb.exceptions.ResourceInUseException):
        dynamodb.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
