"""Who may call a method: resource policy, IAM, Lambda authorizers, Cognito user pools.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
and apigateway-authorization-flow.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from helpers.cloud.errors import AwsError
from helpers.cloud.events.http_call import SOURCE_IP
from helpers.cloud.http_fronts.rest.authorizers import INVOKE, LambdaAuthorizers
from helpers.cloud.http_fronts.rest.call import RestCall
from helpers.cloud.http_fronts.rest.deployment import Authorizer
from helpers.cloud.http_fronts.rest.refusals import RefusedError
from helpers.cloud.policy import (
    Decision,
    MalformedPolicyDocument,
    Policies,
    PolicyType,
    Principal,
    PrincipalType,
    Reason,
    Request,
    evaluate,
    parse_policy,
)
from helpers.cloud.ports import FrontCallers, Permission

ANONYMOUS = Principal("*", "anonymous", PrincipalType.ANONYMOUS)


class UserPools(Protocol):
    """Who reads the tokens of Cognito's user pools."""

    def claims(self, token: str, pool_arns: Sequence[str]) -> Mapping[str, Any] | None:
        """Return the claims of a valid token that one of the pools issued, else None."""


@dataclass(frozen=True, slots=True)
class Access:
    """Checks callers; lives with the cloud."""

    callers: FrontCallers
    lambda_authorizers: LambdaAuthorizers
    user_pools: UserPools

    def check(self, call: RestCall) -> str:
        """Let the call go on, or raise RefusedError; returns the API key of an authorizer."""
        decision = _resource_policy(call)
        if decision is not None and decision.reason is Reason.EXPLICIT_DENY:
            raise _denied(decision)
        how = call.method.authorization
        if how == "AWS_IAM":
            self._check_signer(call)
            return ""
        if decision is not None and not decision.allowed:
            raise _denied(decision)
        if how == "NONE":
            return ""
        authorizer = call.deployment.authorizers.get(call.method.authorizer_id or "")
        if authorizer is None:
            raise RefusedError("AUTHORIZER_CONFIGURATION_ERROR", None, detail="no such authorizer")
        if how == "COGNITO_USER_POOLS":
            self._check_token(call, authorizer)
            return ""
        return self.lambda_authorizers.authorize(call, authorizer).usage_identifier

    def _check_signer(self, call: RestCall) -> None:
        wanted = [Permission(INVOKE, call.method_arn)]
        try:
            signer = self.callers.signer(call.http.request, "execute-api", call.region, wanted)
        except AwsError as error:
            types = {
                "AccessDeniedException": "ACCESS_DENIED",
                "MissingAuthenticationTokenException": "MISSING_AUTHENTICATION_TOKEN",
                "ExpiredTokenException": "EXPIRED_TOKEN",
            }
            kind = types.get(error.code, "INVALID_SIGNATURE")
            raise RefusedError(kind, _masked(error.message), error_type=error.code) from error
        call.identity |= {
            "accessKey": signer.access_key_id,
            "accountId": signer.account_id,
            "caller": signer.user_id,
            "user": signer.user_id,
            "userArn": signer.arn,
        }

    def _check_token(self, call: RestCall, authorizer: Authorizer) -> None:
        source = authorizer.identity_source or "method.request.header.Authorization"
        name = source.rpartition(".")[2].lower()
        token = call.http.request.headers.get(name, "").removeprefix("Bearer ").strip()
        claims = self.user_pools.claims(token, authorizer.provider_arns) if token else None
        if claims is None:
            raise RefusedError("UNAUTHORIZED", "Unauthorized")
        scopes = call.method.scopes
        if scopes and not set(scopes) & set(str(claims.get("scope", "")).split()):
            raise RefusedError("UNAUTHORIZED", "Unauthorized", detail="no scope of the method")
        if not scopes and claims.get("token_use") == "access":
            raise RefusedError("UNAUTHORIZED", "Unauthorized", detail="an identity token is wanted")
        call.authorizer = {"claims": {name: _claim(value) for name, value in claims.items()}}


def _resource_policy(call: RestCall) -> Decision | None:
    """Ask the API's resource policy about everybody; None where there is none."""
    text = call.deployment.policy
    if not text:
        return None
    own = f"arn:aws:execute-api:{call.region}:{call.http.account_id}:{call.http.api_id}/"
    full = re.sub(r'"execute-api:/', f'"{own}', text)
    try:
        policy = parse_policy(full, PolicyType.RESOURCE)
    except MalformedPolicyDocument as error:
        raise RefusedError("ACCESS_DENIED", "User is not authorized", detail=str(error)) from error
    seen = {"aws:SourceIp": SOURCE_IP, "aws:UserAgent": call.http.user_agent}
    asked = Request(ANONYMOUS, INVOKE, call.method_arn, seen)
    return evaluate(asked, Policies(resource=("resource policy", policy)))


def _denied(decision: Decision) -> RefusedError:
    return RefusedError("ACCESS_DENIED", _masked(decision.message()))


def _masked(message: str) -> str:
    """Hide the account in an ARN of execute-api, as API Gateway does."""
    return re.sub(r"(execute-api:[\w-]*:)\d{8}(\d{4}:)", r"\1********\2", message)


def _claim(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
