"""Policies are checked when they are stored: each service refuses one that breaks the grammar.

Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html, and the error
shapes of botocore's models of the services.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.moto_seam.iam.identities import known_to_iam
from helpers.cloud.moto_seam.operations import Call
from helpers.cloud.policy import MalformedPolicyDocument, PolicyType, parse_policy


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why a service does not store a policy."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class _Stored:
    """Where an operation brings its policy, of which type, and how its service refuses."""

    parameter: str
    type: PolicyType
    code: str
    wording: str = "{}"


def stores_policies(request: HttpRequest, service: str) -> bool:
    """Tell cheaply whether the request may bring a policy at all."""
    if service == "s3":
        return request.method == "PUT" and "policy" in request.query
    return service in _SERVICES and b"Policy" in request.body


def malformed_policy(call: Call) -> Malformed | None:
    """Return why the call's policy cannot be stored; None when it can, or brings none."""
    stored = _OPERATIONS.get((call.service, call.operation))
    document = _value(call, stored.parameter) if stored else None
    if stored is None or document in (None, ""):
        return None
    text = document.decode("utf-8", "replace") if isinstance(document, bytes) else str(document)
    try:
        parse_policy(text, stored.type)
    except MalformedPolicyDocument as error:
        return Malformed(stored.code, stored.wording.format(error))
    if stored.type is PolicyType.TRUST and (unknown := _unknown(text)):
        return Malformed(stored.code, f'Invalid principal in policy: "AWS":"{unknown}"')
    return None


def _unknown(text: str) -> str | None:
    """Return the first user or role of this account that a policy names, and nobody has made."""
    statements = json.loads(text)["Statement"]
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal")
        named = principal.get("AWS", ()) if isinstance(principal, dict) else ()
        for each in [named] if isinstance(named, str) else named:
            if not known_to_iam(each):
                return str(each)
    return None


def _value(call: Call, parameter: str) -> Any:
    """Read a parameter; `Attributes.Policy` also of a call that sets one attribute by name."""
    value: Any = call.params
    if parameter == "Attributes.Policy" and call.operation == "SetTopicAttributes":
        named = call.params.get("AttributeName") == "Policy"
        return call.params.get("AttributeValue") if named else None
    for name in parameter.split("."):
        value = (value or {}).get(name)
    return value


def _iam(parameter: str, kind: PolicyType = PolicyType.IDENTITY) -> _Stored:
    return _Stored(parameter, kind, "MalformedPolicyDocument")


_KEY = _Stored("Policy", PolicyType.KEY, "MalformedPolicyDocumentException")
_QUEUE = _Stored(
    "Attributes.Policy",
    PolicyType.RESOURCE,
    "InvalidAttributeValue",
    "Invalid value for the parameter Policy. Reason: {}",
)
_TOPIC = _Stored(
    "Attributes.Policy",
    PolicyType.RESOURCE,
    "InvalidParameter",
    "Invalid parameter: Policy Error: {}",
)
_OPERATIONS: dict[tuple[str, str], _Stored] = {
    ("iam", "PutRolePolicy"): _iam("PolicyDocument"),
    ("iam", "PutUserPolicy"): _iam("PolicyDocument"),
    ("iam", "PutGroupPolicy"): _iam("PolicyDocument"),
    ("iam", "CreatePolicy"): _iam("PolicyDocument"),
    ("iam", "CreatePolicyVersion"): _iam("PolicyDocument"),
    ("iam", "CreateRole"): _iam("AssumeRolePolicyDocument", PolicyType.TRUST),
    ("iam", "UpdateAssumeRolePolicy"): _iam("PolicyDocument", PolicyType.TRUST),
    ("sts", "AssumeRole"): _iam("Policy", PolicyType.SESSION),
    ("s3", "PutBucketPolicy"): _Stored("Policy", PolicyType.RESOURCE, "MalformedPolicy"),
    ("kms", "CreateKey"): _KEY,
    ("kms", "PutKeyPolicy"): _KEY,
    ("secretsmanager", "PutResourcePolicy"): _Stored(
        "ResourcePolicy", PolicyType.RESOURCE, "MalformedPolicyDocumentException"
    ),
    ("sqs", "CreateQueue"): _QUEUE,
    ("sqs", "SetQueueAttributes"): _QUEUE,
    ("sns", "CreateTopic"): _TOPIC,
    ("sns", "SetTopicAttributes"): _TOPIC,
}
_SERVICES = frozenset(service for service, _ in _OPERATIONS)
