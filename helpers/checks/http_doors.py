"""Doors that a check opens in front of a learner's function, and the requests it sends there.

An HTTP API or a REST API lives as long as its `with` block. A reply of 500 or above is explained
by what the account recorded: the function's own error, or why its answer could not be used.
Left out: function URLs and load balancers, which no check needs.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from helpers.checks.function_errors import advice_on, last_error
from helpers.checks.outcome import NotStarted, NotYet
from helpers.checks.recorded import recorded
from helpers.checks.session import Session
from helpers.checks.submission import STUB_WORDS, shown

PATIENCE_S = 35
FAILED = 500
LOCAL_NAMES = (".localhost", ".localhost.localstack.cloud")
"""Under these, local accounts give each API a name of its own."""
UNUSABLE: Mapping[str, str] = {
    "statusCode": "statusCode is a whole number, such as 200.",
    "header": "The value of each header is one text.",
    "base64": "isBase64Encoded says that the body is base64, and nothing but base64.",
}
"""By a word of the reason, what to try when a door cannot use an answer."""
UNTOUCHED = f"NotImplementedError: {STUB_WORDS}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over HTTP: status, headers by lower-case name, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def value(self) -> Any:
        """The body as JSON; its text when it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return self.text


def ask(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send one HTTP request to a local URL; names below `localhost` mean this computer.

    Not every system's resolver knows that they do (RFC 6761, section 6.3).
    """
    parts = urlsplit(url)
    here = (parts.hostname or "").endswith(LOCAL_NAMES)
    connection = http.client.HTTPConnection(
        "127.0.0.1" if here else parts.hostname or "", parts.port, timeout=PATIENCE_S
    )
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request(method, target, body, {"Host": parts.netloc, **(headers or {})})
        answer = connection.getresponse()
        pairs = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, pairs, answer.read())
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Door:
    """One API in front of one function; lives as long as the `with` that opened it."""

    session: Session
    name: str
    id: str
    url: str
    function: str

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request; feedback when the function failed or its answer was unusable."""
        reply = self.send_anyway(method, path, body=body, headers=headers)
        if reply.status >= FAILED:
            raise self._explained(f"{method} {path}", reply)
        return reply

    def send_anyway(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request and return whatever comes back."""
        return ask(method, self.url + path, body=body, headers=headers)

    def send_json(self, method: str, path: str, value: Any) -> Reply:
        """Send a value as JSON."""
        kind = {"Content-Type": "application/json"}
        return self.send(method, path, body=json.dumps(value).encode(), headers=kind)

    def _explained(self, request: str, reply: Reply) -> NotYet:
        seen = f"{request} through the {self.name} got {reply.status} {reply.text[:60]}"
        records = recorded(self.session, kind="http.answered", id=self.id)
        reason = str(records[-1]["reason"] or "") if records else ""
        error = self._error() if "function" in reason else ""
        if error.startswith(UNTOUCHED):
            raise NotStarted
        if error:
            return NotYet(
                f"{seen}: the function failed with {error}",
                expected="an answer from your handler.",
                advice=advice_on(error),
            )
        if "authorizer" in reason:
            return NotYet(
                f"{seen}: the authorizer answered nothing that the {self.name} understands.",
                expected='a dict with "isAuthorized": True or False, from every way.',
                advice="Does every way through the handler end with return, and with a dict?",
            )
        return NotYet(
            f"{seen}: the {self.name} could not use the answer ({reason or 'no reason recorded'})",
            expected='a dict with a whole number as "statusCode" and text as "body".',
            advice=_advice_on_use(reason),
        )

    def _error(self) -> str:
        """Return how the function's last run ended, if badly: from its log, or its record."""
        runs = recorded(self.session, kind="invocation.finished", function=self.function)
        error_type = str(runs[-1]["error_type"] or "") if runs else ""
        told = last_error(self.session.logs(self.function))
        return told if told.startswith(error_type) else error_type


def _advice_on_use(reason: str) -> str:
    for word, advice in UNUSABLE.items():
        if word in reason:
            return advice
    return "Make text of the body with json.dumps(...), and return from every way."


@contextmanager
def http_api(
    session: Session, function: str, routes: Sequence[str] = ("$default",), **settings: Any
) -> Iterator[Door]:
    """Open an HTTP API of payload format 2.0 with these routes to a function."""
    gateway = session.client("apigatewayv2")
    made = gateway.create_api(Name=function, ProtocolType="HTTP", **settings)
    api = {"ApiId": made["ApiId"]}
    try:
        target = gateway.create_integration(
            **api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=arn_of(session, function),
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        for route in routes:
            gateway.create_route(**api, RouteKey=route, Target=f"integrations/{target}")
        gateway.create_stage(**api, StageName="$default", AutoDeploy=True)
        let_in(session, function, made["ApiId"])
        yield Door(session, "HTTP API", made["ApiId"], made["ApiEndpoint"], function)
    finally:
        gateway.delete_api(**api)


@contextmanager
def rest_api(session: Session, function: str, *, binary: Sequence[str] = ()) -> Iterator[Door]:
    """Open a REST API whose stage `prod` hands every method and path to a function."""
    gateway = session.client("apigateway")
    made = gateway.create_rest_api(name=function, binaryMediaTypes=list(binary))
    try:
        resource = gateway.create_resource(
            restApiId=made["id"], parentId=made["rootResourceId"], pathPart="{proxy+}"
        )
        method = {"restApiId": made["id"], "resourceId": resource["id"], "httpMethod": "ANY"}
        arn = arn_of(session, function)
        gateway.put_method(**method, authorizationType="NONE")
        gateway.put_integration(
            **method,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:{arn.split(':')[3]}:lambda:path/2015-03-31/functions/{arn}"
            "/invocations",
        )
        gateway.create_deployment(restApiId=made["id"], stageName="prod")
        let_in(session, function, made["id"])
        url = f"{gateway.meta.endpoint_url}/_aws/execute-api/{made['id']}/prod"
        yield Door(session, "REST API", made["id"], url, function)
    finally:
        gateway.delete_rest_api(restApiId=made["id"])


def let_in(session: Session, function: str, api_id: str) -> None:
    """Let an API invoke a function."""
    region, account = arn_of(session, function).split(":")[3:5]
    session.client("lambda").add_permission(
        FunctionName=function,
        StatementId=f"api-{api_id}",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{region}:{account}:{api_id}/*",
    )


def arn_of(session: Session, function: str) -> str:
    """Return a function's ARN."""
    configuration = session.client("lambda").get_function_configuration(FunctionName=function)
    return str(configuration["FunctionArn"])


def advice_for(reply: Reply, otherwise: str) -> str:
    """Return what to try against a wrong answer: null most often means that nothing came back."""
    if reply.value is None:
        return "The answer is null. Does every way through the handler end with return?"
    return otherwise


def expect_status(reply: Reply, status: int, request: str, advice: str, hint: int) -> None:
    """Raise NotYet unless the reply has this status."""
    if reply.status != status:
        raise NotYet(
            f"{request} got {reply.status} {shown(reply.value)}",
            expected=f"{status}.",
            advice=advice,
            hint=hint,
        )


def refused(refusal: ClientError) -> str:
    """Return what AWS said when it refused a configuration."""
    return f"{refusal.response['Error']['Code']}: {refusal.response['Error']['Message']}"
