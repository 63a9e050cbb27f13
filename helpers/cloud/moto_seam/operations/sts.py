"""STS: operations, actions and ARNs. GetCallerIdentity and GetSessionToken need no permission."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import keys_from, named, param
from helpers.cloud.moto_seam.operations.call import Call, everything, nothing, row

_role = param("RoleArn")


def _tagged(call: Call) -> list[str]:
    return [_role(call)] if call.params.get("Tags") else []


_session = keys_from(sts_ExternalId="ExternalId", sts_RoleSessionName="RoleSessionName")

OPERATIONS = {
    "AssumeRole": row("sts:AssumeRole", _role, _session, row("sts:TagSession", _tagged, _session)),
    "AssumeRoleWithWebIdentity": row("sts:AssumeRoleWithWebIdentity", _role, _session),
    "GetFederationToken": row(
        "sts:GetFederationToken", named("sts", "federated-user/{Name}", everywhere=True)
    ),
    "GetCallerIdentity": row("sts:GetCallerIdentity", nothing),
    "GetSessionToken": row("sts:GetSessionToken", nothing),
    "GetAccessKeyInfo": row("sts:GetAccessKeyInfo", everything),
    "DecodeAuthorizationMessage": row("sts:DecodeAuthorizationMessage", everything),
}
