"""Who may take a route of an HTTP API: IAM, a JWT authorizer, or a Lambda authorizer.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html,
http-api-jwt-authorizer.html and http-api-lambda-authorizer.html.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.events.http_call import HttpCall
from helpers.cloud.http_fronts.authorizer_events import authorizer_event, request_arn
from helpers.cloud.http_fronts.context_variables import CallVariables
from helpers.cloud.http_fronts.functions import (
    API_GATEWAY,
    FrontFunctions,
    IntegrationTimeoutError,
    Invoking,
    execute_api_arn,
    function_arn_of,
)
from helpers.cloud.http_fronts.http_apis import Authorizer, HttpApi, Route
from helpers.cloud.http_fronts.jwt_tokens import (
    KEPT_S,
    Issuers,
    TokenError,
    has_key_of,
    read_token,
)
from helpers.cloud.http_fronts.lambda_urls import iam_authorizer
from helpers.cloud.json_text import read_json
from helpers.cloud.policy import (
    MalformedPolicyDocument,
    Policies,
    Principal,
    Request,
    evaluate,
    parse_policy,
)
from helpers.cloud.ports import FrontCallers, Permission

TIMEOUT_S = 10.0
"""A Lambda authorizer answers within so many seconds."""


class RefusedError(Exception):
    """A caller may not take a route: the status, AWS's word, and WWW-Authenticate if any."""

    def __init__(self, status: int, message: str, challenge: str = "", reason: str = "") -> None:
        super().__init__(reason or message)
        self.status = status
        self.message = message
        self.challenge = challenge


def unauthorized(challenge: str = "", reason: str = "") -> RefusedError:
    """Return the refusal of somebody unknown."""
    return RefusedError(401, "Unauthorized", challenge, reason)


def forbidden(challenge: str = "", reason: str = "") -> RefusedError:
    """Return the refusal of somebody known."""
    return RefusedError(403, "Forbidden", challenge, reason)


@dataclass(slots=True)
class _Kept:
    """Something to use again until a moment (steady seconds)."""

    value: Any
    until: float


