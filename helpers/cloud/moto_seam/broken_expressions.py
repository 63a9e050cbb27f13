"""DynamoDB's words about an expression that moto could not read.

moto reads conditions with a parser of its own and stops at what it does not expect; DynamoDB names
the expression, and the placeholder that nobody defined. Which token it stopped at is left out.

Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html,
APIReference/CommonErrors.html (ValidationException).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

EXPRESSIONS = (
    "KeyConditionExpression",
    "ConditionExpression",
    "FilterExpression",
    "UpdateExpression",
    "ProjectionExpression",
)
VALUE, NAME = re.compile(r":\w+"), re.compile(r"#\w+")


def broken_expression(params: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the first expression that may be; None where there is none."""
    given = [(name, params[name]) for name in EXPRESSIONS if isinstance(params.get(name), str)]
    values = params.get("ExpressionAttributeValues") or {}
    names = params.get("ExpressionAttributeNames") or {}
    for kind, expression in given:
        for value in VALUE.findall(expression):
            if value not in values:
                return (
                    f"Invalid {kind}: An expression attribute value used in expression is not "
                    f"defined; attribute value: {value}"
                )
        for name in NAME.findall(expression):
            if name not in names:
                return (
                    f"Invalid {kind}: An expression attribute name used in the document path is "
                    f"not defined; attribute name: {name}"
                )
    for kind, _ in given:
        if kind != "UpdateExpression":  # of which moto says what is wrong
            return f"Invalid {kind}: Syntax error"
    if isinstance(params.get("Statement"), str):
        return "Statement wasn't well formed, can't be processed"
    return None
