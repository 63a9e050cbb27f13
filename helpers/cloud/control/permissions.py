"""What AddPermission and RemovePermission refuse, before a statement is stored or taken away.

Source: botocore's lambda/2015-03-31/service-2.json (patterns, lengths); sentences as AWS's answers
in public reports have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.errors import (
    InvalidParameterValueException,
    ResourceConflictException,
    ResourceNotFoundException,
)

STATEMENT_ID = r"[a-zA-Z0-9-_]+"
ACTION = r"(lambda:[*]|lambda:[a-zA-Z]+|[*])"
PRINCIPAL = r"[^\s]+"
SOURCE_ARN = (
    r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-"
    r"\d{1})?:(\d{12})?:(.*)"
)
KNOWN = re.compile(
    r"\*|\d{12}|arn:(aws[a-zA-Z-]*):(iam|sts)::\d{12}:.+|[a-z0-9.-]+\.amazon(aws)?\.com"
)


def check_permission(members: Mapping[str, Any], existing: Iterable[str]) -> None:
    """Raise the AwsError that AddPermission answers with; `existing` are the statements' ids."""
    constraints = Constraints()
    sid, principal = members.get("StatementId"), members.get("Principal")
    for member, pattern, at_most in (
        ("StatementId", STATEMENT_ID, 100),
        ("Action", ACTION, None),
        ("Principal", PRINCIPAL, None),
    ):
        camel = member[0].lower() + member[1:]
        constraints.required(camel, members.get(member))
        constraints.pattern(camel, members.get(member), pattern)
        constraints.length(camel, members.get(member), at_most=at_most)
    constraints.pattern("sourceArn", members.get("SourceArn"), SOURCE_ARN)
    constraints.pattern("sourceAccount", members.get("SourceAccount"), r"\d{12}")
    constraints.pattern("principalOrgID", members.get("PrincipalOrgID"), r"o-[a-z0-9]{10,32}")
    constraints.one_of(
        "functionUrlAuthType", members.get("FunctionUrlAuthType"), ("NONE", "AWS_IAM")
    )
    constraints.raise_if_broken()
    if KNOWN.fullmatch(str(principal)) is None:
        raise InvalidParameterValueException(
            "The provided principal was invalid. Please check the principal and try again."
        )
    if sid in set(existing):
        raise ResourceConflictException(
            f"The statement id ({sid}) provided already exists. Please provide a new statement "
            "id, or remove the existing statement."
        )


def check_removal(sid: str, existing: Iterable[str]) -> None:
    """Raise ResourceNotFoundException when there is no such statement."""
    known = set(existing)
    if not known:
        raise ResourceNotFoundException("No policy is associated with the given resource.")
    if sid not in known:
        raise ResourceNotFoundException(f"Statement {sid} is not found in resource policy.")
