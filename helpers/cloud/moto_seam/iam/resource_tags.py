"""Tags of the resource a question to IAM is about, as aws:ResourceTag condition keys.

Models the services whose resources the labs tag: functions, queues, topics, tables, secrets and
roles. Leaves out S3, whose buckets use tags only where attribute-based access is switched on.
Source: docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.iam.models import iam_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION


def resource_tags(resource: str) -> dict[str, object]:
    """Return `aws:ResourceTag/<key>` for each tag of a resource."""
    fields = resource.split(":", 5)
    find = _FINDERS.get(fields[2]) if len(fields) == 6 else None
    tags = find(resource, fields[3], fields[5]) if find else None
    if not tags:
        return {}
    pairs = tags.items() if isinstance(tags, Mapping) else ((t["Key"], t["Value"]) for t in tags)
    return {f"aws:ResourceTag/{key}": value for key, value in pairs}


def _function(_arn: str, region: str, name: str) -> Any:
    from moto.awslambda.utils import get_backend

    parts = name.split(":")
    if parts[0] != "function" or len(parts) < 2:
        return None
    kept: Any = get_backend(ACCOUNT_ID, region)._lambdas._functions.get(parts[1])
    return kept["latest"].tags if kept and kept["latest"] else None


def _queue(_arn: str, region: str, name: str) -> Any:
    queue = sqs_backends[ACCOUNT_ID][region].queues.get(name)
    return queue.tags if queue is not None else None


def _topic(arn: str, region: str, _name: str) -> Any:
    topic = sns_backends[ACCOUNT_ID][region].topics.get(arn)
    return topic._tags if topic is not None else None


def _table(_arn: str, region: str, name: str) -> Any:
    from moto.dynamodb.models import dynamodb_backends

    table = dynamodb_backends[ACCOUNT_ID][region].tables.get(name.split("/")[1])
    return table.tags if table is not None else None


def _secret(arn: str, region: str, _name: str) -> Any:
    from moto.secretsmanager.models import secretsmanager_backends

    secrets: Any = secretsmanager_backends[ACCOUNT_ID][region].secrets
    return next((secret.tags for secret in dict.values(secrets) if secret.arn == arn), None)


def _role(arn: str, _region: str, name: str) -> Any:
    roles = iam_backends[ACCOUNT_ID][PARTITION].roles.values() if name[:5] == "role/" else ()
    return next((role.tags for role in roles if role.arn == arn), None)


_FINDERS: dict[str, Callable[[str, str, str], Any]] = {
    "lambda": _function,
    "sqs": _queue,
    "sns": _topic,
    "dynamodb": _table,
    "secretsmanager": _secret,
    "iam": _role,
}
