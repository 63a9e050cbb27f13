"""What a request does not tell, looked up in moto: ARNs behind names, partition keys.

Services that few labs use are imported when they are first asked for. Source of the ARN formats:
docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

from binascii import Error as Base64Error
from collections.abc import Callable, Iterable
from typing import Any

from moto.iam.models import iam_backends

from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION


class MotoFacts:
    """Implements Facts; keeps nothing."""

    def arn_of(self, kind: str, name: str, region: str) -> str | None:
        """Return the ARN behind a name, or None."""
        look_up = _LOOK_UPS.get(kind)
        return look_up(name, region) if look_up else None

    def hash_key(self, table_arn: str) -> str | None:
        """Return the partition key of a DynamoDB table, or None."""
        from moto.dynamodb.models import dynamodb_backends

        region, name = table_arn.split(":")[3], table_arn.rsplit("/", 1)[-1]
        table = dynamodb_backends[ACCOUNT_ID][region].tables.get(name)
        return None if table is None else str(table.hash_key_attr)


def _in_iam(holders: str) -> Callable[[str, str], str | None]:
    def look_up(name: str, _region: str) -> str | None:
        kept = getattr(iam_backends[ACCOUNT_ID][PARTITION], holders).values()
        return _first(str(holder.arn) for holder in kept if holder.name == name)

    return look_up


def _secret(name: str, region: str) -> str | None:
    from moto.secretsmanager.models import secretsmanager_backends

    secrets: Any = secretsmanager_backends[ACCOUNT_ID][region].secrets
    return _first(str(secret.arn) for secret in dict.values(secrets) if secret.name == name)


def _key(name: str, region: str) -> str | None:
    from moto.kms.models import kms_backends

    alias = "alias/" + name.rpartition("alias/")[2]
    keys = kms_backends[ACCOUNT_ID][region].keys.values()
    return _first(str(key.arn) for key in keys if alias in key.aliases)


def _key_of_secret(name: str, region: str) -> str | None:
    from moto.secretsmanager.models import secretsmanager_backends

    secrets: Any = secretsmanager_backends[ACCOUNT_ID][region].secrets
    named = (s for s in dict.values(secrets) if name in (s.name, s.arn))
    return _customer_key(next((s.kms_key_id for s in named), None), region)


def _key_of_parameter(name: str, region: str) -> str | None:
    from moto.ssm.models import ssm_backends

    parameters: Any = ssm_backends[ACCOUNT_ID][region]._parameters
    plain = name.rpartition(":parameter")[2] if name.startswith("arn:") else name.partition(":")[0]
    versions = dict.get(parameters, plain)
    return _customer_key(versions[-1].keyid if versions else None, region)


def _customer_key(name: str | None, region: str) -> str | None:
    """Return the ARN of the account's own key behind an id, alias or ARN; None for AWS's keys."""
    from moto.kms.models import kms_backends

    if not name or "alias/aws/" in name:
        return None
    if "alias/" in name:
        return _key(name, region)
    key = kms_backends[ACCOUNT_ID][region].keys.get(name.rpartition("/")[2])
    return None if key is None else str(key.arn)


def _stack(name: str, region: str) -> str | None:
    from moto.cloudformation.models import cloudformation_backends

    stacks = cloudformation_backends[ACCOUNT_ID][region].stacks.values()
    return _first(str(stack.stack_id) for stack in stacks if stack.name == name)


def _stream_of_iterator(iterator: str, region: str) -> str | None:
    from moto.kinesis.utils import decompose_shard_iterator

    try:
        name = decompose_shard_iterator(iterator)[0]
    except (Base64Error, UnicodeDecodeError):
        return None
    if name == "None":  # made by ARN: moto leaves the name out
        return None
    return f"arn:aws:kinesis:{region}:{ACCOUNT_ID}:stream/{name}"


def _function_of_mapping(mapping_id: str, region: str) -> str | None:
    from helpers.cloud.moto_seam.awslambda import backend_of

    return backend_of(ACCOUNT_ID, region).function_of_mapping(mapping_id)


def _first(arns: Iterable[str]) -> str | None:
    return next(iter(arns), None)


_LOOK_UPS: dict[str, Callable[[str, str], str | None]] = {
    "role": _in_iam("roles"),
    "user": _in_iam("users"),
    "group": _in_iam("groups"),
    "instance-profile": _in_iam("instance_profiles"),
    "secret": _secret,
    "key": _key,
    "key-of-secret": _key_of_secret,
    "key-of-parameter": _key_of_parameter,
    "stack": _stack,
    "shard-iterator": _stream_of_iterator,
    "function-of-mapping": _function_of_mapping,
}
