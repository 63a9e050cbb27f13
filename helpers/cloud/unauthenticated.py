"""Operations that AWS answers without a signature: signing up, and becoming somebody.

The table is what botocore's models mark `authtype: none`; a test compares. Left out: the REST
operations of sign-in portals (SSO, OIDC).
"""

from __future__ import annotations

from urllib.parse import parse_qs

from helpers.cloud.http_messages import HttpRequest

_USER_POOLS = """
    AssociateSoftwareToken ChangePassword CompleteWebAuthnRegistration ConfirmDevice
    ConfirmForgotPassword ConfirmSignUp DeleteUser DeleteUserAttributes DeleteWebAuthnCredential
    ForgetDevice ForgotPassword GetDevice GetTokensFromRefreshToken GetUser
    GetUserAttributeVerificationCode GetUserAuthFactors GlobalSignOut InitiateAuth ListDevices
    ListUserSessions ListWebAuthnCredentials ResendConfirmationCode RespondToAuthChallenge
    RevokeToken RevokeUserSession SetUserMFAPreference SetUserSettings SignUp
    StartWebAuthnRegistration UpdateAuthEventFeedback UpdateDeviceStatus UpdateUserAttributes
    VerifySoftwareToken VerifyUserAttribute
"""
_IDENTITY_POOLS = "GetCredentialsForIdentity GetId GetOpenIdToken UnlinkIdentity"
_SECURITY_TOKENS = "AssumeRoleWithSAML AssumeRoleWithWebIdentity"

UNAUTHENTICATED = {
    "cognito-idp": frozenset(_USER_POOLS.split()),
    "cognito-identity": frozenset(_IDENTITY_POOLS.split()),
    "sts": frozenset(_SECURITY_TOKENS.split()),
}
TARGETS = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
}
"""Service of each X-Amz-Target prefix."""


def unauthenticated_service(request: HttpRequest) -> str | None:
    """Return the service whose unsigned operation this is; None when it is another request."""
    if request.method != "POST" or request.path != "/" or request.query:
        return None
    target = request.headers.get("x-amz-target")
    if target is not None:
        prefix, _, operation = target.partition(".")
        service = TARGETS.get(prefix, "")
    else:
        # one Action only: whoever answers must read the same one
        actions = parse_qs(request.body.decode("latin-1")).get("Action", [])
        operation, service = (actions[0] if len(actions) == 1 else ""), "sts"
    return service if operation in UNAUTHENTICATED.get(service, ()) else None
