"""What a method calls: a function (as a proxy, or through templates), nothing (MOCK), or HTTP.

HTTP endpoints are on this machine only. Left out: AWS integrations of services other than Lambda,
and VPC links. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-integration-types.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
from helpers.cloud.http_fronts.rest.deployment import Integration, IntegrationResponse
from helpers.cloud.http_fronts.rest.parameters import (
    answer_headers,
    integration_parameters,
    with_stage_variables,
)
from helpers.cloud.http_fronts.rest.refusals import RefusedError, internal_error
from helpers.cloud.http_fronts.templates import TemplateError, render_mapping
from helpers.cloud.http_messages import HttpAnswer

JSON_TYPE = "application/json"
PROXY_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
DROPPED = HOP_BY_HOP | {"host", "content-length", "content-encoding"}


class Pushes(Protocol):
    """Who queues events for functions without waiting for them."""

    def accept(self, pushed: PushedEvent) -> AwsError | None:
        """Queue an event; return why it was refused."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What came back from an integration that is not a proxy, before it is mapped."""

    selection: str
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


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
        body = _request_body(call)
        if integration.type == "MOCK":
            return _mapped(call, _mocked(body))
        if integration.type == "HTTP":
            return _mapped(call, _fetch(call, body, proxy=False))
        return _mapped(call, self._custom(call, body))

    def _proxy(self, call: RestCall) -> HttpAnswer:
        answer = self._invoke(call, call.event())
        return proxy_answer(call, answer)

    def _custom(self, call: RestCall, body: bytes) -> Endpoint:
        if ":lambda:path/" not in call.integration.uri:
            raise internal_error("Only Lambda is reached by integrations of type AWS here.")
        headers = integration_parameters(call)["header"]
        headers |= _texts(call.overrides["requestOverride"]["header"])
        kinds = {name.lower(): value for name, value in headers.items()}
        try:
            event = json.loads(body or b"{}")
        except (ValueError, RecursionError) as error:
            raise internal_error(f"The function's event is not JSON: {error}") from error
        if kinds.get("x-amz-invocation-type", "RequestResponse").strip("'") == "Event":
            return self._push(call, body or b"{}")
        answer = self._invoke(call, event)
        document = _loaded(answer.payload)
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
    document = _loaded(answer.payload)
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


def _request_body(call: RestCall) -> bytes:
    """Return the body that an integration gets: mapped, or passed through where that may be."""
    integration, request = call.integration, call.http.request
    call.context()  # overrides start empty
    kind = request.headers.get("content-type", JSON_TYPE).partition(";")[0].strip()
    template = integration.templates.get(kind) or integration.templates.get("$default")
    if template is None:
        never = integration.passthrough == "NEVER"
        if never or (integration.passthrough == "WHEN_NO_TEMPLATES" and integration.templates):
            raise RefusedError("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type")
        return request.body
    return _rendered(call, template, None).encode()


def _rendered(call: RestCall, template: str, body: str | None) -> str:
    try:
        return render_mapping(template, call.given(body), call.context(), call.variables)
    except TemplateError as error:
        raise internal_error(f"The mapping template failed: {error}") from error


def _mapped(call: RestCall, endpoint: Endpoint) -> HttpAnswer:
    """Choose the integration response, and map body, headers and status by it."""
    chosen = _chosen(call.integration, endpoint.selection)
    headers = answer_headers(call, chosen.parameters, endpoint.headers, endpoint.body)
    kind, body = JSON_TYPE, endpoint.body
    if chosen.templates:
        accept = call.http.request.headers.get("accept", "").partition(",")[0].strip()
        kind = next((k for k in (accept, JSON_TYPE) if k in chosen.templates), "")
        kind = kind or next(iter(chosen.templates))
        text = endpoint.body.decode(errors="replace")
        body = _rendered(call, chosen.templates[kind], text).encode()
    override = call.context()["responseOverride"]
    for name, value in _texts(override.get("header")).items():
        headers = [pair for pair in headers if pair[0].lower() != name.lower()]
        headers.append((name, value))
    if all(name.lower() != "content-type" for name, _ in headers):
        headers.append(("Content-Type", kind))
    return HttpAnswer(_status(override.get("status")) or chosen.status_code, headers, body)


def _chosen(integration: Integration, selection: str) -> IntegrationResponse:
    default = None
    for response in integration.responses:
        if not response.selection_pattern:
            default = default or response
            continue
        try:
            fits = re.fullmatch(response.selection_pattern, selection)
        except re.error:
            fits = None
        if fits is not None:
            return response
    if default is None:
        raise RefusedError(
            "API_CONFIGURATION_ERROR",
            "Internal server error",
            detail="No match for output mapping and no default output mapping configured.",
        )
    return default


def _mocked(body: bytes) -> Endpoint:
    document = _loaded(body)
    status = document.get("statusCode") if isinstance(document, dict) else None
    if _status(status) is None:
        raise internal_error("A MOCK integration's request template must give a statusCode.")
    return Endpoint(str(status))


def _status(given: Any) -> int | None:
    try:
        status = int(given)
    except (TypeError, ValueError):
        return None
    return status if 100 <= status <= 599 else None


def _texts(values: Any) -> dict[str, str]:
    """Return the headers that a template set, each in one line."""
    if not isinstance(values, Mapping):
        return {}
    kept = {}
    for name, value in values.items():
        if re.fullmatch(r"[\w-]+", str(name)) and isinstance(value, str | int | float):
            kept[str(name)] = re.sub(r"[\r\n\0]+", " ", str(value))
    return kept


def _fetch(call: RestCall, body: bytes, *, proxy: bool) -> Endpoint:
    """Call an HTTP endpoint on this machine."""
    request, mapped = call.http.request, integration_parameters(call)
    uri = with_stage_variables(call.integration.uri, call.variables)
    for name, value in mapped["path"].items():
        uri = uri.replace(f"{{{name}}}", quote(value)).replace(f"{{{name}+}}", quote(value))
    query = "&".join(
        piece
        for piece in (request.query if proxy else "", urlencode(mapped["querystring"]))
        if piece
    )
    headers = {n: v for n, v in call.http.header_pairs() if n.lower() not in DROPPED and proxy}
    headers |= mapped["header"]
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


def _loaded(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None
