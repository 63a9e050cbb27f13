"""DynamoDB and its streams: operations, actions, ARNs and ``dynamodb:LeadingKeys``.

Leaves out backups, exports, imports and global tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from helpers.cloud.moto_seam.operations.arns import known, named, param, regional
from helpers.cloud.moto_seam.operations.call import (
    Call,
    Row,
    everything,
    nothing,
    row,
    rows,
)

table = named("dynamodb", "table/{TableName}")


def _table_of(call: Call, name: str) -> str:
    return name if name.startswith("arn:") else regional("dynamodb", call, f"table/{name}")


def _tables(call: Call) -> str:
    return regional("dynamodb", call, "table/*")


def index_or_table(call: Call) -> str:
    """Give the ARN of the index that is read, or of the table."""
    index = call.params.get("IndexName")
    return f"{table(call)}/index/{index}" if index else table(call)


def _batched(call: Call) -> list[str]:
    return [_table_of(call, name) for name in call.params["RequestItems"]]


def _transacted(part: str) -> Callable[[Call], list[str]]:
    def tables(call: Call) -> list[str]:
        items = call.params["TransactItems"]
        return [_table_of(call, item[part]["TableName"]) for item in items if item.get(part)]

    return tables


def leading_keys(call: Call) -> dict[str, object]:
    """Give the partition key values that the call names, if the table's key is known."""
    values: list[str] = []
    for name, found in _named_items(call):
        key = call.facts.hash_key(_table_of(call, name))
        value = found.get(key) if key else None
        if isinstance(value, Mapping):
            values.extend(str(text) for text in value.values())
    return {"dynamodb:LeadingKeys": values} if values else {}


def _named_items(call: Call) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give each table and key, item or key condition of a call."""
    params = call.params
    if "TableName" in params:
        yield params["TableName"], params.get("Key") or params.get("Item") or _queried(params)
    for name, request in (params.get("RequestItems") or {}).items():
        if isinstance(request, Mapping):
            yield from ((name, key) for key in request.get("Keys", []))
            continue
        for write in request:
            put, delete = write.get("PutRequest") or {}, write.get("DeleteRequest") or {}
            yield name, put.get("Item") or delete.get("Key") or {}
    for item in params.get("TransactItems") or []:
        for part in item.values():
            yield part["TableName"], part.get("Key") or part.get("Item") or {}


_EQUALS = re.compile(r"([\w.#-]+)\s*=\s*(:\w+)")


def _queried(params: Mapping[str, Any]) -> dict[str, Any]:
    """Read the equalities of a key condition: attribute name to typed value."""
    names = params.get("ExpressionAttributeNames") or {}
    values = params.get("ExpressionAttributeValues") or {}
    found = {
        names.get(name, name): values.get(value, {})
        for name, value in _EQUALS.findall(params.get("KeyConditionExpression") or "")
    }
    for name, condition in (params.get("KeyConditions") or {}).items():
        if condition.get("ComparisonOperator") == "EQ":
            found[name] = condition["AttributeValueList"][0]
    return found


_VERBS = {"SELECT": "Select", "INSERT": "Insert", "UPDATE": "Update", "DELETE": "Delete"}
_TABLE = re.compile(r"""(?:FROM|INTO|UPDATE)\s+"?([\w.-]+)"?(?:\."?([\w.-]+)"?)?""", re.IGNORECASE)


def _partiql(call: Call) -> str:
    verb = str(call.params.get("Statement", "")).split(" ", 1)[0].upper()
    return f"dynamodb:PartiQL{_VERBS.get(verb, 'Select')}"


def _partiql_table(call: Call) -> str:
    found = _TABLE.search(call.params["Statement"])
    if found is None:
        return "*"
    arn = _table_of(call, found.group(1))
    return f"{arn}/index/{found.group(2)}" if found.group(2) else arn


def _written(part: str, action: str) -> Row:
    return row(action, _transacted(part), leading_keys)


_iterator = known("shard-iterator", "ShardIterator", everything)

OPERATIONS = {
    "GetItem": row("dynamodb:GetItem", table, leading_keys),
    "PutItem": row("dynamodb:PutItem", table, leading_keys),
    "UpdateItem": row("dynamodb:UpdateItem", table, leading_keys),
    "DeleteItem": row("dynamodb:DeleteItem", table, leading_keys),
    "Query": row("dynamodb:Query", index_or_table, leading_keys),
    "Scan": row("dynamodb:Scan", index_or_table),
    "BatchGetItem": row("dynamodb:BatchGetItem", _batched, leading_keys),
    "BatchWriteItem": row("dynamodb:BatchWriteItem", _batched, leading_keys),
    "TransactGetItems": row("dynamodb:GetItem", _transacted("Get"), leading_keys),
    "TransactWriteItems": row(
        "dynamodb:PutItem",
        _transacted("Put"),
        leading_keys,
        _written("Update", "dynamodb:UpdateItem"),
        _written("Delete", "dynamodb:DeleteItem"),
        _written("ConditionCheck", "dynamodb:ConditionCheckItem"),
    ),
    "ExecuteStatement": row(_partiql, _partiql_table),
    "DescribeEndpoints": row("dynamodb:DescribeEndpoints", nothing),
    **rows(
        "dynamodb",
        table,
        "CreateTable DescribeTable UpdateTable DeleteTable DescribeTimeToLive UpdateTimeToLive"
        " DescribeContinuousBackups UpdateContinuousBackups EnableKinesisStreamingDestination"
        " DisableKinesisStreamingDestination DescribeKinesisStreamingDestination",
    ),
    "ListTables": row("dynamodb:ListTables", _tables),
    **rows("dynamodb", everything, "DescribeLimits"),
    **rows(
        "dynamodb",
        param("ResourceArn"),
        "TagResource UntagResource ListTagsOfResource GetResourcePolicy PutResourcePolicy"
        " DeleteResourcePolicy",
    ),
}

STREAM_OPERATIONS = {
    "ListStreams": row("dynamodb:ListStreams", everything),
    "DescribeStream": row("dynamodb:DescribeStream", param("StreamArn")),
    "GetShardIterator": row("dynamodb:GetShardIterator", param("StreamArn")),
    "GetRecords": row("dynamodb:GetRecords", lambda call: _iterator(call).partition("|")[0]),
}
