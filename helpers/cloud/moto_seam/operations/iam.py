"""IAM: operations, actions and ARNs.

Names do not tell paths, so the ARN of a role, user or policy is asked for. Leaves out SAML, MFA,
certificates and organizations.
"""

from __future__ import annotations

from collections.abc import Callable

from helpers.cloud.moto_seam.operations.arns import keys_from, known, named, param
from helpers.cloud.moto_seam.operations.call import Call, everything, row, rows


def _pathed(kind: str, name: str) -> Callable[[Call], str]:
    """Give the ARN of something that is made with a path."""

    def arn(call: Call) -> str:
        path = call.params.get("Path", "/")
        return f"arn:aws:iam::{call.account}:{kind}{path}{call.params[name]}"

    return arn


def _own(kind: str, name: str) -> Callable[[Call], str]:
    return known(kind, name, named("iam", f"{kind}/{{{name}}}", everywhere=True))


role = _own("role", "RoleName")
user = _own("user", "UserName")
group = _own("group", "GroupName")
profile = _own("instance-profile", "InstanceProfileName")
_policy = param("PolicyArn")
_attached = keys_from(iam_PolicyARN="PolicyArn")
_boundary = keys_from(iam_PermissionsBoundary="PermissionsBoundary")


def _under(kind: str) -> Callable[[Call], str]:
    """Name what a list is of as IAM does: by the path that it is of."""
    return lambda call: f"arn:aws:iam::{call.account}:{kind}{call.params.get('PathPrefix') or '/'}"


OPERATIONS = {
    "CreateRole": row("iam:CreateRole", _pathed("role", "RoleName"), _boundary),
    "CreateUser": row("iam:CreateUser", _pathed("user", "UserName"), _boundary),
    "CreateGroup": row("iam:CreateGroup", _pathed("group", "GroupName")),
    "CreatePolicy": row("iam:CreatePolicy", _pathed("policy", "PolicyName")),
    "CreateInstanceProfile": row(
        "iam:CreateInstanceProfile", _pathed("instance-profile", "InstanceProfileName")
    ),
    "AddRoleToInstanceProfile": row(
        "iam:AddRoleToInstanceProfile", profile, lambda _call: {}, row("iam:PassRole", role)
    ),
    **rows("iam", role, "AttachRolePolicy DetachRolePolicy", _attached),
    **rows("iam", user, "AttachUserPolicy DetachUserPolicy", _attached),
    **rows("iam", group, "AttachGroupPolicy DetachGroupPolicy", _attached),
    **rows("iam", role, "PutRolePermissionsBoundary DeleteRolePermissionsBoundary", _boundary),
    **rows("iam", user, "PutUserPermissionsBoundary DeleteUserPermissionsBoundary", _boundary),
    **rows(
        "iam",
        role,
        "GetRole DeleteRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy GetRolePolicy"
        " PutRolePolicy DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies TagRole"
        " UntagRole ListRoleTags ListInstanceProfilesForRole",
    ),
    **rows(
        "iam",
        user,
        "GetUser DeleteUser UpdateUser GetUserPolicy PutUserPolicy DeleteUserPolicy"
        " ListUserPolicies ListAttachedUserPolicies ListGroupsForUser TagUser UntagUser"
        " ListUserTags CreateAccessKey DeleteAccessKey UpdateAccessKey ListAccessKeys"
        " CreateLoginProfile DeleteLoginProfile GetLoginProfile",
    ),
    **rows(
        "iam",
        group,
        "GetGroup DeleteGroup UpdateGroup AddUserToGroup RemoveUserFromGroup GetGroupPolicy"
        " PutGroupPolicy DeleteGroupPolicy ListGroupPolicies ListAttachedGroupPolicies",
    ),
    **rows(
        "iam",
        profile,
        "GetInstanceProfile DeleteInstanceProfile RemoveRoleFromInstanceProfile",
    ),
    **rows(
        "iam",
        _policy,
        "GetPolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion GetPolicyVersion"
        " ListPolicyVersions SetDefaultPolicyVersion ListEntitiesForPolicy TagPolicy UntagPolicy"
        " ListPolicyTags",
    ),
    **rows(
        "iam",
        param("OpenIDConnectProviderArn"),
        "GetOpenIDConnectProvider DeleteOpenIDConnectProvider",
    ),
    **rows(
        "iam", param("PolicySourceArn"), "SimulatePrincipalPolicy GetContextKeysForPrincipalPolicy"
    ),
    **{
        f"List{kinds}": row(f"iam:List{kinds}", _under(path))
        for kinds, path in (
            ("Users", "user"),
            ("Roles", "role"),
            ("Groups", "group"),
            ("InstanceProfiles", "instance-profile"),
        )
    },
    **rows(
        "iam",
        everything,
        "ListPolicies GetAccountSummary"
        " GetAccountAuthorizationDetails ListAccountAliases CreateAccountAlias"
        " DeleteAccountAlias SimulateCustomPolicy GetContextKeysForCustomPolicy"
        " GetAccessKeyLastUsed CreateOpenIDConnectProvider ListOpenIDConnectProviders"
        " GetAccountPasswordPolicy UpdateAccountPasswordPolicy",
    ),
}
