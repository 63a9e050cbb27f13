"""What operations on resource policies refuse, and how AWS writes a statement down.

Source: botocore's lambda/2015-03-31/service-2.json (patterns, lengths); sentences as AWS's answers
in public reports have them.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from helpers.cloud.control.constraints import ARN_PATTERN, Constraints
from helpers.cloud.errors import (
    InvalidParameterValueException,
    PolicyLengthExceededException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from helpers.cloud.facts import load_facts
from helpers.cloud.model import LATEST
from helpers.cloud.policy import MalformedPolicyDocument, PolicyType, parse_policy

STATEMENT_ID = r"([a-zA-Z0-9-_]+)"
ACTION = r"(lambda:[*]|lambda:[a-zA-Z]+|[*])"
PRINCIPAL = r"[^\s]+"
TOKEN = r"[a-zA-Z0-9._\-]+"
STALE = (
    "The Revision Id provided does not match the latest Revision Id. Call the "
    "GetFunction/GetAlias API to retrieve the latest Revision Id"
)
KNOWN = re.compile(
    r"\*|\d{12}|arn:(aws[a-zA-Z-]*):(iam|sts)::\d{12}:.+|[a-z0-9.-]+\.amazon(aws)?\.com"
)


def check_permission(
    members: Mapping[str, Any], existing: Iterable[str], exists: Callable[[str], bool]
) -> None:
    """Raise the AwsError that AddPermission answers with; `existing` are the statements' ids.

    `exists` tells of a principal whether IAM knows it.
    """
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
    constraints.pattern("eventSourceToken", members.get("EventSourceToken"), TOKEN)
    constraints.length("eventSourceToken", members.get("EventSourceToken"), at_most=256)
    constraints.pattern("sourceArn", members.get("SourceArn"), ARN_PATTERN)
    constraints.pattern("sourceAccount", members.get("SourceAccount"), r"\d{12}")
    constraints.pattern("eventSourceToken", members.get("EventSourceToken"), r"[a-zA-Z0-9._\-]+")
    constraints.length("eventSourceToken", members.get("EventSourceToken"), at_most=256)
    constraints.pattern("principalOrgID", members.get("PrincipalOrgID"), r"o-[a-z0-9]{10,32}")
    constraints.one_of(
        "functionUrlAuthType", members.get("FunctionUrlAuthType"), ("NONE", "AWS_IAM")
    )
    constraints.raise_if_broken()
    if KNOWN.fullmatch(str(principal)) is None or not exists(str(principal)):
        raise InvalidParameterValueException(
            "The provided principal was invalid. Please check the principal and try again."
        )
    if sid in set(existing):
        raise ResourceConflictException(
            f"The statement id ({sid}) provided already exists. Please provide a new statement "
            "id, or remove the existing statement."
        )


def check_size(statements: Iterable[Mapping[str, Any]]) -> None:
    """Raise PolicyLengthExceededException when a policy of these statements is too long."""
    size, limit = len(compact(document_of(statements))), load_facts().quota("resource_policy_max")
    if size > limit:
        raise PolicyLengthExceededException(
            f"The final policy size ({size}) is bigger than the limit ({limit})."
        )


def check_removal(sid: str, existing: Iterable[str]) -> None:
    """Raise ResourceNotFoundException when there is no such statement."""
    known = set(existing)
    if not known:
        raise ResourceNotFoundException("No policy is associated with the given resource.")
    if sid not in known:
        raise ResourceNotFoundException(f"Statement {sid} is not found in resource policy.")


def check_qualifier(qualifier: str | None) -> None:
    """Raise InvalidParameterValueException for $LATEST, which has no policy of its own."""
    if qualifier == LATEST:
        raise InvalidParameterValueException(
            "We currently do not support adding policies for $LATEST."
        )


def check_revision(given: object, latest: str) -> None:
    """Raise PreconditionFailedException when a revision was given that is not the latest."""
    if given and given != latest:
        raise PreconditionFailedException(STALE)


def check_document(text: Any, arn: str) -> list[dict[str, Any]]:
    """Return the statements of a whole policy about `arn`; raises AwsError for a wrong one."""
    constraints = Constraints()
    constraints.required("policy", text)
    constraints.raise_if_broken()
    limit = load_facts().quota("resource_policy_max")
    if len(text) > limit:
        raise PolicyLengthExceededException(
            f"The final policy size ({len(text)}) is bigger than the limit ({limit})."
        )
    try:
        parse_policy(text, PolicyType.RESOURCE)
    except MalformedPolicyDocument as error:
        raise InvalidParameterValueException(str(error)) from error
    listed = json.loads(text)["Statement"]
    statements: list[dict[str, Any]] = [listed] if isinstance(listed, dict) else listed
    if any(statement.get("Resource") != arn for statement in statements):
        raise InvalidParameterValueException(
            f"Every statement of this policy must have {arn} as its Resource."
        )
    return [{"Sid": str(uuid.uuid4()), **statement} for statement in statements]


def statement_of(made: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """Return a statement in AWS's form and order: accounts as root users, the resource whole."""
    principal = made["Principal"]
    if isinstance(principal, str) and principal.isdecimal():
        principal = {"AWS": f"arn:aws:iam::{principal}:root"}
    elif isinstance(principal, str) and principal.startswith("arn:"):
        principal = {"AWS": principal}
    elif isinstance(principal, str) and principal != "*":
        principal = {"Service": principal}
    statement = {
        "Sid": made["Sid"],
        "Effect": "Allow",
        "Principal": principal,
        "Action": made["Action"],
        "Resource": arn,
    }
    condition = made.get("Condition")
    return {**statement, "Condition": condition} if condition else statement


def document_of(statements: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a policy of these statements as AWS shows it."""
    return {"Version": "2012-10-17", "Id": "default", "Statement": [*statements]}


def compact(document: Mapping[str, Any]) -> str:
    """Write a document without spaces, as AWS does."""
    return json.dumps(document, separators=(",", ":"))
