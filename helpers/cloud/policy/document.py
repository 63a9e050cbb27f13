"""Policy documents: JSON in, compiled statements out, or MalformedPolicyDocument.

Models the policy grammar of IAM for every policy type, with the wording IAM answers. Leaves out
size limits and per-service lists of valid actions. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from helpers.cloud.json_text import read_json
from helpers.cloud.policy.conditions import Condition, parse_conditions
from helpers.cloud.policy.errors import MalformedPolicyDocument
from helpers.cloud.policy.match import Pattern, action_pattern, resource_pattern
from helpers.cloud.policy.principals import Principals, parse_principals


class PolicyType(StrEnum):
    """The policy types, in the words of AWS's access denied messages."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    KEY = "key policy"

    @property
    def of_resource(self) -> bool:
        """Whether such a policy names principals."""
        return self in {PolicyType.RESOURCE, PolicyType.TRUST, PolicyType.KEY}


class Effect(StrEnum):
    """What a statement does to the requests it matches."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Statement:
    """One compiled statement; ``document`` is its JSON, as written."""

    effect: Effect
    index: int
    sid: str
    document: Mapping[str, object]
    actions: tuple[Pattern, ...]
    not_action: bool
    resources: tuple[Pattern, ...]
    not_resource: bool
    principals: Principals | None
    conditions: tuple[Condition, ...]

    @property
    def name(self) -> str:
        """The Sid, or the place of the statement in its policy."""
        return self.sid or f"statement {self.index + 1}"


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed policy: denies first, for one of them decides."""

    type: PolicyType
    denies: tuple[Statement, ...]
    allows: tuple[Statement, ...]


_TOP = {"Version", "Id", "Statement"}
_ELEMENTS = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"} | {
    "Resource",
    "NotResource",
    "Condition",
}
_VENDOR = re.compile(r"[A-Za-z0-9\-.]+")


def parse_policy(
    document: str | Mapping[str, object],
    type: PolicyType = PolicyType.IDENTITY,  # noqa: A002
) -> Policy:
    """Parse a policy document, or raise MalformedPolicyDocument as AWS words it.

    >>> parse_policy('{"Version": "2012-10-17", "Statement": []}')
    Traceback (most recent call last):
    helpers.cloud.policy.errors.MalformedPolicyDocument: Syntax errors in policy.
    """
    return _parse(document if isinstance(document, str) else json.dumps(document), type)


@lru_cache(maxsize=4096)
def _parse(text: str, kind: PolicyType) -> Policy:
    try:
        document = read_json(text)
    except ValueError as error:
        raise _syntax() from error
    if not isinstance(document, dict) or not document.keys() <= _TOP:
        raise _syntax()
    version = document.get("Version", "2008-10-17")
    if version not in ("2012-10-17", "2008-10-17"):
        raise MalformedPolicyDocument("Policy document must be version 2012-10-17 or greater.")
    listed = document.get("Statement")
    elements = [listed] if isinstance(listed, dict) else listed
    if not isinstance(elements, list) or not elements:
        raise _syntax()
    statements = [
        _statement(element, index, kind, variables=version == "2012-10-17")
        for index, element in enumerate(elements)
    ]
    sids = [statement.sid for statement in statements if statement.sid]
    if len(sids) != len(set(sids)):
        raise MalformedPolicyDocument("Statement IDs (SID) in a single policy must be unique.")
    return Policy(
        kind,
        tuple(s for s in statements if s.effect is Effect.DENY),
        tuple(s for s in statements if s.effect is Effect.ALLOW),
    )


def _statement(element: object, index: int, kind: PolicyType, *, variables: bool) -> Statement:
    if not isinstance(element, dict) or not element.keys() <= _ELEMENTS:
        raise _syntax()
    sid, condition = element.get("Sid", ""), element.get("Condition", {})
    if element.get("Effect") not in list(Effect) or not isinstance(sid, str):
        raise _syntax()
    if not isinstance(condition, dict):
        raise _syntax()
    _check_fields(element, kind)
    actions, not_action = _either(element, "Action")
    resources, not_resource = _either(element, "Resource")
    for action in actions:
        _check_action(action)
    for resource in resources:
        _check_resource(resource)
    return Statement(
        effect=Effect(element["Effect"]),
        index=index,
        sid=sid,
        document=element,
        actions=tuple(action_pattern(action) for action in actions),
        not_action=not_action,
        resources=tuple(resource_pattern(r, variables=variables) for r in resources),
        not_resource=not_resource,
        principals=parse_principals(element) if kind.of_resource else None,
        conditions=parse_conditions(condition, variables=variables),
    )


def _syntax() -> MalformedPolicyDocument:
    return MalformedPolicyDocument("Syntax errors in policy.")


def _either(element: Mapping[str, object], name: str) -> tuple[list[str], bool]:
    """Give the strings of an element or of its Not form, and whether it was the Not form."""
    negated = f"Not{name}" in element
    value = element.get(f"Not{name}" if negated else name, [])
    strings = [value] if isinstance(value, str) else value
    if not isinstance(strings, list) or (negated and name in element):
        raise _syntax()
    if not all(isinstance(string, str) for string in strings):
        raise _syntax()
    return strings, negated


def _check_fields(element: Mapping[str, object], kind: PolicyType) -> None:
    if not (element.get("Action") or element.get("NotAction")):
        raise MalformedPolicyDocument("Policy statement must contain actions.")
    named = "Principal" in element or "NotPrincipal" in element
    scoped = bool(element.get("Resource") or element.get("NotResource"))
    if kind.of_resource and not named:
        raise MalformedPolicyDocument("Missing required field Principal")
    if kind is PolicyType.TRUST and ("Resource" in element or "NotResource" in element):
        raise MalformedPolicyDocument("Has prohibited field Resource")
    if not kind.of_resource and named:
        raise MalformedPolicyDocument("Policy document should not specify a principal.")
    if not kind.of_resource and not scoped:
        raise MalformedPolicyDocument("Policy statement must contain resources.")


def _check_action(action: str) -> None:
    vendor, colon, name = action.partition(":")
    if action == "*":
        return
    if not colon:
        raise MalformedPolicyDocument(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        )
    if ":" in name:
        raise MalformedPolicyDocument("Actions/Condition can contain only one colon.")
    if vendor != "*" and not _VENDOR.fullmatch(vendor):
        raise MalformedPolicyDocument(f"Vendor {vendor} is not valid")


def _check_resource(resource: str) -> None:
    if resource == "*":
        return
    if not resource.startswith("arn:"):
        raise MalformedPolicyDocument(f'Resource {resource} must be in ARN format or "*".')
    partition = resource.split(":")[1]
    if partition != "*" and not re.fullmatch(r"aws[a-z-]*", partition):
        raise MalformedPolicyDocument(
            f'Partition "{partition}" is not valid for resource "{resource}".'
        )
