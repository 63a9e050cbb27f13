"""Tables of DynamoDB that a check makes for itself, and what a function needs to use one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from helpers.checks.session import Session

USES = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a check, whose items have one text as key; lives as long as its block."""

    name: str
    arn: str

    def may_use(self) -> dict[str, Any]:
        """Return the statement that lets a function read and write single items."""
        return {"Effect": "Allow", "Action": list(USES), "Resource": self.arn}


@contextmanager
def table(session: Session, name: str, key: str) -> Iterator[Table]:
    """Make a table with a partition key of type text, yield it, delete it."""
    dynamodb = session.client("dynamodb")
    unique = f"{name}-{secrets.token_hex(4)}"
    made = dynamodb.create_table(
        TableName=unique,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
    )
    try:
        yield Table(unique, str(made["TableDescription"]["TableArn"]))
    finally:
        dynamodb.delete_table(TableName=unique)
