"""What moto leaves out of AddPermission: conditions of function URLs, and taken statement ids.

Source: docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html, urls-auth.html.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.cloud.errors import InvalidParameterValueException, ResourceConflictException

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


def check_new_statement(policy: Any, raw: str, qualifier: str | None) -> None:
    """Raise ResourceConflictException when a policy of moto's has the statement's id already.

    Statements of one version for the function and for its aliases lie in one policy.
    """
    sid = json.loads(raw).get("StatementId")
    resource = policy.parent.function_arn + (f":{qualifier}" if qualifier else "")
    if any(s.get("Sid") == sid and s["Resource"] == resource for s in policy.statements):
        raise ResourceConflictException(
            f"The statement id ({sid}) provided already exists. Please provide a new statement id, "
            "or remove the existing statement."
        )
