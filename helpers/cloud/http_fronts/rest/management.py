"""Operations of API Gateway's API that need the data plane: tests, usage, caches.

Source: docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html, API_GetUsage.html.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.events.http_call import HttpCall, gathered
from helpers.cloud.http_fronts.address import FrontKind, domain_name
from helpers.cloud.http_fronts.functions import FrontFunctions
from helpers.cloud.http_fronts.rest.authorizers import LambdaAuthorizers
from helpers.cloud.http_fronts.rest.call import TEST_STAGE, RestCall
from helpers.cloud.http_fronts.rest.deployment import Deployment, Resource, RestApis, UsagePlan
from helpers.cloud.http_fronts.rest.front import HIDDEN, NO_METHOD, refusal, run
from helpers.cloud.http_fronts.rest.integrations import Integrations
from helpers.cloud.http_fronts.rest.refusals import RefusedError
from helpers.cloud.http_fronts.rest.routing import Routed, route
from helpers.cloud.http_fronts.rest.usage import UsageMeter
from helpers.cloud.http_fronts.templates import text_of
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer

TEST = re.compile(r"/restapis/([^/]+)/resources/([^/]+)/methods/([^/]+)/?")
FLUSH = re.compile(r"/restapis/([^/]+)/stages/([^/]+)/cache/(data|authorizers)/?")
USAGE = re.compile(r"/usageplans/([^/]+)/usage/?")
GRANT = re.compile(r"/usageplans/([^/]+)/keys/([^/]+)/usage/?")


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
        tests = request.method == "POST" and TEST.fullmatch(request.path) is not None
        return tests or (request.method == "DELETE" and FLUSH.fullmatch(request.path) is not None)

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        flush = FLUSH.fullmatch(request.path)
        if flush is not None:
            api = self.apis.find(flush[1])
            if api is None or unquote(flush[2]) not in api.stages:
                raise _not_found("Invalid stage identifier specified")
            if flush[3] == "authorizers":
                self.authorizers.clear(api.id, unquote(flush[2]))
            return HttpAnswer(202, [])
        return self._test(request, region)

    def _test(self, request: HttpRequest, region: str) -> HttpAnswer:
        match = TEST.fullmatch(request.path)
        assert match is not None
        api_id, resource_id, verb = match[1], match[2], unquote(match[3])
        deployment = self.apis.undeployed(api_id)
        if deployment is None:
            raise _not_found("Invalid API identifier specified")
        resource = next((r for r in deployment.resources if r.id == resource_id), None)
        if resource is None:
            raise _not_found("Invalid Resource identifier specified")
        if verb not in resource.methods:
            raise _not_found("Invalid Method identifier specified")
        given = _members(request.body)
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
        except RefusedError as refused:
            call.note(f"Execution failed: {refused.detail}")
            answer = refusal(call, refused)
        else:
            call.note("Successfully completed execution")
        latency = int((self.clock.steady() - started) * 1000)
        text = answer.body.decode(errors="replace")
        call.note(f"Method response body after transformations: {text[:2000]}")
        call.note(f"Method response headers: {text_of(dict(answer.headers))}")
        call.note(f"Method completed with status: {answer.status}")
        stamp = f"{self.clock.today():%a %b %d %H:%M:%S UTC %Y}"
        lines = "".join(f"{stamp} : {line}\n" for line in call.log)
        return {
            "status": answer.status,
            "body": text,
            "headers": dict(answer.headers),
            "multiValueHeaders": gathered(answer.headers),
            "log": f"Execution log for request {call.http.request_id}\n{lines}",
            "latency": latency,
        }

    def _note_request(self, call: RestCall) -> None:
        given = call.given()
        call.note(f"Starting execution for request: {call.http.request_id}")
        verb = call.http.request.method
        call.note(f"HTTP Method: {verb}, Resource Path: {call.http.path}")
        call.note(f"Method request path: {text_of(dict(given.path))}")
        call.note(f"Method request query string: {text_of(dict(given.querystring))}")
        call.note(f"Method request headers: {text_of(dict(call.http.request.headers))}")
        call.note(f"Method request body before transformations: {given.body[:2000]}")


@dataclass(frozen=True, slots=True)
class UsageApi:
    """Answers GetUsage and UpdateUsage; lives with the cloud."""

    apis: RestApis
    meter: UsageMeter
    clock: Clock

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        wanted = {"GET": USAGE, "PATCH": GRANT}.get(request.method)
        return wanted is not None and wanted.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        match = USAGE.fullmatch(request.path) or GRANT.fullmatch(request.path)
        assert match is not None
        plan = self.apis.usage_plan(region, match[1])
        if plan is None:
            raise _not_found("Invalid Usage Plan ID specified")
        if request.method == "PATCH":
            return self._grant(plan, match[2], request)
        query = parse_qs(request.query)
        first, last = _day(query, "startDate"), _day(query, "endDate")
        if not 0 <= (last - first).days <= 90:
            raise _bad_request("Usage is given for at most 90 days, from startDate to endDate")
        wanted = query.get("keyId") or self.meter.known_keys(plan.id)
        return json_answer(200, self._usage(plan, wanted, first, last))

    def _grant(self, plan: UsagePlan, key_id: str, request: HttpRequest) -> HttpAnswer:
        operations = _members(request.body).get("patchOperations") or []
        for operation in operations:
            if operation.get("op") != "replace" or operation.get("path") != "/remaining":
                raise _bad_request("Invalid patch path specified. Must be one of: [/remaining]")
            try:
                self.meter.grant(plan, key_id, int(operation.get("value")))
            except (TypeError, ValueError) as error:
                raise _bad_request("remaining must be a number") from error
        today = self.clock.today().date()
        return json_answer(200, self._usage(plan, [key_id], today, today))

    def _usage(self, plan: UsagePlan, keys: list[str], first: date, last: date) -> dict[str, Any]:
        return {
            "usagePlanId": plan.id,
            "startDate": first.isoformat(),
            "endDate": last.isoformat(),
            # botocore's `items`, under the name that the service sends
            "values": {key: self.meter.usage(plan, key, first, last) for key in keys},
        }


def _members(body: bytes) -> dict[str, Any]:
    try:
        members = json.loads(body or b"{}")
    except ValueError as error:
        raise _bad_request("Invalid request input") from error
    if not isinstance(members, dict):
        raise _bad_request("Invalid request input")
    return members


def _day(query: dict[str, list[str]], name: str) -> date:
    try:
        given = query.get(name, [""])[0]
        return datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise _bad_request(f"Invalid {name}: it must be yyyy-MM-dd") from error


def _bad_request(message: str) -> AwsError:
    return AwsError(message, code="BadRequestException", http_status=400)


def _not_found(message: str) -> AwsError:
    return AwsError(message, code="NotFoundException", http_status=404)
