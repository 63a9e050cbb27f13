"""Who has which key, and which policies speak for them: moto's IAM and STS.

Everything here reads moto's state at the moment of the call; nothing is kept, so that a changed
policy counts at once (AWS takes seconds; that difference is in the fidelity table).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from helpers.cloud.errors import AwsError, InvalidParameterValueException
from helpers.cloud.policy import Policies, Policy, Principal, PrincipalType, parse_policy
from helpers.cloud.ports import Credentials

ACCOUNT_ID = "123456789012"
PARTITION = "aws"
SESSION_S = 12 * 3600
CANNOT_ASSUME = "The role defined for the function cannot be assumed by Lambda."


@dataclass(frozen=True, slots=True)
class Identity:
    """Whoever holds an access key: the secret to verify with, the principal, its policies."""

    principal: Principal
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    session_policy: str | None = None


class Identities:
    """Looks up keys, policies and roles of the account."""

    def find(self, access_key_id: str) -> Identity | None:
        """Return who holds the key, or None when nobody made it."""
        session = sts_backends[ACCOUNT_ID][PARTITION].get_assumed_role_from_access_key(
            access_key_id
        )
        if session is not None:
            principal = self.session_principal(session.role_arn, session.session_name)
            return Identity(
                principal, session.secret_access_key, session.session_token, session.policy
            )
        key = iam_backends[ACCOUNT_ID][PARTITION].access_keys.get(access_key_id)
        if key is None or key.status != "Active" or not key.user_name:
            return None
        user = iam_backends[ACCOUNT_ID][PARTITION].get_user(key.user_name)
        tags = _tags(user.tags)
        principal = Principal(user.arn, ACCOUNT_ID, PrincipalType.USER, tags)
        return Identity(principal, key.secret_access_key)

    def policies(self, principal: Principal, session_policy: str | None = None) -> Policies:
        """Return the identity policies, boundary and session policy of a principal."""
        backend = iam_backends[ACCOUNT_ID][PARTITION]
        if principal.type is PrincipalType.USER:
            name = principal.arn.rsplit("/", 1)[1]
            user = backend.get_user(name)
            groups = backend.get_groups_for_user(name)
            named = [*_policies_of(user), *(p for group in groups for p in _policies_of(group))]
            boundary = getattr(user, "permissions_boundary_arn", None)
        else:
            role = self.role(principal.role or "")
            named = list(_policies_of(role)) if role is not None else []
            boundary = role.permissions_boundary_arn if role is not None else None
        session = (("session policy", _parsed(session_policy)),) if session_policy else ()
        return Policies(
            identity=tuple(named),
            boundary=_managed(boundary) if boundary else None,
            session=session,
        )

    def role(self, arn: str) -> Any | None:
        """Return moto's role with this ARN, or None."""
        for role in iam_backends[ACCOUNT_ID][PARTITION].roles.values():
            if role.arn == arn:
                return role
        return None

    def session_principal(self, role_arn: str, session_name: str) -> Principal:
        """Return the principal that a session of a role acts as."""
        role = self.role(role_arn)
        name = role_arn.rsplit("/", 1)[1]
        arn = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{name}/{session_name}"
        tags = _tags(role.tags) if role is not None else {}
        return Principal(arn, ACCOUNT_ID, PrincipalType.ASSUMED_ROLE, tags, role_arn)


class RoleCredentials:
    """Implements CredentialIssuer: sessions of execution roles, made in moto's STS."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def issue(self, role_arn: str, session_name: str) -> Credentials:
        """Return credentials of a new session; InvalidParameterValueException without the role."""
        if self._identities.role(role_arn) is None:
            raise InvalidParameterValueException(CANNOT_ASSUME)
        session = sts_backends[ACCOUNT_ID][PARTITION].assume_role(
            region_name="us-east-1",
            role_session_name=session_name,
            role_arn=role_arn,
            policy=None,
            duration=SESSION_S,
            external_id=None,
        )
        return Credentials(session.access_key_id, session.secret_access_key, session.session_token)


def _policies_of(holder: Any) -> Iterator[tuple[str, Policy]]:
    for name, document in holder.policies.items():
        yield name, _parsed(_text(document))
    for arn, policy in holder.managed_policies.items():
        yield arn, _parsed(_default_version(policy))


def _managed(arn: str) -> tuple[str, Policy]:
    policy = iam_backends[ACCOUNT_ID][PARTITION].managed_policies.get(arn)
    if policy is None:
        raise AwsError(f"Policy {arn} does not exist.", code="NoSuchEntity", http_status=404)
    return arn, _parsed(_default_version(policy))


def _default_version(policy: Any) -> str:
    """Return the text of a managed policy's version in force."""
    return next(str(version.document) for version in policy.versions if version.is_default)


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _parsed(document: str) -> Policy:
    return parse_policy(document)


def _tags(tags: Any) -> Mapping[str, str]:
    values = tags.values() if isinstance(tags, Mapping) else tags or ()
    return {tag["Key"]: tag["Value"] for tag in values}
