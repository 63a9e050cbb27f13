"""Who has which key, and which policies speak for them: moto's IAM and STS.

Everything here reads moto's state at the moment of the call; nothing is kept, so that a changed
policy counts at once (AWS takes seconds; that difference is in the fidelity table).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import moto.awslambda_simple.models as simple_models
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from helpers.cloud.clock import Clock
from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.moto_seam.iam.stored_policies import grant_nothing, read_policy
from helpers.cloud.moto_seam.iam.user_sessions import UserSession
from helpers.cloud.policy import (
    Policies,
    Policy,
    PolicyType,
    Principal,
    PrincipalType,
    parse_policy,
)
from helpers.cloud.ports import Credentials, Signer
from helpers.cloud.signatures import KeyStatus

ACCOUNT_ID = "123456789012"
PARTITION = "aws"
ADMINISTRATOR = Principal(
    f"arn:aws:iam::{ACCOUNT_ID}:user/administrator", ACCOUNT_ID, PrincipalType.USER
)
"""Whoever has the key that the cloud made at its start."""
EVERYTHING = (
    "AdministratorAccess",
    parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
)
"""The administrator's policy, under its name."""
SESSION_S = 12 * 3600
FUNCTION = "coldstart_function"
"""Attribute of moto's sessions that were made for a function: its name."""
SESSION_POLICIES = "coldstart_session_policies"
"""Attribute of moto's sessions that managed policies limit: their ARNs."""
SESSION_TAGS = "coldstart_session_tags"
"""Attribute of moto's sessions: tags by key, and the keys that sessions made by it inherit."""
BOUNDARY = "coldstart_boundary"
"""Attribute of moto's users that have a permissions boundary: its ARN."""
CANNOT_ASSUME = "The role defined for the function cannot be assumed by Lambda."

Named = tuple[str, Policy]
"""A policy and the name it is shown under."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whoever holds an access key: the secret to verify with, the principal, its policies.

    `owner` is the principal whose identity policies speak, where it is another one;
    `function_arn` is set for the code of a function, to which its execution role was given.
    """

    principal: Principal
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    session_policies: tuple[Named, ...] = ()
    status: KeyStatus = KeyStatus.ACTIVE
    function_arn: str | None = None
    owner: Principal | None = None
    transitive_tags: Mapping[str, str] = field(default_factory=dict)


