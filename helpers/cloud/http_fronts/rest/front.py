"""The public front of REST APIs: from a request to the stage's deployment, and back.

Order of what is asked, as on AWS: resource and method, resource policy, authorization, throttles
and API keys, request validation, integration. Left out: caching, WAF, private APIs, mutual TLS
and custom domain names. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from helpers.cloud import records
from helpers.cloud.clock import Clock
from helpers.cloud.events.http_call import HttpCall
from helpers.cloud.http_fronts.access_logs import AccessLogs, rest_access_log_line
from helpers.cloud.http_fronts.address import FrontKind, PublicAddress, domain_name
from helpers.cloud.http_fronts.functions import FrontFunctions
from helpers.cloud.http_fronts.rest.access import Access
from helpers.cloud.http_fronts.rest.call import RestCall
from helpers.cloud.http_fronts.rest.deployment import (
    Method,
    Resource,
    RestApi,
    RestApis,
    Stage,
)
from helpers.cloud.http_fronts.rest.integrations import Integrations
from helpers.cloud.http_fronts.rest.refusals import RefusedError, internal_error, render_refusal
from helpers.cloud.http_fronts.rest.routing import Routed, route
from helpers.cloud.http_fronts.rest.usage import KeyCheck, UsageMeter, check_stage_throttle
from helpers.cloud.http_fronts.rest.validation import check_body, check_parameters
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.records import Recorder

MAX_PAYLOAD_BYTES = 10 * 1024 * 1024
NOWHERE = Routed(Resource("", "", {}), {})
REMAPPED = frozenset({"authorization", "host", "server", "user-agent", "www-authenticate"})
"""Headers of an integration's answer that callers get as x-amzn-Remapped-*.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html.
"""
HIDDEN = frozenset({"content-length"})
NO_METHOD = Method(http_method="")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestApiFront:
    """Answers callers of REST APIs; lives with the cloud."""

    apis: RestApis
    functions: FrontFunctions
    integrations: Integrations
    access: Access
    keys: KeyCheck
    meter: UsageMeter
    clock: Clock
    recorder: Recorder
    access_logs: AccessLogs

    def takes(self, address: PublicAddress) -> bool:
        """Tell whether the address names a REST API."""
        return address.kind is FrontKind.EXECUTE_API and self.apis.find(address.id) is not None

    def answer(self, request: HttpRequest, address: PublicAddress) -> HttpAnswer:
        """Answer one request, from whomever it may come."""
        api = self.apis.find(address.id)
        stage_name, _, rest = address.path.removeprefix("/").partition("/")
        stage = api.stages.get(stage_name) if api is not None else None
        if api is None or stage is None or stage.deployment.disabled:
            return _forbidden()
        return self._answer(request, api, stage, f"/{rest}")

    def _answer(self, request: HttpRequest, api: RestApi, stage: Stage, path: str) -> HttpAnswer:
        routed = route(stage.deployment.resources, path, request.method)
        http = HttpCall(
            request=request,
            path=path,
            api_id=api.id,
            domain_name=domain_name(FrontKind.EXECUTE_API, api.id, api.region),
            account_id=api.account_id,
            stage=stage.name,
            route_key="",
            request_id=str(uuid.uuid4()),
            time_s=self.clock.now(),
            trace=self.functions.new_trace(request.headers.get("x-amzn-trace-id", "")),
            path_parameters=routed.parameters if routed else None,
            stage_variables=stage.variables,
            hidden_headers=HIDDEN,
        )
        resource = (routed or NOWHERE).resource
        call = RestCall(
            http=http,
            region=api.region,
            deployment=stage.deployment,
            resource=resource,
            method=resource.method(request.method) or NO_METHOD,
        )
        reason = ""
        try:
            answer = self._called(call, stage)
        except RefusedError as refused:
            reason = refused.detail
            answer = refusal(call, refused)
        self._record(call, answer, reason)
        if stage.log_group_arn and stage.log_format:
            line = rest_access_log_line(stage.log_format, call.context(), answer, reason)
            self.access_logs.put(stage.log_group_arn, f"{api.id}_{stage.name}", line)
        return _finished(call, answer)

    def _called(self, call: RestCall, stage: Stage) -> HttpAnswer:
        if len(call.http.request.body) > MAX_PAYLOAD_BYTES:
            raise RefusedError(
                "REQUEST_TOO_LARGE", f"HTTP content length exceeded {MAX_PAYLOAD_BYTES} bytes."
            )
        if not call.method.http_method:
            raise RefusedError("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token")
        usage_identifier = self.access.check(call)
        check_stage_throttle(call, stage.throttles, self.meter)
        self.keys.check(call, usage_identifier)
        return run(call, self.integrations)

    def _record(self, call: RestCall, answer: HttpAnswer, reason: str) -> None:
        self.recorder.add(
            records.HttpAnswered(
                front="rest-api",
                id=call.http.api_id,
                method=call.http.request.method,
                path=call.http.path,
                status=answer.status,
                route=call.resource.path or None,
                function=call.function,
                request_id=call.function_request_id,
                reason=reason,
            )
        )


def _forbidden() -> HttpAnswer:
    headers = [
        ("Content-Type", "application/json"),
        ("x-amzn-ErrorType", "ForbiddenException"),
        ("x-amzn-RequestId", str(uuid.uuid4())),
    ]
    return HttpAnswer(403, headers, b'{"message":"Forbidden"}')


def run(call: RestCall, integrations: Integrations) -> HttpAnswer:
    """Validate a request and call the integration; raises RefusedError."""
    check_parameters(call)
    check_body(call)
    answer = integrations.answer(call)
    if len(answer.body) > MAX_PAYLOAD_BYTES:
        raise internal_error("The answer is larger than 10 MB.")
    return answer


def refusal(call: RestCall, refused: RefusedError) -> HttpAnswer:
    """Return the gateway response of a refusal."""
    responses = call.deployment.gateway_responses
    return render_refusal(refused, responses, call.context(), call.given(), call.variables)


def _finished(call: RestCall, answer: HttpAnswer) -> HttpAnswer:
    headers = [
        ("x-amzn-RequestId", call.http.request_id),
        ("x-amz-apigw-id", call.extended_id),
    ]
    integration = call.method.integration
    if integration is not None and integration.type in ("AWS", "AWS_PROXY"):
        headers.append(("X-Amzn-Trace-Id", call.http.trace))
    own = REMAPPED | {name.lower() for name, _ in headers}
    headers += [
        (f"x-amzn-Remapped-{name}" if name.lower() in own else name, value)
        for name, value in answer.headers
    ]
    body = b"" if call.http.request.method == "HEAD" else answer.body
    return HttpAnswer(answer.status, headers, body)
