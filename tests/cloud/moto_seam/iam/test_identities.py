"""Keys, sessions and policies as they are read out of moto."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto.core.utils import utcnow
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from helpers.cloud.moto_seam.iam.identities import (
    ACCOUNT_ID,
    PARTITION,
    Identities,
    RoleCredentials,
)
from helpers.cloud.moto_seam.iam.stored_policies import read_policy
from helpers.cloud.policy import (
    Policies,
    PolicyType,
    Principal,
    PrincipalType,
    Reason,
    Request,
    evaluate,
)
from helpers.cloud.signatures import KeyStatus

TRUST = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}'


@pytest.fixture
def role(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A role in moto's IAM, gone afterwards."""
    backend = iam_backends[ACCOUNT_ID][PARTITION]
    name = f"role-{abs(hash(request.node.nodeid))}"
    made = backend.create_role(name, TRUST, "/team/", None, "", [], 3600)
    yield made
    backend.roles.pop(made.id, None)


def session_of(role: Any) -> Any:
    """Return a session of the role, as AssumeRole makes it."""
    return sts_backends[ACCOUNT_ID][PARTITION].assume_role(
        region_name="us-east-1",
        role_session_name="session",
        role_arn=role.arn,
        policy=None,
        duration=900,
        external_id=None,
    )


def test_a_session_works_until_it_expires(role: Any):
    """Its key stays known, as an expired one."""
    session = session_of(role)
    statuses = [Identities().find(session.access_key_id).status]
    session.expiration = utcnow() - timedelta(seconds=1)
    statuses.append(Identities().find(session.access_key_id).status)

    assert [KeyStatus.ACTIVE, KeyStatus.EXPIRED] == statuses


def test_a_session_ends_with_its_role(role: Any):
    """Nobody can act as a role that is gone."""
    session = session_of(role)
    del iam_backends[ACCOUNT_ID][PARTITION].roles[role.id]

    assert KeyStatus.REVOKED is Identities().find(session.access_key_id).status


def test_only_the_kit_makes_sessions_of_functions(role: Any):
    """Somebody who names a session like a function is no function."""
    issued = RoleCredentials(Identities()).issue(role.arn, "session")
    kept = sts_backends[ACCOUNT_ID][PARTITION].get_assumed_role_from_access_key

    marks = [
        getattr(kept(key), "coldstart_function", None)
        for key in (issued.access_key_id, session_of(role).access_key_id)
    ]
    assert ["session", None] == marks


def test_the_principal_of_a_session_keeps_the_path_of_its_role(role: Any):
    """The session's ARN does not tell the path, its role's ARN does."""
    principal = Identities().find(session_of(role).access_key_id).principal

    assert role.arn == principal.role
    assert "/team/" not in principal.arn


def test_a_boundary_that_is_gone_allows_nothing(role: Any):
    """A deleted managed policy limits to nothing, it does not lift the limit."""
    role.permissions_boundary_arn = f"arn:aws:iam::{ACCOUNT_ID}:policy/gone"
    role.policies["all"] = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    principal = Identities().find(session_of(role).access_key_id).principal

    decision = evaluate(Request(principal, "s3:GetObject"), Identities().policies(principal))
    assert PolicyType.BOUNDARY is decision.policy_type


@pytest.mark.parametrize("kind", PolicyType)
def test_a_stored_policy_that_cannot_be_read_denies_everything(kind: PolicyType):
    """It may hold a deny that nobody can see any more."""
    policy = read_policy('{"Statement": "?"}', kind)
    ana = Principal("arn:aws:iam::123456789012:user/ana", ACCOUNT_ID, PrincipalType.USER)
    named = ("broken", policy)
    policies = Policies(resource=named) if kind.of_resource else Policies(identity=(named,))

    assert Reason.EXPLICIT_DENY is evaluate(Request(ana, "s3:GetObject"), policies).reason
