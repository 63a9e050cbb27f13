"""Execution roles that a check makes for its own functions: their logs, and what they need."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from helpers.checks.session import Session

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
POLICY_NAME = "needs"


@contextmanager
def role_for(session: Session, function: str, *statements: Mapping[str, Any]) -> Iterator[str]:
    """Make a role with a function's own logs and `statements`; yield its ARN, then delete it."""
    iam = session.client("iam")
    name = f"{function}-needs-role"
    group = f"arn:aws:logs:*:*:log-group:/aws/lambda/{function}"
    own_logs = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [group, f"{group}:*"],
    }
    policy = {"Version": "2012-10-17", "Statement": [own_logs, *statements]}
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName=name, PolicyName=POLICY_NAME, PolicyDocument=json.dumps(policy))
    try:
        yield str(iam.get_role(RoleName=name)["Role"]["Arn"])
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName=POLICY_NAME)
        iam.delete_role(RoleName=name)
