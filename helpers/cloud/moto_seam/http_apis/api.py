"""The API of HTTP APIs: deployments, stages and quick creation, which moto lacks, and its checks.

What is not here goes to moto, whose answers get this cloud's endpoint. Source:
docs.aws.amazon.com/apigatewayv2/latest/api-reference/api-reference.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.http_fronts.address import FrontKind, public_url
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.json_text import read_json
from helpers.cloud.moto_seam.http_apis.checks import (
    bad_request,
    check_authorizer,
    check_integration,
    check_route,
    check_unused,
    not_found,
)
from helpers.cloud.moto_seam.http_apis.pages import paged
from helpers.cloud.moto_seam.http_apis.stages import Stages
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID

PATH = re.compile(r"/v2/apis(?:/([^/]+))?(?:/([^/]+))?(?:/([^/]+))?(/.*)?")
CHECKS: Mapping[str, Callable[[Any, Mapping[str, Any], str], None]] = {
    "routes": check_route,
    "integrations": check_integration,
    "authorizers": check_authorizer,
}


@dataclass(frozen=True, slots=True)
class HttpApisApi:
    """Answers calls below /v2/apis; `services` is moto, `endpoint` where this cloud listens.

    `forget` empties the cache of authorizers.
    """

    services: Callable[[HttpRequest], HttpAnswer]
    endpoint: str
    forget: Callable[[], None]
    clock: Clock = field(default_factory=Clock)

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is about an API of the second generation."""
        return PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        answer = self._answered(request, region)
        return paged(request, answer) if request.method == "GET" else answer

    def _answered(self, request: HttpRequest, region: str) -> HttpAnswer:
        match = PATH.fullmatch(request.path)
        assert match is not None
        api_id, noun, identifier, rest = match.groups()
        body = _body(request)
        if api_id is None:
            return self._apis(request, region, body)
        api = _backend(region).apis.get(api_id)
        if api is None:
            raise not_found(f"Invalid API identifier specified {ACCOUNT_ID}:{api_id}")
        if noun in ("stages", "deployments") and api.protocol_type == "HTTP":
            return self._stages(request, api, match, body)
        if noun == "authorizers" and request.method == "GET" and identifier is None:
            found = [_without_nothing(a.to_json()) for a in api.authorizers.values()]
            return json_answer(200, {"items": found})
        check = CHECKS.get(noun or "")
        if check is not None and rest is None and request.method in ("POST", "PATCH", "DELETE"):
            if request.method == "DELETE":
                body = {}
            check(api, body, identifier or "")
            if request.method == "DELETE":
                check_unused(api, noun or "", identifier or "")
        return self._forwarded(request)

    def _apis(self, request: HttpRequest, region: str, body: Mapping[str, Any]) -> HttpAnswer:
        if request.method == "PUT":  # ImportApi
            raise NotImplementedError
        if request.method != "POST":
            return self._forwarded(request)
        if not body.get("name"):
            raise bad_request("Name is a required parameter")
        if body.get("protocolType") == "WEBSOCKET" and not body.get("routeSelectionExpression"):
            raise bad_request("RouteSelectionExpression is a required parameter for WEBSOCKET APIs")
        answer = self._forwarded(request)
        if answer.status < 300 and body.get("protocolType") == "HTTP" and body.get("target"):
            made = json.loads(answer.body)
            self._quick_create(_backend(region).apis[made["apiId"]], body)
        return answer

    def _quick_create(self, api: Any, body: Mapping[str, Any]) -> None:
        """Add what CreateApi's target asks for: an integration, a route, a stage."""
        target = str(body["target"])
        proxied = target.startswith(("http://", "https://"))
        integration = api.create_integration(
            connection_type="INTERNET",
            description="",
            integration_method="ANY" if proxied else "POST",
            integration_type="HTTP_PROXY" if proxied else "AWS_PROXY",
            integration_uri=target,
            credentials_arn=body.get("credentialsArn"),
            payload_format_version="1.0" if proxied else "2.0",
        )
        key = str(body.get("routeKey") or "$default")
        check_route(api, {"routeKey": key}, "")
        api.create_route(
            api_key_required=False,
            authorization_scopes=[],
            route_key=key,
            target=f"integrations/{integration.id}",
            authorization_type="NONE",
        )
        api.create_stage({"stageName": "$default", "autoDeploy": True})

    def _stages(
        self, request: HttpRequest, api: Any, place: re.Match[str], body: Mapping[str, Any]
    ) -> HttpAnswer:
        stages, noun, rest = Stages(api, self.clock), place[2], place[4]
        identifier = unquote(place[3] or "")
        if rest == "/cache/authorizers":
            self.forget()
            return HttpAnswer(204, [])
        if rest is not None:
            stages.delete_setting(identifier, rest)
            return HttpAnswer(204, [])
        operation = {
            "POST": (stages.create, stages.deploy),
            "PATCH": (stages.update, stages.redescribe),
            "DELETE": (stages.delete, stages.forget_deployment),
            "GET": (stages.show, stages.show_deployment),
        }.get(request.method)
        if operation is None:
            raise bad_request(f"Unsupported method {request.method}")
        status = {"POST": 201, "DELETE": 204}.get(request.method, 200)
        found = operation[noun == "deployments"](identifier, body)
        return HttpAnswer(204, []) if status == 204 else json_answer(status, found)

    def _forwarded(self, request: HttpRequest) -> HttpAnswer:
        answer = self.services(request)
        if answer.status == 404 and answer.body[:9].lower() == b"<!doctype":
            raise NotImplementedError  # moto does not know the path
        if answer.status >= 300 or not answer.body:
            return answer
        document = self._localized(json.loads(answer.body))
        status = {"POST": 201, "DELETE": 204}.get(request.method, answer.status)
        if status == 204:
            return HttpAnswer(204, [])
        rendered = json_answer(status, document)
        kept = [p for p in answer.headers if p[0].lower() not in ("content-type", "content-length")]
        return replace(rendered, headers=[*rendered.headers, *kept])

    def _localized(self, document: Any) -> Any:
        """Return a document without nulls, in which each API has the address that works here."""
        if isinstance(document, dict) and isinstance(document.get("items"), list):
            return {**document, "items": [self._localized(item) for item in document["items"]]}
        if isinstance(document, dict) and document.get("protocolType") == "HTTP":
            url = public_url(self.endpoint, FrontKind.EXECUTE_API, document["apiId"])
            document = {**document, "apiEndpoint": url.rstrip("/")}
        if isinstance(document, dict) and "integrationType" in document:
            document = {**document, "connectionType": document.get("connectionType") or "INTERNET"}
        if isinstance(document, dict) and "routeKey" in document:
            document = {**document, "requestParameters": document.get("requestParameters") or None}
        return _without_nothing(document)


def _without_nothing(document: Any) -> Any:
    if not isinstance(document, dict):
        return document
    return {name: value for name, value in document.items() if value is not None}


def _backend(region: str) -> Any:
    from moto.apigatewayv2.models import apigatewayv2_backends

    return apigatewayv2_backends[ACCOUNT_ID][region]


def _body(request: HttpRequest) -> Mapping[str, Any]:
    if request.method not in ("POST", "PATCH", "PUT") or not request.body:
        return {}
    try:
        document = read_json(request.body)
    except ValueError as error:
        raise AwsError(
            "Could not parse request body into json", code="BadRequestException", http_status=400
        ) from error
    if not isinstance(document, dict):
        raise bad_request("Could not parse request body into json")
    return document
