"""Roles that tests make: whom they trust, and what they may do."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any


def statement(**members: Any) -> str:
    """Return a policy with one statement that allows."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **members}]})


def make_role(
    iam: Any,
    actions: Sequence[str],
    *,
    resource: str = "*",
    service: str = "lambda.amazonaws.com",
    name: str = "",
) -> str:
    """Create a role that a service may assume, and that may do these actions; return its ARN."""
    name = name or f"role-{secrets.token_hex(4)}"
    trust = statement(Principal={"Service": service}, Action="sts:AssumeRole")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    may_only(iam, arn, actions, resource=resource)
    return str(arn)


def may_only(iam: Any, role: str, actions: Sequence[str], *, resource: str = "*") -> None:
    """Let a role (its name or ARN) do these actions, and no longer what it was told before."""
    document = statement(Action=[*actions], Resource=resource)
    iam.put_role_policy(RoleName=role.rsplit("/", 1)[-1], PolicyName="may", PolicyDocument=document)
