"""Operations of API Gateway's API that need the data plane: tests, and flushing caches.

Source: docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html and
API_TestInvokeAuthorizer.html.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from helpers.cloud.clock import Clock
from helpers.cloud.events.http_call import HttpCall, gathered
from helpers.cloud.http_fronts.address import FrontKind, domain_name
from helpers.cloud.http_fronts.functions import FrontFunctions
from helpers.cloud.http_fronts.rest.authorizers import LambdaAuthorizers, identity_of
from helpers.cloud.http_fronts.rest.call import TEST_STAGE, RestCall
from helpers.cloud.http_fronts.rest.deployment import Deployment, Method, Resource, RestApis
from helpers.cloud.http_fronts.rest.front import HIDDEN, NO_METHOD, refusal, run
from helpers.cloud.http_fronts.rest.integrations import Integrations
from helpers.cloud.http_fronts.rest.refusals import RefusedError
from helpers.cloud.http_fronts.rest.requests import members, not_found
from helpers.cloud.http_fronts.rest.routing import Routed, route
from helpers.cloud.http_fronts.templates import text_of
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer

TEST = re.compile(r"/restapis/([^/]+)/resources/([^/]+)/methods/([^/]+)/?")
FLUSH = re.compile(r"/restapis/([^/]+)/stages/([^/]+)/cache/(data|authorizers)/?")
ASK = re.compile(r"/restapis/([^/]+)/authorizers/([^/]+)/?")
ROOT = Resource("", "/", {"GET": Method(http_method="GET")})


@dataclass(frozen=True, slots=True)
class TestInvokeApi:
    """Answers TestInvokeMethod and the flushing of a stage's caches; lives with the cloud."""

    __test__ = False  # not one of pytest's

    apis: RestApis
    functions: FrontFunctions
    integrations: Integrations
    authorizers: LambdaAuthorizers
    clock: Clock
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        tests = TEST.fullmatch(request.path) or ASK.fullmatch(request.path)
        return (request.method == "POST" and tests is not None) or (
            request.method == "DELETE" and FLUSH.fullmatch(request.path) is not None
        )

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        flush = FLUSH.fullmatch(request.path)
        if flush is not None:
            api = self.apis.find(flush[1])
            if api is None or unquote(flush[2]) not in api.stages:
                raise not_found("Invalid stage identifier specified")
            if flush[3] == "authorizers":
                self.authorizers.clear(api.id, unquote(flush[2]))
            return HttpAnswer(202, [])
        asked = ASK.fullmatch(request.path)
        return self._ask(request, asked, region) if asked else self._test(request, region)

    def _ask(self, request: HttpRequest, asked: re.Match[str], region: str) -> HttpAnswer:
        deployment = self.apis.undeployed(asked[1])
        authorizer = deployment.authorizers.get(asked[2]) if deployment else None
        if deployment is None or authorizer is None:
            raise not_found("Invalid Authorizer identifier specified")
        call = self._call(asked[1], region, deployment, ROOT, "GET", members(request.body))
        call.note(f"Starting authorizer: {authorizer.id}")
        started = self.clock.steady()
        told: dict[str, Any] = {"clientStatus": 200}
        try:
            grant = self.authorizers.ask(call, authorizer, identity_of(call, authorizer))
        except RefusedError as refused:
            call.note(f"Execution failed: {refused.detail}")
            told = {"clientStatus": refused.status}
        else:
            call.note(f"Using valid authorizer policy for principal: {grant.principal_id}")
            told |= {"principalId": grant.principal_id, "policy": grant.document}
        latency = int((self.clock.steady() - started) * 1000)
        return json_answer(200, {**told, "log": _log(self.clock, call), "latency": latency})

    def _test(self, request: HttpRequest, region: str) -> HttpAnswer:
        match = TEST.fullmatch(request.path)
        assert match is not None
        api_id, resource_id, verb = match[1], match[2], unquote(match[3])
        deployment = self.apis.undeployed(api_id)
        resources = deployment.resources if deployment else ()
        resource = next((r for r in resources if r.id == resource_id), None)
        if deployment is None or resource is None:
            raise not_found("Invalid Resource identifier specified")
        if verb not in resource.methods:
            raise not_found("Invalid Method identifier specified")
        given = members(request.body)
        call = self._call(api_id, region, deployment, resource, verb, given)
        return json_answer(200, self._tested(call))

    def _call(  # noqa: PLR0913, PLR0917 - each is a part of the request's path
        self,
        api_id: str,
        region: str,
        deployment: Deployment,
        resource: Resource,
        verb: str,
        given: dict[str, Any],
    ) -> RestCall:
        called = str(given.get("pathWithQueryString") or resource.path)
        path, _, query = called.partition("?")
        routed = route([resource], path) or Routed(resource, {})
        pairs = [(n, str(v)) for n, v in (given.get("headers") or {}).items()]
        for name, values in (given.get("multiValueHeaders") or {}).items():
            pairs += [(name, str(value)) for value in values]
        headers = {n.lower(): ",".join(v) for n, v in gathered(pairs).items()}
        sent = HttpRequest(
            "GET" if verb == "ANY" else verb,
            path,
            query,
            headers,
            tuple(name for name, _ in pairs),
            str(given.get("body") or "").encode(),
            None,
            tuple(value for _, value in pairs),
        )
        http = HttpCall(
            request=sent,
            path=path if path.startswith("/") else f"/{path}",
            api_id=api_id,
            domain_name=domain_name(FrontKind.EXECUTE_API, api_id, region),
            account_id=self.account_id,
            stage=TEST_STAGE,
            route_key="",
            request_id=str(uuid.uuid4()),
            time_s=self.clock.now(),
            trace=self.functions.new_trace(headers.get("x-amzn-trace-id", "")),
            path_parameters=routed.parameters,
            stage_variables=given.get("stageVariables") or {},
            hidden_headers=HIDDEN,
        )
        method = resource.methods.get(verb, NO_METHOD)
        return RestCall(
            http=http, region=region, deployment=deployment, resource=resource, method=method
        )

    def _tested(self, call: RestCall) -> dict[str, Any]:
        started = self.clock.steady()
        self._note_request(call)
        try:
            answer = run(call, self.integrations)
            text = answer.body.decode(errors="replace")
            call.note(f"Method response body after transformations: {text[:2000]}")
            call.note(f"Method response headers: {text_of(dict(answer.headers))}")
            call.note("Successfully completed execution")
        except RefusedError as refused:
            why = " due to configuration error" if refused.status >= 500 else ""
            call.note(f"Execution failed{why}: {refused.detail}")
            answer = refusal(call, refused)
            text = answer.body.decode(errors="replace")
        latency = int((self.clock.steady() - started) * 1000)
        call.note(f"Method completed with status: {answer.status}")
        return {
            "status": answer.status,
            "body": text,
            "headers": dict(answer.headers),
            "multiValueHeaders": gathered(answer.headers),
            "log": _log(self.clock, call),
            "latency": latency,
        }

    def _note_request(self, call: RestCall) -> None:
        given = call.given()
        call.note(f"Starting execution for request: {call.http.request_id}")
        verb = call.http.request.method
        call.note(f"HTTP Method: {verb}, Resource Path: {call.http.path}")
        call.note(f"Method request path: {text_of(dict(given.path))}")
        call.note(f"Method request query string: {text_of(dict(given.querystring))}")
        call.note(f"Method request headers: {text_of(dict(call.http.request.header_pairs()))}")
        call.note(f"Method request body before transformations: {given.body[:2000]}")


def _log(clock: Clock, call: RestCall) -> str:
    stamp = f"{clock.today():%a %b %d %H:%M:%S UTC %Y}"
    lines = "".join(f"{stamp} : {line}\n" for line in call.log)
    return f"Execution log for request {call.http.request_id}\n{lines}"
