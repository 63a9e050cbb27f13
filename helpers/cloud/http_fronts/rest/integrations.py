"""What a method calls: a function (as a proxy, or through templates), nothing (MOCK), or HTTP.

HTTP endpoints are on this machine only. Left out: AWS integrations of services other than Lambda,
and VPC links. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-integration-types.html.
"""

from __future__ import annotations

import json
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from helpers.cloud.control.pushed_events import PushedEvent
from helpers.cloud.errors import AwsError, RequestTooLargeException
from helpers.cloud.events.http_call import HOP_BY_HOP
from helpers.cloud.http_fronts.functions import (
    API_GATEWAY,
    FrontAnswer,
    FrontFunctions,
    IntegrationTimeoutError,
    Invoking,
    function_arn_of,
)
from helpers.cloud.http_fronts.loopback import exchange
from helpers.cloud.http_fronts.proxy_answers import MalformedAnswerError, answer_v1
from helpers.cloud.http_fronts.rest.call import RestCall
from helpers.cloud.http_fronts.rest.mappings import (
    Endpoint,
    header_texts,
    loaded,
    mapped,
    mocked,
    request_body,
)
from helpers.cloud.http_fronts.rest.parameters import (
    integration_parameters,
    with_stage_variables,
)
from helpers.cloud.http_fronts.rest.refusals import RefusedError, internal_error
from helpers.cloud.http_messages import HttpAnswer
from helpers.cloud.json_text import read_json

PROXY_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
ENCODED = "/%:@!$&'()*+,;=~"
"""What stays as it is in a path: parameters come percent-encoded."""
DROPPED = HOP_BY_HOP | {"host", "content-length", "content-encoding"}


class Pushes(Protocol):
    """Who queues events for functions without waiting for them."""

    def accept(self, pushed: PushedEvent) -> AwsError | None:
        """Queue an event; return why it was refused."""


class Integrations:
    """Calls what methods name; lives with the cloud."""

    def __init__(self, functions: FrontFunctions, pushes: Pushes) -> None:
        self._functions = functions
        self._pushes = pushes

    def answer(self, call: RestCall) -> HttpAnswer:
        """Return the integration's answer; raises RefusedError."""
        integration = call.integration
        if integration.type == "AWS_PROXY":
            return self._proxy(call)
        if integration.type == "HTTP_PROXY":
            endpoint = _fetch(call, call.http.request.body, proxy=True)
            headers = [(n, v) for n, v in endpoint.headers if n.lower() not in DROPPED]
            return HttpAnswer(int(endpoint.selection), headers, endpoint.body)
        body = request_body(call)
        if integration.type == "MOCK":
            return mapped(call, mocked(body))
        if integration.type == "HTTP":
            return mapped(call, _fetch(call, body, proxy=False))
        return mapped(call, self._custom(call, body))

    def _proxy(self, call: RestCall) -> HttpAnswer:
        answer = self._invoke(call, call.event())
        return proxy_answer(call, answer)

    def _custom(self, call: RestCall, body: bytes) -> Endpoint:
        if ":lambda:path/" not in call.integration.uri:
            raise internal_error("Only Lambda is reached by integrations of type AWS here.")
        headers = integration_parameters(call)["header"]
        headers |= header_texts(call.overrides["requestOverride"]["header"])
        kinds = {name.lower(): value for name, value in headers.items()}
        try:
            event = read_json(body or b"{}")
        except ValueError as error:
            raise internal_error(f"The function's event is not JSON: {error}") from error
        if kinds.get("x-amz-invocation-type", "RequestResponse").strip("'") == "Event":
            return self._push(call, body or b"{}")
        answer = self._invoke(call, event)
        document = loaded(answer.payload)
        message = document.get("errorMessage") if isinstance(document, dict) else None
        return Endpoint(message if isinstance(message, str) else "", answer.payload)

    def _push(self, call: RestCall, event: bytes) -> Endpoint:
        refused = self._pushes.accept(
            PushedEvent(
                service=API_GATEWAY,
                source_arn=call.source_arn,
                function_arn=_function_arn(call),
                event=event,
                role_arn=_credentials(call),
                trace_id=call.http.trace,
            )
        )
        if refused is not None:
            raise internal_error(f"{refused.code}: {refused.message}")
        return Endpoint("")

    def _invoke(self, call: RestCall, event: Any) -> FrontAnswer:
        whom = Invoking(
            API_GATEWAY,
            call.source_arn,
            _credentials(call),
            call.http.trace,
            call.integration.timeout_ms / 1000,
        )
        verb = call.integration.http_method.upper()
        if (call.http.request.method if verb == "ANY" else verb) not in ("", "POST"):
            raise internal_error("Functions are invoked by POST; integrationHttpMethod is another.")
        arn = _function_arn(call)
        call.note(f"Endpoint request URI: {call.integration.uri}")
        call.note(f"Endpoint request body after transformations: {json.dumps(event)[:2000]}")
        try:
            answer = self._functions.invoke(arn, event, whom)
        except RequestTooLargeException as error:
            raise RefusedError("REQUEST_TOO_LARGE", "Request Too Long") from error
        except IntegrationTimeoutError as error:
            raise RefusedError("INTEGRATION_TIMEOUT", "Endpoint request timed out") from error
        except AwsError as error:
            raise internal_error(f"{error.code}: {error.message}") from error
        call.function, call.function_request_id = answer.function, answer.request_id
        shown = answer.payload.decode(errors="replace")[:2000]
        call.note(f"Endpoint response body before transformations: {shown}")
        return answer