class Identities:
    """Looks up keys, policies and roles of the account."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()

    def find(self, access_key_id: str) -> Identity | None:
        """Return who holds the key, or None when nobody made it."""
        session = sts_backends[ACCOUNT_ID][PARTITION].get_assumed_role_from_access_key(
            access_key_id
        )
        if session is not None:
            return self._of_session(session)
        backend = iam_backends[ACCOUNT_ID][PARTITION]
        key = backend.access_keys.get(access_key_id)
        if key is None or not key.user_name:
            return None
        user = backend.users.get(key.user_name)
        arn = user.arn if user else f"arn:aws:iam::{ACCOUNT_ID}:user/{key.user_name}"
        tags = _tags(user.tags) if user else {}
        active = user is not None and key.status == "Active"
        return Identity(
            Principal(arn, ACCOUNT_ID, PrincipalType.USER, tags),
            key.secret_access_key,
            status=KeyStatus.ACTIVE if active else KeyStatus.REVOKED,
        )

    def _of_session(self, session: Any) -> Identity:
        now = self._clock.today().replace(tzinfo=None)  # moto's moments are UTC without a zone
        status = KeyStatus.ACTIVE if session.expiration > now else KeyStatus.EXPIRED
        if isinstance(session, UserSession):
            return Identity(
                session.principal,
                session.secret_access_key,
                session.session_token,
                (session.limit(),),
                status,
                owner=session.owner,
            )
        if self.role(session.role_arn) is None:
            status = KeyStatus.REVOKED
        made_with: tuple[dict[str, str], frozenset[str]] = ({}, frozenset())
        tags, passed_on = getattr(session, SESSION_TAGS, made_with)
        principal = self.session_principal(session.role_arn, session.session_name)
        return Identity(
            replace(principal, tags={**principal.tags, **tags}),
            session.secret_access_key,
            session.session_token,
            tuple(_limits_of(session)),
            status,
            _function_arn(session),
            transitive_tags={key: tags[key] for key in passed_on},
        )

    def signer(self, access_key_id: str) -> Signer:
        """Return whoever holds a key, as events tell it; a key nobody made is administrator's."""
        backend = sts_backends[ACCOUNT_ID][PARTITION]
        user_id, arn, account = backend.get_caller_identity(access_key_id, "us-east-1")
        return Signer(access_key_id, account, user_id, arn)

    def policies_of(self, identity: Identity) -> Policies:
        """Return every policy that speaks for whoever holds a key."""
        return self.policies(identity.owner or identity.principal, identity.session_policies)

    def policies(self, principal: Principal, session: tuple[Named, ...] = ()) -> Policies:
        """Return the identity policies and boundary of a principal, beside its session's."""
        if principal is ADMINISTRATOR:
            return Policies(identity=(EVERYTHING,), session=session)
        if principal.type is PrincipalType.USER:
            return self._of_user(principal.arn.rsplit("/", 1)[1], session)
        role = self.role(principal.role or "")
        if role is None:
            return Policies(session=session)
        return Policies(
            tuple(_policies_of(role)), _boundary(role.permissions_boundary_arn), session
        )

    def policies_of_arn(self, arn: str) -> Policies | None:
        """Return the policies of a user, role or group; None when there is none."""
        backend = iam_backends[ACCOUNT_ID][PARTITION]
        for group in backend.groups.values():
            if group.arn == arn:
                return Policies(tuple(_policies_of(group)))
        for user in backend.users.values():
            if user.arn == arn:
                return self._of_user(user.name, ())
        if self.role(arn) is None:
            return None
        return self.policies(Principal(arn, ACCOUNT_ID, PrincipalType.ROLE))

    def _of_user(self, name: str, session: tuple[Named, ...]) -> Policies:
        backend = iam_backends[ACCOUNT_ID][PARTITION]
        user = backend.users.get(name)
        if user is None:
            return Policies(session=session)
        holders = (user, *backend.get_groups_for_user(name))
        named = tuple(policy for holder in holders for policy in _policies_of(holder))
        return Policies(named, _boundary(getattr(user, BOUNDARY, None)), session)

    def role(self, arn: str) -> Any | None:
        """Return moto's role with this ARN, or None."""
        for role in list(iam_backends[ACCOUNT_ID][PARTITION].roles.values()):
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
    """Implements CredentialIssuer: sessions of roles, made in moto's STS."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def issue(self, role_arn: str, session_name: str) -> Credentials:
        """Return credentials of a function's new session; its code is told apart by them.

        A session's name has two characters or more, a function's may have one.
        """
        longer = session_name if len(session_name) > 1 else f"{session_name}@lambda_function"
        session = self._session(role_arn, longer)
        setattr(session, FUNCTION, session_name)  # anybody may name a session like a function
        return _credentials(session)

    def issue_to_service(self, role_arn: str, session_name: str) -> Credentials:
        """Return credentials of a session with which a service of AWS acts."""
        return _credentials(self._session(role_arn, session_name))

    def _session(self, role_arn: str, session_name: str) -> Any:
        if self._identities.role(role_arn) is None:
            raise InvalidParameterValueException(CANNOT_ASSUME)
        return sts_backends[ACCOUNT_ID][PARTITION].assume_role(
            region_name="us-east-1",
            role_session_name=session_name,
            role_arn=role_arn,
            policy=None,
            duration=SESSION_S,
            external_id=None,
        )


def _credentials(session: Any) -> Credentials:
    return Credentials(session.access_key_id, session.secret_access_key, session.session_token)


def _function_arn(session: Any) -> str | None:
    name = getattr(session, FUNCTION, None)
    if name is None:
        return None
    backends = simple_models.lambda_simple_backends[ACCOUNT_ID]
    made = (backends[region]._lambdas._functions.get(name) for region in list(backends))
    found = (kept["latest"] for kept in made if kept and kept["latest"])
    return next((str(fn.function_arn) for fn in found if fn.role == session.role_arn), None)


def _policies_of(holder: Any) -> Iterator[Named]:
    for name, document in holder.policies.items():
        yield name, read_policy(document)
    for arn, policy in holder.managed_policies.items():
        yield arn, read_policy(_default_version(policy))


def _limits_of(session: Any) -> Iterator[Named]:
    if session.policy:
        yield "session policy", read_policy(session.policy, PolicyType.SESSION)
    for arn in getattr(session, SESSION_POLICIES, ()):
        yield _limit(arn, PolicyType.SESSION)


def _boundary(arn: str | None) -> Named | None:
    return _limit(arn, PolicyType.BOUNDARY) if arn else None


def _limit(arn: str, kind: PolicyType) -> Named:
    policy = iam_backends[ACCOUNT_ID][PARTITION].managed_policies.get(arn)
    if policy is None:  # a limit that is gone allows nothing
        return arn, grant_nothing(kind)
    return arn, read_policy(_default_version(policy), kind)


def _default_version(policy: Any) -> str:
    """Return the text of a managed policy's version in force."""
    return next(str(version.document) for version in policy.versions if version.is_default)


def _tags(tags: Any) -> Mapping[str, str]:
    values = tags.values() if isinstance(tags, Mapping) else tags or ()
    return {tag["Key"]: tag["Value"] for tag in values}


def known_to_iam(principal: str) -> bool:
    """Tell whether a role or user of this account exists; of others, and services, nobody knows."""
    kind, _, name = principal.removeprefix(f"arn:aws:iam::{ACCOUNT_ID}:").partition("/")
    backend = iam_backends[ACCOUNT_ID][PARTITION]
    if kind == "role":
        return any(role.arn == principal for role in list(backend.roles.values()))
    if kind == "user" and principal != ADMINISTRATOR.arn:
        return name.rpartition("/")[2] in backend.users
    return True
