"""The policy of the resource that a question to IAM is about, as moto keeps it.

Chosen by the requirement, not by the call: CopyObject's source has the source bucket's policy,
and iam:PassRole none. A role's trust policy speaks only for assuming it. Models bucket, queue,
topic, key, secret, log and function policies and public-read ACLs of objects. Leaves out access
points, layer and stream policies, Block Public Access and other ACLs. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html and
docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.s3.models import FakeBucket, s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from helpers.cloud.json_text import read_json
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION
from helpers.cloud.moto_seam.iam.stored_policies import grant_nothing, read_policy
from helpers.cloud.policy import Policy, PolicyType, parse_policy

Named = tuple[str, Policy]
"""A policy and the name it is shown under."""

ROLE_ID = "coldstart_role_id"
"""Attribute of moto's grants that Lambda was given for a role: the role's id."""
ASSUMING = frozenset({"sts:AssumeRole", "sts:TagSession", "sts:AssumeRoleWithWebIdentity"})
_PUBLIC_READ = parse_policy(
    {
        "Statement": {
            "Sid": "PublicReadAcl",
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": "*",
        }
    },
    PolicyType.RESOURCE,
)
_ACCOUNT = re.compile(r"\d{12}")


def install() -> None:
    """Take bucket policies out of moto's hands, which overlook whom a statement names."""

    def decided_before(_bucket: Any, _action: str, _resource: str) -> PermissionResult:
        return PermissionResult.PERMITTED

    FakeBucket.get_permission = decided_before


def bucket_policies_exist() -> bool:
    """Tell whether any bucket of the account has a policy."""
    return any(bucket.policy for bucket in s3_backends[ACCOUNT_ID][PARTITION].buckets.values())


def resource_policy(action: str, resource: str) -> Named | None:
    """Return the policy that speaks for a resource when this action is asked for, or None."""
    if action in ASSUMING:
        return _trust_policy(resource)
    fields = resource.split(":", 5)
    if len(fields) != 6 or action.partition(":")[0] != fields[2]:
        return None
    find = _FINDERS.get(fields[2])
    return find(resource, fields[3], fields[5]) if find else None


def owner_of(resource: str) -> str | None:
    """Return the account of a bucket or object, whose ARN does not tell it; else None."""
    bucket = resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    known: dict[str, tuple[str, str]] = s3_backends.bucket_accounts
    return known[bucket][1] if resource.startswith("arn:aws:s3:::") and bucket in known else None


def _trust_policy(arn: str) -> Named:
    # AWS answers alike whether the role does not exist or does not trust the caller
    for role in list(iam_backends[ACCOUNT_ID][PARTITION].roles.values()):
        if role.arn == arn:
            trust = read_policy(role.assume_role_policy_document, PolicyType.TRUST)
            return f"trust policy of {role.name}", trust
    return "trust policy", grant_nothing(PolicyType.TRUST)


def _bucket_policy(_arn: str, _region: str, name: str) -> Named | None:
    bucket_name, _, key_name = name.partition("/")
    bucket: Any = s3_backends[ACCOUNT_ID][PARTITION].buckets.get(bucket_name)
    if bucket is None:
        return None
    text = bucket.policy.decode() if isinstance(bucket.policy, bytes) else bucket.policy
    policy = read_policy(text, PolicyType.RESOURCE) if text else None
    key = bucket.keys.get(key_name) if key_name else None
    acl = getattr(key, "acl", None)  # a delete marker has none
    if acl is None or not acl.public_read:
        return ("bucket policy", policy) if policy else None
    if policy is None:
        return "object ACL", _PUBLIC_READ
    allows = (*policy.allows, *_PUBLIC_READ.allows)
    return "bucket policy and object ACL", Policy(policy.type, policy.denies, allows)


def _queue_policy(_arn: str, region: str, name: str) -> Named | None:
    queue = sqs_backends[ACCOUNT_ID][region].queues.get(name)
    return _named("queue policy", queue.policy if queue is not None else None)


def _topic_policy(arn: str, region: str, _name: str) -> Named | None:
    topic = sns_backends[ACCOUNT_ID][region].topics.get(arn)
    return _named("topic policy", topic.policy if topic is not None else None)


def _log_group_policy(_arn: str, region: str, _name: str) -> Named | None:
    """Return the Region's policies as one: each names the log groups it speaks for."""
    kept = list(logs_backends[ACCOUNT_ID][region].resource_policies.values())
    statements = [s for policy in kept for s in _statements(policy.policy_document)]
    document = {"Version": "2012-10-17", "Statement": statements}
    return _named("log resource policy", document if statements else None)


