"""What answers at an HTTP API: stage, route, authorization, integration, CORS.

Errors are API Gateway's: 404 without a route, 401 and 403 from authorizers, 429 above a stage's
limit, 500 when the function failed or may not be called, 503 when it did not answer in time or was
throttled. Left out: mutual TLS, custom domain names, WebSocket APIs, AWS service integrations, VPC
links. Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html.
"""

from __future__ import annotations

import base64
import secrets
import threading
from dataclasses import dataclass, field, replace

from helpers.cloud import records
from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.events.http_call import HttpCall
from helpers.cloud.http_fronts.access_logs import AccessLogs, access_log_line
from helpers.cloud.http_fronts.address import FrontKind, PublicAddress, domain_name
from helpers.cloud.http_fronts.cors import is_preflight
from helpers.cloud.http_fronts.functions import (
    API_GATEWAY,
    FrontAnswer,
    FrontFunctions,
    IntegrationTimeoutError,
    Invoking,
    function_arn_of,
)
from helpers.cloud.http_fronts.http_api_authorizers import HttpApiAuthorizers, RefusedError
from helpers.cloud.http_fronts.http_api_integrations import (
    filled_uri,
    integration_event,
    proxied_uri,
    source_arn,
)
from helpers.cloud.http_fronts.http_apis import HttpApi, HttpApis, Integration, Route, Stage
from helpers.cloud.http_fronts.loopback import forward
from helpers.cloud.http_fronts.parameter_mapping import mapped_answer, mapped_call
from helpers.cloud.http_fronts.proxy_answers import MalformedAnswerError, answer_v1, answer_v2
from helpers.cloud.http_fronts.routes import choose_route
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.rates import Buckets, Rate
from helpers.cloud.records import Recorder

TEXT_TYPE = "text/plain;charset=utf-8"
"""Content-Type of an answer that has a statusCode and names no type."""
MAX_BODY_BYTES = 10 * 1024 * 1024
SERVER_ERROR = "Internal Server Error"


