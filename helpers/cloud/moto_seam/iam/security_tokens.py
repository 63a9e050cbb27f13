"""STS operations that moto leaves out or makes up, bound where moto looks for them by name.

Session tags and managed session policies of AssumeRole, usable keys of GetSessionToken and
GetFederationToken, and who the administrator is. Tokens of identity providers are refused: their
keys cannot be fetched without a network, and an unverified token must open nothing.
Source: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, API_GetSessionToken.html,
API_GetFederationToken.html and API_AssumeRoleWithWebIdentity.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.iam.exceptions import NoSuchEntity
from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, STSBackend, sts_backends
from moto.sts.responses import TokenResponse

from helpers.cloud.moto_seam.iam.identities import (
    ACCOUNT_ID,
    ADMINISTRATOR,
    PARTITION,
    SESSION_POLICIES,
    SESSION_TAGS,
    Identities,
)
from helpers.cloud.moto_seam.iam.user_sessions import UserSession
from helpers.cloud.moto_seam.wrapping import first_time
from helpers.cloud.policy import (
    MalformedPolicyDocument,
    PolicyType,
    Principal,
    PrincipalType,
    parse_policy,
)

_DEFAULT_S = 12 * 3600
_CHAINED_S = 3600
NO_KEYS = (
    "Couldn't retrieve verification key from your identity provider, please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)


class _InvalidIdentityToken(ServiceException):  # type: ignore[misc]
    code = "InvalidIdentityToken"


class _AccessDenied(ServiceException):  # type: ignore[misc]
    code = "AccessDenied"


class _MalformedPolicy(ServiceException):  # type: ignore[misc]
    code = "MalformedPolicyDocument"


class _ValidationError(ServiceException):  # type: ignore[misc]
    code = "ValidationError"


class _SessionTagsRefused(ServiceException):  # type: ignore[misc]
    code = "InvalidParameterValue"


def install(identities: Identities) -> None:
    """Bind the operations; harmless when called again."""
    TokenResponse.get_session_token = lambda response: _session_token(response, identities)
    TokenResponse.get_federation_token = lambda response: _federation_token(response, identities)
    TokenResponse.assume_role_with_web_identity = _refuse_identity_token
    TokenResponse.assume_role_with_saml = _refuse_identity_token
    if first_time(TokenResponse):
        TokenResponse.assume_role = _limited(TokenResponse.assume_role, identities)
        STSBackend.get_caller_identity = _with_administrator(STSBackend.get_caller_identity)


def managed_policy_must_exist(arn: str) -> None:
    """Raise NoSuchEntity as IAM does."""
    if arn not in iam_backends[ACCOUNT_ID][PARTITION].managed_policies:
        raise NoSuchEntity(f"Policy {arn} does not exist or is not attachable.")


def _session_token(response: Any, identities: Identities) -> ActionResult:
    caller = _caller(response, identities, "GetSessionToken")
    session = UserSession(caller, response._get_int_param("DurationSeconds", _DEFAULT_S))
    _keep(session)
    return ActionResult({"Credentials": session})


def _federation_token(response: Any, identities: Identities) -> ActionResult:
    caller, name = (
        _caller(response, identities, "GetFederationToken"),
        str(response._get_param("Name")),
    )
    policy = response._get_param("Policy")
    if policy:
        try:
            parse_policy(policy, PolicyType.SESSION)
        except MalformedPolicyDocument as error:
            raise _MalformedPolicy(str(error)) from error
    seconds = response._get_int_param("DurationSeconds", _DEFAULT_S)
    session = UserSession(caller, seconds, federated_name=name, policy=policy)
    _keep(session)
    return ActionResult(
        {
            "Credentials": session,
            "FederatedUser": {"FederatedUserId": session.user_id, "Arn": session.arn},
            "PackedPolicySize": 6,
        }
    )


def _caller(response: Any, identities: Identities, operation: str) -> Principal:
    """Give the user whose long-term key asks; a key that IAM does not know is the cloud's own."""
    identity = identities.find(response.get_access_key())
    if identity is not None and identity.session_token:
        raise _AccessDenied(f"Cannot call {operation} with session credentials")
    return identity.principal if identity is not None else ADMINISTRATOR


def _keep(session: AssumedRole) -> None:
    sts_backends[ACCOUNT_ID][PARTITION].assumed_roles.append(session)


def _refuse_identity_token(_response: Any) -> ActionResult:
    raise _InvalidIdentityToken(NO_KEYS)


def _limited(assume_role: Any, identities: Identities) -> Any:
    def assume(response: Any) -> Any:
        _check_duration(response, identities)
        given = response._get_param("PolicyArns") or []
        arns = tuple(str(each["arn"]) for each in given)
        for arn in arns:
            managed_policy_must_exist(arn)
        tags, passed_on = _session_tags(response, identities)
        answer = assume_role(response)
        session = answer.result["Credentials"]
        setattr(session, SESSION_POLICIES, arns)
        setattr(session, SESSION_TAGS, (tags, passed_on))
        return answer

    return assume


def _check_duration(response: Any, identities: Identities) -> None:
    """Raise ValidationError for a session longer than the role, or a chain of roles, may have."""
    seconds = response._get_int_param("DurationSeconds")
    role = identities.role(str(response._get_param("RoleArn")))
    if seconds is None or role is None:
        return
    caller = identities.find(response.get_access_key())
    chained = caller is not None and caller.principal.type is PrincipalType.ASSUMED_ROLE
    if chained and seconds > _CHAINED_S:
        raise _ValidationError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining"
        )
    if seconds > int(role.max_session_duration or _CHAINED_S):
        raise _ValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )


def _session_tags(response: Any, identities: Identities) -> tuple[dict[str, str], frozenset[str]]:
    """Give the tags of the new session, and which of them a role assumed by it inherits."""
    tags = {tag["Key"]: tag.get("Value", "") for tag in response._get_param("Tags") or []}
    passed_on = frozenset(response._get_param("TransitiveTagKeys") or [])
    if unknown := passed_on - tags.keys():
        raise _SessionTagsRefused(
            f"The specified transitive tag key must be included in the requested tags: "
            f"{', '.join(sorted(unknown))}"
        )
    caller = identities.find(response.get_access_key())
    inherited: Mapping[str, str] = caller.transitive_tags if caller is not None else {}
    if repeated := inherited.keys() & tags.keys():
        raise _SessionTagsRefused(
            "One of the specified transitive tag keys can't be set because it conflicts with a "
            f"transitive tag key from the calling session: {', '.join(sorted(repeated))}"
        )
    return {**inherited, **tags}, passed_on | inherited.keys()


def _with_administrator(get_caller_identity: Any) -> Any:
    def get(backend: Any, access_key_id: str, region: str) -> tuple[str, str, str]:
        user_id, arn, account = get_caller_identity(backend, access_key_id, region)
        if arn.endswith(":user/moto"):  # moto's answer for a key that its IAM does not know
            return f"AIDA{access_key_id[4:]}", ADMINISTRATOR.arn, account
        return user_id, arn, account

    return get
