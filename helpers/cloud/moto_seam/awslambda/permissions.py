"""What moto leaves out of AddPermission: conditions of function URLs, of Alexa's tokens, and of
organizations, which it forgets beside others.

Source: docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html, urls-auth.html.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.cloud.errors import InvalidParameterValueException

CONDITIONS = {
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
}
"""Operator and condition key of each member."""
ONLY_FOR = {
    "FunctionUrlAuthType": "lambda:InvokeFunctionUrl",
    "InvokedViaFunctionUrl": "lambda:InvokeFunction",
}


def further_conditions(raw: str) -> tuple[str, dict[str, dict[str, str]]]:
    """Take the members moto overlooks out of a body; return the rest and their conditions.

    Raises InvalidParameterValueException where a member does not go with the action.
    """
    members: dict[str, Any] = json.loads(raw)
    conditions: dict[str, dict[str, str]] = {}
    for member, (operator, key) in CONDITIONS.items():
        value = members.pop(member, None)
        if value is None or value is False:
            continue
        if member in ONLY_FOR and members.get("Action") != ONLY_FOR[member]:
            raise InvalidParameterValueException(
                f"{member} is only supported for {ONLY_FOR[member]} action"
            )
        held = conditions.setdefault(operator, {})
        held[key] = value if isinstance(value, str) else "true"
    return json.dumps(members), conditions
