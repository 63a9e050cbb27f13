"""AddPermission's members for function URLs, which moto keeps as they are, as conditions.

Source: docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html, urls-auth.html.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.cloud.errors import InvalidParameterValueException

CONDITIONS = {
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
"""Operator and condition key of each member."""
ONLY_FOR = {
    "FunctionUrlAuthType": "lambda:InvokeFunctionUrl",
    "InvokedViaFunctionUrl": "lambda:InvokeFunction",
}


def url_conditions(raw: str) -> tuple[str, dict[str, dict[str, str]]]:
    """Take the members for URLs out of a request's body; return the rest and their conditions.

    Raises InvalidParameterValueException where a member does not go with the action.
    """
    members: dict[str, Any] = json.loads(raw)
    conditions: dict[str, dict[str, str]] = {}
    for member, (operator, key) in CONDITIONS.items():
        value = members.pop(member, None)
        if value is None or value is False:
            continue
        if members.get("Action") != ONLY_FOR[member]:
            raise InvalidParameterValueException(
                f"{member} is only supported for {ONLY_FOR[member]} action"
            )
        conditions[operator] = {key: value if isinstance(value, str) else "true"}
    return json.dumps(members), conditions
