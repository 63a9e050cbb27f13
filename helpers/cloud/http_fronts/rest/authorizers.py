"""Lambda authorizers of REST APIs, and the policies they answer with.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
and api-gateway-lambda-authorizer-output.html.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.events.http_call import SOURCE_IP
from helpers.cloud.http_fronts.functions import (
    API_GATEWAY,
    FrontFunctions,
    IntegrationTimeoutError,
    Invoking,
    execute_api_arn,
    function_arn_of,
)
from helpers.cloud.http_fronts.rest.call import RestCall
from helpers.cloud.http_fronts.rest.deployment import Authorizer
from helpers.cloud.http_fronts.rest.parameters import request_value, with_stage_variables
from helpers.cloud.http_fronts.rest.refusals import RefusedError
from helpers.cloud.json_text import read_json
from helpers.cloud.policy import (
    MalformedPolicyDocument,
    Policies,
    Policy,
    Principal,
    PrincipalType,
    Reason,
    Request,
    evaluate,
    parse_policy,
)
from helpers.cloud.regexes import InvalidRegexError, Regex, SlowRegexError

INVOKE = "execute-api:Invoke"
TIMEOUT_S = 29.0
DEFAULT_SOURCE = "method.request.header.Authorization"


@dataclass(frozen=True, slots=True)
class Grant:
    """What an authorizer answered."""

    principal_id: str
    policy: Policy
    context: dict[str, Any] = field(default_factory=dict)
    usage_identifier: str = ""
    document: str = ""


class LambdaAuthorizers:
    """Asks authorizer functions and keeps their answers for their TTL; lives with the cloud.

    The time an answer is kept is waiting for the platform, so the time-lapse factor shortens it.
    """

    def __init__(self, functions: FrontFunctions, clock: Clock) -> None:
        self._functions = functions
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, ...], tuple[float, Grant]] = {}

    def clear(self, api_id: str | None = None, stage: str | None = None) -> None:
        """Forget the answers of a stage, or all: FlushStageAuthorizersCache and reset."""
        with self._lock:
            self._kept = {
                key: kept
                for key, kept in self._kept.items()
                if api_id is not None and key[:2] != (api_id, stage)
            }

    def authorize(self, call: RestCall, authorizer: Authorizer) -> Grant:
        """Let the call go on, with what the authorizer said of its caller; RefusedError else."""
        identity = identity_of(call, authorizer)
        key = (call.http.api_id, call.http.stage, call.deployment.id, authorizer.id, *identity)
        grant = self._remembered(key) if authorizer.ttl_s and identity else None
        latency_ms = 0
        if grant is None:
            asked = self._clock.steady()
            grant = self.ask(call, authorizer, identity)
            latency_ms = int((self._clock.steady() - asked) * 1000)
            if authorizer.ttl_s and identity:
                self._keep(key, grant, authorizer.ttl_s)
        decide(call, grant)
        call.authorizer = {
            "principalId": grant.principal_id,
            "integrationLatency": latency_ms,
            **grant.context,
        }
        return grant

    def ask(self, call: RestCall, authorizer: Authorizer, identity: tuple[str, ...]) -> Grant:
        """Invoke the authorizer's function and read its answer."""
        event = (
            {
                "type": "TOKEN",
                "methodArn": call.method_arn,
                "authorizationToken": identity[0] if identity else "",
            }
            if authorizer.type == "TOKEN"
            else _request_event(call)
        )
        arn = execute_api_arn(
            call.region, call.http.account_id, call.http.api_id, "authorizers", authorizer.id
        )
        uri = with_stage_variables(authorizer.uri, call.variables)
        whom = Invoking(API_GATEWAY, arn, authorizer.credentials, call.http.trace, TIMEOUT_S)
        try:
            answer = self._functions.invoke(function_arn_of(uri), event, whom)
        except (AwsError, IntegrationTimeoutError) as error:
            raise _misconfigured(f"the authorizer could not be called: {error}") from error
        document = _json(answer.payload)
        if answer.failed:
            message = document.get("errorMessage") if isinstance(document, dict) else None
            if message == "Unauthorized":
                raise RefusedError("UNAUTHORIZED", "Unauthorized")
            raise _misconfigured(f"the authorizer failed: {message}")
        return _grant(document)

    def _remembered(self, key: tuple[str, ...]) -> Grant | None:
        with self._lock:
            until, grant = self._kept.get(key, (0.0, None))
        return grant if self._clock.steady() < until else None

    def _keep(self, key: tuple[str, ...], grant: Grant, ttl_s: int) -> None:
        now = self._clock.steady()
        with self._lock:
            self._kept = {k: kept for k, kept in self._kept.items() if kept[0] > now}
            self._kept[key] = (now + self._clock.lapsed(ttl_s), grant)


