"""An execution role that lives as long as a check: the function's own logs, and what is added."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import shown

POLICY_NAME = "needs"
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


def name_of_role(function: str) -> str:
    """Return the name of the role that a check gives to one of its functions."""
    return f"{function}-role"


@contextmanager
def execution_role(
    session: Session, function: str, *statements: Mapping[str, Any]
) -> Iterator[str]:
    """Yield the ARN of a role for `function`; a statement that IAM refuses is NotYet."""
    iam, role = session.client("iam"), name_of_role(function)
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
    try:
        _put_policy(iam, role, _own_logs(function), *statements)
        yield str(iam.get_role(RoleName=role)["Role"]["Arn"])
    finally:
        with suppress(ClientError):
            iam.delete_role_policy(RoleName=role, PolicyName=POLICY_NAME)
        iam.delete_role(RoleName=role)


def _own_logs(function: str) -> dict[str, Any]:
    group = f"arn:aws:logs:*:*:log-group:/aws/lambda/{function}"
    return {
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [group, f"{group}:*"],
    }


def _put_policy(iam: Any, role: str, *statements: Mapping[str, Any]) -> None:
    try:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=role, PolicyName=POLICY_NAME, PolicyDocument=document)
    except (iam.exceptions.MalformedPolicyDocumentException, TypeError) as refusal:
        raise NotYet(
            f"IAM refused the {_named(statements[1:])}: {refusal}",
            expected='a dict with "Effect", "Action" and "Resource".',
            hint=3,
        ) from None


def _named(statements: Sequence[Mapping[str, Any]]) -> str:
    """Return the learner's statements as words: IAM does not say which of several it means."""
    if len(statements) == 1:
        return f"statement {shown(statements[0])}"
    return f"statements {shown(list(statements), longest=240)}"
