"""Execution roles of least privilege: the function's own logs, and what the lab adds.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html. AWS's managed
AWSLambdaBasicExecutionRole allows the same three actions on every log group ("*"); here they
name the function's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.checks.roles import TRUST
from helpers.course.narration import Call, JsonText, Say

POLICY_NAME = "what-the-function-needs"


@dataclass(frozen=True, slots=True)
class Place:
    """Where resources live: the parts of an ARN that are the same for all of them."""

    region: str
    account_id: str


def role_name(function: str) -> str:
    """Return the name of the role the kit makes for a function."""
    return f"{function}-role"


def policy_for(function: str, place: Place, statements: tuple[Mapping[str, Any], ...]) -> Any:
    """Return the role's policy document: its own logs, then `statements`."""
    group = f"arn:aws:logs:{place.region}:{place.account_id}:log-group:/aws/lambda/{function}"
    own_logs = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [group, f"{group}:*"],
    }
    return {"Version": "2012-10-17", "Statement": [own_logs, *map(dict, statements)]}


def ensure_role(
    iam: Any, function: str, place: Place, *statements: Mapping[str, Any], say: Say
) -> str:
    """Create or update the execution role of `function` and return its ARN."""
    name = role_name(function)
    creation = {"RoleName": name, "AssumeRolePolicyDocument": JsonText(TRUST)}
    try:
        arn = iam.create_role(**_as_sent(creation))["Role"]["Arn"]
        say(Call("iam", "create_role", creation))
    except iam.exceptions.EntityAlreadyExistsException:
        arn = iam.get_role(RoleName=name)["Role"]["Arn"]
        say(Call("iam", "get_role", {"RoleName": name}))
    document = JsonText(policy_for(function, place, statements))
    policy = {"RoleName": name, "PolicyName": POLICY_NAME, "PolicyDocument": document}
    iam.put_role_policy(**_as_sent(policy))
    say(Call("iam", "put_role_policy", policy))
    return str(arn)


def delete_role(iam: Any, function: str) -> None:
    """Delete the role that `ensure_role` made; a missing one is fine."""
    name = role_name(function)
    try:
        iam.delete_role_policy(RoleName=name, PolicyName=POLICY_NAME)
        iam.delete_role(RoleName=name)
    except iam.exceptions.NoSuchEntityException:
        return


def _as_sent(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in parameters.items()}
