"""What moto leaves out of AddPermission: conditions of function URLs and of Alexa's skills.

Source: docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html, urls-auth.html.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.cloud.errors import InvalidParameterValueException

CONDITIONS = {
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
"""Operator and condition key of each member."""
ONLY_FOR = {
    "FunctionUrlAuthType": "lambda:InvokeFunctionUrl",
    "InvokedViaFunctionUrl": "lambda:InvokeFunction",
}


def further_conditions(raw: str) -> tuple[str, dict[str, dict[str, str]]]:
    """Take these members out of a request's body; return the rest and their conditions.

    Raises InvalidParameterValueException where a member does not go with the action.
    """
    members: dict[str, Any] = json.loads(raw)
    conditions: dict[str, dict[str, str]] = {}
    for member, (operator, key) in CONDITIONS.items():
        value = members.pop(member, None)
        if value is None or value is False:
            continue
        action = ONLY_FOR.get(member, members.get("Action"))
        if members.get("Action") != action:
            raise InvalidParameterValueException(f"{member} is only supported for {action} action")
        asked = conditions.setdefault(operator, {})
        asked[key] = value if isinstance(value, str) else "true"
    return json.dumps(members), conditions