@dataclass(slots=True)
class HttpApiAuthorizers:
    """Asks whoever a route names; keeps answers and keys as long as AWS does, lapsed."""

    functions: FrontFunctions
    callers: FrontCallers
    issuers: Issuers
    clock: Clock
    _kept: dict[tuple[str, ...], _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def authorize(self, api: HttpApi, route: Route, call: HttpCall) -> dict[str, Any] | None:
        """Return requestContext.authorizer, None for an open route; raises RefusedError."""
        if route.authorization == "AWS_IAM":
            return self._iam(api, call)
        if route.authorizer is None or route.authorization == "NONE":
            return None
        if route.authorization == "JWT":
            return self._jwt(route, route.authorizer, call)
        return self._lambda(api, route, route.authorizer, call)

    def forget(self) -> None:
        """Forget everything that was kept."""
        with self._lock:
            self._kept.clear()

    def _iam(self, api: HttpApi, call: HttpCall) -> dict[str, Any]:
        arn = request_arn(api, call)
        try:
            signer = self.callers.signer(
                call.request, "execute-api", api.region, [Permission("execute-api:Invoke", arn)]
            )
        except AwsError as error:
            raise forbidden(reason=f"{error.code}: {error.message}") from error
        return {"iam": iam_authorizer(signer)}

    def _jwt(self, route: Route, authorizer: Authorizer, call: HttpCall) -> dict[str, Any]:
        source = (authorizer.identity_sources or ["$request.header.Authorization"])[0]
        given = CallVariables(call).value(source.removeprefix("$")) or ""
        scheme, _, rest = given.partition(" ")
        text = rest.strip() if scheme.lower() == "bearer" and rest else given
        if not text:
            raise unauthorized("Bearer", "there is no token")
        try:
            token = read_token(
                text,
                self._keys(authorizer.issuer, text),
                authorizer.issuer,
                authorizer.audience,
                now=self.clock.now(),
            )
        except TokenError as error:
            described = f'error="invalid_token" error_description="{error}"'
            raise unauthorized(f'Bearer scope="" {described}', str(error)) from error
        if route.scopes and not set(route.scopes) & set(token.scopes or ()):
            wanted = " ".join(route.scopes)
            described = 'error="insufficient_scope" error_description="no matching scope"'
            raise forbidden(f'Bearer scope="{wanted}" {described}', "insufficient scope")
        scopes = list(token.scopes or ()) if route.scopes else None
        return {"jwt": {"claims": dict(token.claims), "scopes": scopes}}

    def _keys(self, issuer: str, token: str) -> Mapping[str, Any]:
        kept: Mapping[str, Any] | None = self._recall(("keys", issuer))
        if kept is not None and has_key_of(kept, token):
            return kept
        try:
            keys = self.issuers.keys(issuer)
        except (OSError, ValueError) as error:
            raise TokenError(f"the issuer's keys cannot be read: {error}") from error
        self._keep(("keys", issuer), keys, KEPT_S)
        return keys

    def _lambda(
        self, api: HttpApi, route: Route, authorizer: Authorizer, call: HttpCall
    ) -> dict[str, Any]:
        variables = CallVariables(call)
        sources = [variables.value(s.removeprefix("$")) for s in authorizer.identity_sources]
        if not all(sources):
            raise unauthorized(reason="an identity source is missing")
        identities = [str(source) for source in sources]
        place = ("lambda", api.id, call.stage, authorizer.id, *identities)
        answer = self._recall(place) if authorizer.ttl_s else None
        if answer is None:
            answer = self._ask(api, route, authorizer, call, identities)
            if authorizer.ttl_s:
                self._keep(place, answer, authorizer.ttl_s)
        if not _allows(authorizer, answer, request_arn(api, call)):
            raise forbidden(reason="the authorizer said no")
        context = answer.get("context") or {}
        if authorizer.simple_responses or "principalId" not in answer:
            return {"lambda": context}
        return {"lambda": context, "principalId": answer["principalId"]}

    def _ask(
        self,
        api: HttpApi,
        route: Route,
        authorizer: Authorizer,
        call: HttpCall,
        identities: list[str],
    ) -> dict[str, Any]:
        event = authorizer_event(api, route, authorizer, call, identities)
        as_whom = Invoking(
            service=API_GATEWAY,
            source_arn=execute_api_arn(
                api.region, api.account_id, api.id, "authorizers", authorizer.id
            ),
            role_arn=authorizer.credentials_arn,
            trace=call.trace,
            timeout_s=TIMEOUT_S,
        )
        try:
            ran = self.functions.invoke(function_arn_of(authorizer.uri), event, as_whom)
        except (AwsError, IntegrationTimeoutError) as error:
            raise RefusedError(500, "Internal Server Error", reason=str(error)) from error
        try:
            answer = None if ran.failed else read_json(ran.payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("context") or {}, dict):
            reason = "the authorizer function failed or its answer is malformed"
            raise RefusedError(500, "Internal Server Error", reason=reason)
        return answer

    def _recall(self, place: tuple[str, ...]) -> Any:
        with self._lock:
            kept = self._kept.get(place)
            if kept is None or kept.until <= self.clock.steady():
                return None
            return kept.value

    def _keep(self, place: tuple[str, ...], value: Any, seconds: float) -> None:
        with self._lock:
            self._kept[place] = _Kept(value, self.clock.steady() + self.clock.lapsed(seconds))


def _allows(authorizer: Authorizer, answer: Mapping[str, Any], arn: str) -> bool:
    """Return what an authorizer's answer says of a request."""
    if authorizer.simple_responses:
        return answer.get("isAuthorized") is True
    try:
        policy = parse_policy(answer.get("policyDocument") or {})
    except MalformedPolicyDocument as error:
        reason = f"the authorizer's policy is malformed: {error}"
        raise RefusedError(500, "Internal Server Error", reason=reason) from error
    account = arn.split(":")[4]
    principal = Principal(f"arn:aws:iam::{account}:user/authorized", account)
    named = (("the authorizer's policy", policy),)
    return evaluate(Request(principal, "execute-api:Invoke", arn), Policies(named)).allowed