@dataclass(slots=True)
class _Outcome:
    """What becomes known of a request on its way, for its record and its access log."""

    call: HttpCall
    route: Route | None = None
    ran: FrontAnswer | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HttpApisFront:
    """Answers requests to HTTP APIs; lives with the cloud."""

    apis: HttpApis
    functions: FrontFunctions
    authorizers: HttpApiAuthorizers
    access_logs: AccessLogs
    recorder: Recorder
    clock: Clock
    _buckets: Buckets = field(default_factory=Buckets)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def takes(self, address: PublicAddress) -> bool:
        """Tell whether the address is an HTTP API's."""
        return address.kind is FrontKind.EXECUTE_API and self.apis.exists(address.id)

    def answer(self, request: HttpRequest, address: PublicAddress) -> HttpAnswer:
        """Answer one request; never raises AwsError."""
        api = self.apis.find(address.id)
        stage, path, shown = api.stage_of(address.path) if api else (None, "/", "/")
        if api is None or api.disabled or stage is None:
            return _message(404, "Not Found")
        outcome = _Outcome(self._call(request, api, stage, shown))
        if api.cors is not None and is_preflight(request):
            answer = api.cors.preflight(request, status=204)
        else:
            answer = self._answered(api, stage, path, outcome)
            if api.cors is not None:
                answer = api.cors.applied(request, answer)
        request_id = ("apigw-requestid", outcome.call.request_id)
        answer = HttpAnswer(answer.status, [*answer.headers, request_id], answer.body)
        self._record(stage, outcome, answer)
        return answer

    def forget(self) -> None:
        """Fill every bucket and forget what authorizers said: the account is emptied."""
        with self._lock:
            self._buckets.forget()
        self.authorizers.forget()

    def _call(self, request: HttpRequest, api: HttpApi, stage: Stage, shown: str) -> HttpCall:
        return HttpCall(
            request=request,
            path=shown,
            api_id=api.id,
            domain_name=domain_name(FrontKind.EXECUTE_API, api.id, api.region),
            account_id=api.account_id,
            stage=stage.name,
            route_key="$default",
            request_id=base64.b64encode(secrets.token_bytes(11)).decode(),
            time_s=self.clock.now(),
            trace=self.functions.new_trace(request.headers.get("x-amzn-trace-id", "")),
            stage_variables=stage.variables or None,
        )

    def _answered(self, api: HttpApi, stage: Stage, path: str, outcome: _Outcome) -> HttpAnswer:
        request = outcome.call.request
        found = choose_route(stage.routes, request.method, path)
        if found is None:
            outcome.reason = "no route matches"
            return _message(404, "Not Found")
        outcome.route, variables = found
        outcome.call = replace(
            outcome.call, route_key=outcome.route.key, path_parameters=variables or None
        )
        if len(request.body) > MAX_BODY_BYTES:
            return _message(413, "Request Entity Too Large")
        if self._throttled(api, stage, outcome.route):
            outcome.reason = "above the stage's limit"
            return _message(429, "Too Many Requests")
        try:
            authorizer = self.authorizers.authorize(api, outcome.route, outcome.call)
            outcome.call = replace(outcome.call, authorizer=authorizer)
            return self._integrated(api, outcome.route, outcome)
        except RefusedError as error:
            outcome.reason = str(error)
            challenge = [("www-authenticate", error.challenge)] if error.challenge else []
            answer = _message(error.status, error.message)
            return HttpAnswer(answer.status, answer.headers + challenge, answer.body)

    def _throttled(self, api: HttpApi, stage: Stage, route: Route) -> bool:
        throttle = stage.throttle(route.key)
        if throttle is None:
            return False
        rate = Rate(throttle.rate, float(throttle.burst))
        with self._lock:
            name = (api.id, stage.name, route.key)
            return self._buckets.take(name, rate, self.clock.steady()) > 0

    def _integrated(self, api: HttpApi, route: Route, outcome: _Outcome) -> HttpAnswer:
        integration = route.integration
        if integration is None or integration.subtype:
            what = f"{integration.subtype} is not run here" if integration else "no integration"
            outcome.reason = f"{route.key}: {what}"
            return _message(500, SERVER_ERROR)
        call = mapped_call(outcome.call, integration.request_parameters)
        try:
            if integration.type == "HTTP_PROXY":
                uri = proxied_uri(integration, call)
                answer = forward(call, uri, integration.method, integration.timeout_s)
            else:
                answer = self._lambda(api, route, integration, call, outcome)
        except (IntegrationTimeoutError, TimeoutError):
            outcome.reason = "the integration did not answer in time"
            return _message(503, "Service Unavailable")
        except AwsError as error:
            outcome.reason = f"{error.code}: {error.message}"
            throttled = error.http_status == 429
            return (
                _message(503, "Service Unavailable") if throttled else _message(500, SERVER_ERROR)
            )
        except MalformedAnswerError as error:
            outcome.reason = str(error)
            return _message(500, SERVER_ERROR)
        except OSError as error:
            outcome.reason = str(error)
            return _message(503, f"Service Unavailable: {error}")
        return mapped_answer(call, answer, integration.response_parameters)

    def _lambda(
        self,
        api: HttpApi,
        route: Route,
        integration: Integration,
        call: HttpCall,
        outcome: _Outcome,
    ) -> HttpAnswer:
        as_whom = Invoking(
            service=API_GATEWAY,
            source_arn=source_arn(api, route, call),
            role_arn=integration.credentials_arn,
            trace=call.trace,
            timeout_s=integration.timeout_s,
        )
        arn = function_arn_of(filled_uri(integration.uri, call))
        outcome.ran = self.functions.invoke(
            arn, integration_event(integration, route, call), as_whom
        )
        if outcome.ran.failed:
            raise MalformedAnswerError("the function failed")
        read = answer_v2 if integration.payload_version == "2.0" else answer_v1
        return read(outcome.ran.payload, default_type=TEXT_TYPE)

    def _record(self, stage: Stage, outcome: _Outcome, answer: HttpAnswer) -> None:
        call, ran = outcome.call, outcome.ran
        self.recorder.add(
            records.HttpAnswered(
                front="http-api",
                id=call.api_id,
                method=call.request.method,
                path=call.path,
                status=answer.status,
                route=outcome.route.key if outcome.route else None,
                function=ran.function if ran else None,
                request_id=ran.request_id if ran else None,
                reason=outcome.reason,
            )
        )
        if stage.log_group_arn:
            line = access_log_line(stage.log_format, call, answer, outcome.reason)
            stream = f"{call.api_id}_{call.stage.strip('$')}"
            self.access_logs.put(stage.log_group_arn, stream, line)


def _message(status: int, message: str) -> HttpAnswer:
    return json_answer(status, {"message": message})
