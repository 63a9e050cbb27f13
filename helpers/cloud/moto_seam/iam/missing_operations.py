"""Operations of IAM that moto leaves out, bound where moto looks for them by name.

Boundaries of users, the two policy simulators, and ids that tell what they are of.
Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html;
docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html.
"""

from __future__ import annotations

import re
from typing import Any

import moto.iam.models as iam_models
from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import never_return
from moto.iam.exceptions import IAMException, NotFoundException
from moto.iam.responses import IamResponse

from helpers.cloud.moto_seam.iam import simulation
from helpers.cloud.moto_seam.iam.identities import BOUNDARY, Identities
from helpers.cloud.moto_seam.iam.security_tokens import managed_policy_must_exist
from helpers.cloud.moto_seam.wrapping import first_time

REWORDED = (
    (r"Role (\S+) not found", r"The role with name \1 cannot be found."),
    (r"User (\S+) not found", r"The user with name \1 cannot be found."),
    (r"Group (\S+) not found", r"The group with name \1 cannot be found."),
    (r"Instance profile (\S+) not found", r"Instance Profile \1 cannot be found."),
    (r"Login profile for (\S+) not found", r"Login Profile for User \1 cannot be found."),
    (r"Policy Document (\S+) not .*", r"The role policy with name \1 cannot be found."),
    (r"Policy (arn:\S+) not found", r"Policy \1 was not found."),
    (r"Policy (\S+) not found", r"The user policy with name \1 cannot be found."),
)
"""What moto says of something that is not there, and how IAM says it."""
USER_ID, GROUP_ID = "AIDA", "AGPA"


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
    if first_time(IamResponse):
        NotFoundException.__init__ = _reworded
        IamResponse.create_user = _bounded(IamResponse.create_user)
        for made, prefix in ((iam_models.User, USER_ID), (iam_models.Group, GROUP_ID)):
            made.__init__ = _identified(made.__init__, prefix)


def _reworded(error: Any, message: str) -> None:
    found = (
        re.sub(theirs, ours, message) for theirs, ours in REWORDED if re.fullmatch(theirs, message)
    )
    IAMException.__init__(error, next(found, message))


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
    managed_policy_must_exist(arn)
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
            managed_policy_must_exist(boundary)
        answer = create_user(response)
        if boundary:
            _bind(response, boundary)
        return answer

    return create


def _identified(init: Any, prefix: str) -> Any:
    def made(one: Any, *given: Any, **named: Any) -> None:
        init(one, *given, **named)
        one.id = prefix + one.id[:17].upper()

    return made
