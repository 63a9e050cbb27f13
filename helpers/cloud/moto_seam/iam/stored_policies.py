"""Policies as moto stores them, read so that nothing unreadable ever opens a door.

moto checks fewer documents than AWS does when it stores them (a template's, for instance), so one
that does not parse denies everything instead of being overlooked with the denies it may hold.
"""

from __future__ import annotations

import json

from helpers.cloud.policy import MalformedPolicyDocument, Policy, PolicyType, parse_policy

_DENY = {"Sid": "UnreadablePolicy", "Effect": "Deny", "Action": "*", "Resource": "*"}


def read_policy(document: object, kind: PolicyType = PolicyType.IDENTITY) -> Policy:
    """Parse a stored document (text or JSON data); one that cannot be read denies everything."""
    text = document if isinstance(document, str) else json.dumps(document)
    try:
        return parse_policy(text, kind)
    except MalformedPolicyDocument:
        return deny_everything(kind)


def deny_everything(kind: PolicyType) -> Policy:
    """Return a policy that denies every request."""
    statement = {**_DENY, "Principal": "*"} if kind.of_resource else dict(_DENY)
    if kind is PolicyType.TRUST:
        del statement["Resource"]
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]}, kind)


def grant_nothing(kind: PolicyType) -> Policy:
    """Return a policy without statements: what it would have to allow is not allowed."""
    return Policy(kind, (), ())