def decide(call: RestCall, grant: Grant) -> None:
    """Ask the authorizer's policy whether its principal may invoke this method."""
    arn = f"arn:aws:iam::{call.http.account_id}:user/{grant.principal_id}"
    principal = Principal(arn, call.http.account_id, PrincipalType.USER)
    asked = Request(principal, INVOKE, call.method_arn, {"aws:SourceIp": SOURCE_IP})
    decision = evaluate(asked, Policies(identity=(("authorizer", grant.policy),)))
    if decision.allowed:
        return
    message = "User is not authorized to access this resource"
    if decision.reason is Reason.EXPLICIT_DENY:
        message += " with an explicit deny"
    raise RefusedError("ACCESS_DENIED", message)


def identity_of(call: RestCall, authorizer: Authorizer) -> tuple[str, ...]:
    """Return the values that identify a caller; refuses a call that lacks one of them."""
    named = authorizer.identity_source or (DEFAULT_SOURCE if authorizer.type == "TOKEN" else "")
    sources = [part.strip() for part in named.split(",") if part.strip()]
    values = tuple(_source_value(call, source) for source in sources)
    if not all(values):
        raise RefusedError("UNAUTHORIZED", "Unauthorized")
    if authorizer.type == "TOKEN" and authorizer.validation:
        try:
            fits = Regex(authorizer.validation).fullmatch(values[0]) if values else None
        except (InvalidRegexError, SlowRegexError) as error:
            raise _misconfigured(f"identityValidationExpression: {error}") from error
        if fits is None:
            raise RefusedError("UNAUTHORIZED", "Unauthorized")
    return values


def _source_value(call: RestCall, source: str) -> str:
    """Read an identity source, which names headers in any case."""
    prefix = "method.request.header."
    if source.startswith(prefix):
        return call.http.request.headers.get(source.removeprefix(prefix).lower(), "")
    return request_value(call, source) or ""


def _request_event(call: RestCall) -> dict[str, Any]:
    event = call.event()
    names = (
        "resource path httpMethod headers multiValueHeaders queryStringParameters "
        "multiValueQueryStringParameters pathParameters stageVariables requestContext"
    )
    # unlike a proxy integration's event, an authorizer's has empty objects where nothing is
    known = {name: event[name] or {} for name in names.split()}
    return {"type": "REQUEST", "methodArn": call.method_arn, **known}


def _grant(document: Any) -> Grant:
    if not isinstance(document, dict) or not isinstance(document.get("principalId"), str):
        raise _misconfigured("the authorizer's answer has no principalId")
    context = document.get("context") or {}
    if not isinstance(context, dict) or any(
        not isinstance(value, str | int | float | bool) for value in context.values()
    ):
        raise _misconfigured("the authorizer's context may hold strings, numbers and booleans")
    policy = document.get("policyDocument")
    if not isinstance(policy, dict):
        raise _misconfigured("the authorizer's answer has no policyDocument")
    try:
        parsed = parse_policy(policy)
    except MalformedPolicyDocument as error:
        raise _misconfigured(f"policyDocument: {error}") from error
    texts = {name: _text(value) for name, value in context.items()}
    identifier = document.get("usageIdentifierKey")
    return Grant(
        document["principalId"],
        parsed,
        texts,
        identifier if isinstance(identifier, str) else "",
        json.dumps(policy),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _json(payload: bytes) -> Any:
    try:
        return read_json(payload)
    except ValueError:
        return None


def _misconfigured(detail: str) -> RefusedError:
    return RefusedError("AUTHORIZER_CONFIGURATION_ERROR", None, detail=detail)
