"""One request to a REST API, with everything that its parts may ask of it.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
(the event) and api-gateway-mapping-template-reference.html (variables of $context).
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.events.http_call import HttpCall, gathered, query_pairs
from helpers.cloud.events.http_v1 import http_v1_event
from helpers.cloud.http_fronts.functions import execute_api_arn
from helpers.cloud.http_fronts.rest.deployment import Deployment, Integration, Method, Resource
from helpers.cloud.http_fronts.rest.refusals import internal_error
from helpers.cloud.http_fronts.templates import MappingInput

TEST_STAGE = "test-invoke-stage"


@dataclass(slots=True, kw_only=True)
class RestCall:
    """A request on its way through a method; lives until it is answered.

    `http.path` goes without the stage. `authorizer` and `identity` are filled on the way; `log`
    collects what TestInvokeMethod shows; `function` and `function_request_id` name what ran.
    """

    http: HttpCall
    region: str
    deployment: Deployment
    resource: Resource
    method: Method
    extended_id: str = field(
        default_factory=lambda: base64.b64encode(secrets.token_bytes(11)).decode()
    )
    authorizer: dict[str, Any] | None = None
    identity: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    function: str | None = None
    function_request_id: str | None = None

    @property
    def integration(self) -> Integration:
        """What the method calls."""
        if self.method.integration is None:
            raise internal_error("The method has no integration.")
        return self.method.integration

    @property
    def variables(self) -> Mapping[str, str]:
        """The stage's variables."""
        return self.http.stage_variables or {}

    @property
    def method_arn(self) -> str:
        """What policies name: the API, stage, verb and the path as it was called."""
        return self.arn(self.http.path)

    @property
    def source_arn(self) -> str:
        """What a function's policy sees: the resource, each parameter of its path as a star."""
        parts = self.resource.path.split("/")
        return self.arn("/".join("*" if part.startswith("{") else part for part in parts))

    def arn(self, path: str) -> str:
        """Return the ARN of this verb on a path."""
        http = self.http
        return execute_api_arn(
            self.region, http.account_id, http.api_id, http.stage, http.request.method, path
        )

    def is_binary(self, media_type: str) -> bool:
        """Tell whether the API handles a media type as binary."""
        kind = media_type.partition(";")[0].strip().lower()
        for pattern in self.deployment.binary_media_types:
            wanted = pattern.lower()
            if wanted in ("*/*", kind) or (
                wanted.endswith("/*") and kind.startswith(wanted.removesuffix("*"))
            ):
                return True
        return False

    def event(self) -> dict[str, Any]:
        """Return the event of a proxy integration, payload 1.0."""
        http = self.http
        event = http_v1_event(
            http,
            resource=self.resource.path,
            identity=self.identity,
            context=self._own_context(),
        )
        body = http.request.body
        if not body:
            return {**event, "body": None, "isBase64Encoded": False}
        if self.is_binary(http.request.headers.get("content-type", "")):
            return {**event, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        return {**event, "body": body.decode(errors="replace"), "isBase64Encoded": False}

    def context(self) -> dict[str, Any]:
        """Return $context; templates may set its overrides."""
        if not self.overrides:
            self.overrides = {
                "requestOverride": {"header": {}, "path": {}, "querystring": {}},
                "responseOverride": {"header": {}},
            }
        known: dict[str, Any] = self.event()["requestContext"]
        return {**known, **self.overrides}

    def given(self, body: str | None = None) -> MappingInput:
        """Return what a template sees of the request; `body` is another one in its place."""
        query = gathered(query_pairs(self.http.request.query))
        headers = gathered(self.http.header_pairs())
        return MappingInput(
            body=self.http.request.body.decode(errors="replace") if body is None else body,
            path=dict(self.http.path_parameters or {}),
            querystring={name: values[-1] for name, values in query.items()},
            header={name: values[-1] for name, values in headers.items()},
        )

    def note(self, line: str) -> None:
        """Keep a line for TestInvokeMethod's log."""
        self.log.append(line)

    def _own_context(self) -> dict[str, Any]:
        known = {
            "deploymentId": self.deployment.id,
            "extendedRequestId": self.extended_id,
            "path": f"/{self.http.stage}{self.http.path}",
            "resourceId": self.resource.id,
        }
        if self.authorizer is None:
            return known
        return {**known, "authorizer": self.authorizer}