def _statements(text: str) -> list[Any]:
    """Return the statements of a document; none where it cannot be read."""
    try:
        document = read_json(text)
    except ValueError:
        return []
    found = document.get("Statement") if isinstance(document, dict) else None
    return found if isinstance(found, list) else [found] if found else []


def _secret_policy(arn: str, region: str, _name: str) -> Named | None:
    secrets: Any = secretsmanager_backends[ACCOUNT_ID][region].secrets
    found = (secret for secret in dict.values(secrets) if secret.arn == arn)
    return _named("secret's resource policy", getattr(next(found, None), "policy", None))


def _key_policy(_arn: str, region: str, name: str) -> Named | None:
    from moto.kms.models import kms_backends

    key = kms_backends[ACCOUNT_ID][region].keys.get(name.removeprefix("key/"))
    if key is None:
        return None
    policy = read_policy(key.policy, PolicyType.KEY)
    granted = [_granted(grant) for grant in list(key.grants.values()) if _holds(grant)]
    if not granted:
        return "key policy", policy
    grants = parse_policy({"Version": "2012-10-17", "Statement": granted}, PolicyType.KEY)
    allows = (*policy.allows, *grants.allows)
    return "key policy and grants", Policy(policy.type, policy.denies, allows)


def _holds(grant: Any) -> bool:
    """Tell whether the role of a grant is the one that it was given to."""
    given_to = getattr(grant, ROLE_ID, None)
    roles = list(iam_backends[ACCOUNT_ID][PARTITION].roles.values())
    return given_to is None or any(role.id == given_to for role in roles)


def _granted(grant: Any) -> dict[str, Any]:
    """Write a grant as a statement; it only ever allows.

    Source: docs.aws.amazon.com/kms/latest/developerguide/grants.html.
    """
    limits = (grant.constraints or {}).values()  # EncryptionContextEquals, ...Subset
    context = {
        f"kms:EncryptionContext:{key}": value for each in limits for key, value in each.items()
    }
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": grant.grantee_principal},
        "Action": [f"kms:{operation}" for operation in grant.operations],
        "Resource": "*",
    }
    return {**statement, "Condition": {"StringEquals": context}} if context else statement


def _function_policy(_arn: str, region: str, name: str) -> Named | None:
    from moto.awslambda.utils import get_backend

    parts = name.split(":")
    if parts[0] != "function" or len(parts) < 2:
        return None
    kept: Any = get_backend(ACCOUNT_ID, region)._lambdas._functions.get(parts[1])
    if kept is None:
        return None
    # versions made from one another may share their policy
    policies = {id(v.policy): v.policy for v in (kept["latest"], *kept["versions"])}
    statements = [_statement(s) for policy in policies.values() for s in policy.statements]
    if not statements:
        return None
    document = {"Version": "2012-10-17", "Statement": [*_distinct(statements)]}
    return _named("function policy", document)


def _statement(stored: dict[str, Any]) -> dict[str, Any]:
    """Write a statement as Lambda does.

    moto leaves accounts bare, repeats version numbers, and keeps a template's FunctionName.
    """
    resource, principal = stored.get("Resource"), stored.get("Principal")
    if isinstance(resource, str) and resource.count(":") > 7:
        fields = resource.split(":")
        resource = ":".join([*fields[:7], fields[-1]])
    if isinstance(principal, str) and principal != "*":
        arn = f"arn:aws:iam::{principal}:root" if _ACCOUNT.fullmatch(principal) else principal
        principal = {"AWS": arn}
    kept = {name: value for name, value in stored.items() if name != "FunctionName"}
    return {**kept, "Resource": resource, "Principal": principal}


def _distinct(statements: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give each statement once, without the Sid where another scope has the same one."""
    seen: set[str] = set()
    for statement in statements:
        sid = str(statement.get("Sid", ""))
        yield {k: v for k, v in statement.items() if k != "Sid"} if sid in seen else statement
        seen.add(sid)


def _named(name: str, document: object) -> Named | None:
    return (name, read_policy(document, PolicyType.RESOURCE)) if document else None


_FINDERS: dict[str, Callable[[str, str, str], Named | None]] = {
    "s3": _bucket_policy,
    "sqs": _queue_policy,
    "sns": _topic_policy,
    "secretsmanager": _secret_policy,
    "kms": _key_policy,
    "lambda": _function_policy,
    "logs": _log_group_policy,
}
