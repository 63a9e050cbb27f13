"""Operations of IAM and STS that moto leaves out, bound where moto looks for them by name.

Boundaries of users, managed session policies of AssumeRole, the two policy simulators, and who the
administrator is. Leaves out GetSessionToken's and GetFederationToken's keys: moto makes them up,
and nobody can use them.
Source: docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html and
docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import never_return
from moto.iam.exceptions import NoSuchEntity
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse
from moto.sts.models import STSBackend
from moto.sts.responses import TokenResponse

from helpers.cloud.moto_seam import simulation
from helpers.cloud.moto_seam.identities import (
    ACCOUNT_ID,
    ADMINISTRATOR,
    BOUNDARY,
    PARTITION,
    SESSION_POLICIES,
    Identities,
)

_BOUND = "coldstart_bound"


def install(identities: Identities) -> None:
    """Bind the operations; harmless when called again."""
    IamResponse.put_user_permissions_boundary = _put_boundary
    IamResponse.delete_user_permissions_boundary = _delete_boundary
    IamResponse.simulate_custom_policy = lambda response: ActionResult(
        simulation.custom(_parameters(response))
    )
    IamResponse.simulate_principal_policy = lambda response: ActionResult(
        simulation.principal(_parameters(response), identities)
    )
    hidden = "ListUsersResponse.Users.User.PermissionsBoundary"
    IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER[hidden] = never_return
    if not hasattr(IamResponse, _BOUND):
        setattr(IamResponse, _BOUND, True)
        IamResponse.create_user = _bounded(IamResponse.create_user)
        TokenResponse.assume_role = _limited(TokenResponse.assume_role)
        STSBackend.get_caller_identity = _with_administrator(STSBackend.get_caller_identity)


def _parameters(response: Any) -> dict[str, Any]:
    names = (*simulation.PARAMETERS, "PolicySourceArn")
    return {name: response._get_param(name) for name in names}


def _put_boundary(response: Any) -> EmptyResult:
    _bind(response, response._get_param("PermissionsBoundary"))
    return EmptyResult()


def _delete_boundary(response: Any) -> EmptyResult:
    user = response.backend.get_user(response._get_param("UserName"))
    for name in (BOUNDARY, "permissions_boundary"):
        user.__dict__.pop(name, None)
    return EmptyResult()


def _bind(response: Any, arn: str) -> None:
    _must_exist(arn)
    user = response.backend.get_user(response._get_param("UserName"))
    setattr(user, BOUNDARY, arn)
    user.permissions_boundary = {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": arn,
    }


def _bounded(create_user: Any) -> Any:
    def create(response: Any) -> Any:
        boundary = response._get_param("PermissionsBoundary")
        if boundary:
            _must_exist(boundary)
        answer = create_user(response)
        if boundary:
            _bind(response, boundary)
        return answer

    return create


def _limited(assume_role: Any) -> Any:
    def assume(response: Any) -> Any:
        given = response._get_param("PolicyArns") or []
        arns = tuple(str(each["arn"]) for each in given)
        for arn in arns:
            _must_exist(arn)
        answer = assume_role(response)
        if arns:
            setattr(answer.result["Credentials"], SESSION_POLICIES, arns)
        return answer

    return assume


def _with_administrator(get_caller_identity: Any) -> Any:
    def get(backend: Any, access_key_id: str, region: str) -> tuple[str, str, str]:
        user_id, arn, account = get_caller_identity(backend, access_key_id, region)
        if arn.endswith(":user/moto"):  # moto's answer for a key that its IAM does not know
            return access_key_id, ADMINISTRATOR.arn, account
        return user_id, arn, account

    return get


def _must_exist(arn: str) -> None:
    if arn not in iam_backends[ACCOUNT_ID][PARTITION].managed_policies:
        raise NoSuchEntity(f"Policy {arn} does not exist or is not attachable.")