def proxy_answer(call: RestCall, answer: FrontAnswer) -> HttpAnswer:
    """Return what a proxy integration's function wants answered; 502 where it is malformed."""
    if answer.failed:
        text = answer.payload.decode(errors="replace")[:500]
        raise internal_error(f"Lambda execution failed due to customer function error: {text}", 502)
    document = loaded(answer.payload)
    if not isinstance(document, dict) or not document.keys() <= PROXY_MEMBERS:
        raise internal_error("Malformed Lambda proxy response", 502)
    wanted = {"statusCode": 200} | document
    accept = call.http.request.headers.get("accept", "").partition(",")[0]
    if wanted.get("isBase64Encoded") is True and not call.is_binary(accept):
        wanted["isBase64Encoded"] = False  # the caller gets the text that stands for the bytes
    try:
        return answer_v1(json.dumps(wanted).encode())
    except MalformedAnswerError as error:
        raise internal_error(f"Malformed Lambda proxy response: {error}", 502) from error


def _fetch(call: RestCall, body: bytes, *, proxy: bool) -> Endpoint:
    """Call an HTTP endpoint on this machine."""
    request, given = call.http.request, integration_parameters(call)
    uri = with_stage_variables(call.integration.uri, call.variables)
    for name, value in given["path"].items():
        part = quote(value, safe=ENCODED)
        uri = uri.replace(f"{{{name}}}", part).replace(f"{{{name}+}}", part)
    query = "&".join(
        piece
        for piece in (request.query if proxy else "", urlencode(given["querystring"]))
        if piece
    )
    headers = {n: v for n, v in call.http.header_pairs() if n.lower() not in DROPPED and proxy}
    headers |= given["header"]
    method = call.integration.http_method
    method = request.method if method == "ANY" else method
    target = f"{uri}?{query}" if query else uri
    try:
        answer = exchange(target, method, headers, body, call.integration.timeout_ms / 1000)
    except TimeoutError as error:
        raise RefusedError("INTEGRATION_TIMEOUT", "Endpoint request timed out") from error
    except (OSError, ValueError) as error:
        raise internal_error(f"{uri}: {error}") from error
    return Endpoint(str(answer.status), answer.body, answer.headers)


def _function_arn(call: RestCall) -> str:
    return function_arn_of(with_stage_variables(call.integration.uri, call.variables))


def _credentials(call: RestCall) -> str | None:
    given = call.integration.credentials
    return with_stage_variables(given, call.variables) if given else None
