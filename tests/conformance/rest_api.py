"""A REST API under test: built with boto3, called over HTTP."""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    pairs: list[tuple[str, str]] = field(default_factory=list, repr=False)

    @property
    def value(self) -> Any:
        """The body as Python data."""
        return json.loads(self.body)


def fetch(
    account: Any,
    target: str,
    *,
    method: str = "GET",
    body: bytes | str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send one request to the account's port, and nothing that was not asked for."""
    host, _, port = account.cloud.endpoint.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=40)
    try:
        connection.request(method, target, body, dict(headers or {}))
        answer = connection.getresponse()
        pairs = answer.getheaders()
        return Reply(answer.status, {n.lower(): v for n, v in pairs}, answer.read(), pairs)
    finally:
        connection.close()


class RestApi:
    """One REST API of an account."""

    def __init__(self, account: Any, **settings: Any) -> None:
        self.account = account
        self.client = account.client("apigateway")
        made = self.client.create_rest_api(name=f"api-{secrets.token_hex(4)}", **settings)
        self.id, self.root = made["id"], made["rootResourceId"]
        self._resources = {"/": self.root}

    def resource(self, path: str) -> str:
        """Return the id of a resource, made when missing."""
        path = path.rstrip("/") or "/"
        if path not in self._resources:
            parent, _, part = path.rpartition("/")
            made = self.client.create_resource(
                restApiId=self.id, parentId=self.resource(parent), pathPart=part
            )
            self._resources[path] = made["id"]
        return self._resources[path]

    def arn(self, function: str) -> str:
        """Return a function's ARN."""
        return f"arn:aws:lambda:{self.account.cloud.region}:123456789012:function:{function}"

    def uri(self, function: str) -> str:
        """Return the URI of an integration with a function."""
        region = self.account.cloud.region
        path = f"2015-03-31/functions/{self.arn(function)}/invocations"
        return f"arn:aws:apigateway:{region}:lambda:path/{path}"

    def allow(self, function: str, path: str = "*/*/*") -> None:
        """Let this API invoke a function."""
        self.account.functions.add_permission(
            FunctionName=function,
            StatementId=f"s{secrets.token_hex(4)}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{self.account.cloud.region}:123456789012:{self.id}/{path}",
        )

    def method(self, verb: str, path: str, **settings: Any) -> dict[str, str]:
        """Put a method; return what names it."""
        named = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": verb}
        self.client.put_method(**named, **{"authorizationType": "NONE"} | settings)
        return named

    def proxy(self, verb: str, path: str, function: str, **settings: Any) -> dict[str, str]:
        """Put a method with a Lambda proxy integration."""
        named = self.method(verb, path, **settings)
        self.client.put_integration(
            **named, type="AWS_PROXY", integrationHttpMethod="POST", uri=self.uri(function)
        )
        return named

    def mock(self, verb: str, path: str, template: str = "ok", **settings: Any) -> dict[str, str]:
        """Put a method that answers a template, without calling anything."""
        named = self.method(verb, path, **settings)
        self.client.put_integration(
            **named, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
        )
        self.client.put_integration_response(
            **named, statusCode="200", responseTemplates={"application/json": template}
        )
        return named

    def deploy(self, stage: str = "dev", **settings: Any) -> str:
        """Deploy to a stage; return the deployment's id."""
        made = self.client.create_deployment(restApiId=self.id, stageName=stage, **settings)
        return str(made["id"])

    def call(self, path: str, **request: Any) -> Reply:
        """Call the stage dev."""
        return fetch(self.account, f"/_aws/execute-api/{self.id}/dev{path}", **request)
