"""The Invoke APIs over HTTP: from the request to InvokeRequest, from the answer to headers.

Models Invoke, InvokeWithResponseStream (what a custom runtime streams as it comes; the answer of a
managed Python runtime, which does not stream, in the same framing) and the old InvokeAsync.

Source: docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, API_InvokeWithResponseStream.html,
API_InvokeAsync.html.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Iterator
from urllib.parse import unquote

from helpers.cloud.control.asked import agreed_qualifier, arguments_of
from helpers.cloud.control.event_streams import (
    CONTENT_TYPE,
    invoke_complete,
    payload_chunk,
    response_stream,
)
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.errors import (
    AwsError,
    InvalidParameterValueException,
    InvalidRequestContentException,
    RequestTooLargeException,
    UnsupportedMediaTypeException,
    ValidationException,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.invoke import AsyncQueue, InvokeAnswer, Invoker, InvokeRequest, StreamedAnswer
from helpers.cloud.json_text import read_json
from helpers.cloud.logs import log_result

PATH = re.compile(
    r"/2015-03-31/functions/(?P<invoke>[^/]+)/invocations"
    r"|/2021-11-15/functions/(?P<stream>[^/]+)/response-streaming-invocations"
    r"|/2014-11-13/functions/(?P<later>[^/]+)/invoke-async/?"
)
MAX_LEGACY_BYTES = 256 * 1024
TYPES = ("RequestResponse", "DryRun", "Event")
STREAM_TYPES = ("RequestResponse", "DryRun")
LOG_TYPES = ("None", "Tail")
NO_JSON = re.compile(r"(text|image|audio|video|multipart)/.*|application/(.*\+)?xml", re.IGNORECASE)
"""Content types that say that the event is something else; SDKs send many kinds or none."""
MAX_CONTEXT_BYTES = 3583
NO_TENANTS = (
    "The invoked function is not enabled with tenancy configuration. Remove the tenant ID from "
    "your request and try again."
)

NOT_DURABLE = (
    "Durable functions are not built in this local account: this call would not be the one "
    "execution of its name. Leave DurableExecutionName out."
)


class InvocationsApi:
    """Answers Invoke; lives with the cloud."""

    def __init__(self, invoker: Invoker, queue: AsyncQueue, account_id: str) -> None:
        self._invoker = invoker
        self._queue = queue
        self._account_id = account_id

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether this is a call of one of the operations."""
        return request.method == "POST" and PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Run the function, or check the call (DryRun); AWS's errors are answers too."""
        request_id = str(uuid.uuid4())
        match = PATH.fullmatch(request.path)
        assert match is not None
        try:
            if match["stream"]:
                return self._stream(request, region, request_id)
            if match["later"]:
                return self._later(request, region, request_id)
            return self._answer(request, region, request_id)
        except AwsError as error:
            rendered = error.rest_json()
            headers = [*rendered.headers.items(), ("x-amzn-RequestId", request_id)]
            return HttpAnswer(rendered.http_status, headers, rendered.body)

    def _answer(self, request: HttpRequest, region: str, request_id: str) -> HttpAnswer:
        kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
        if kind not in TYPES:
            raise InvalidParameterValueException(f"Unsupported invocation type: {kind}")
        log_type = _log_type(request)
        call = self._request(request, region, request_id)
        if kind == "DryRun":
            self._invoker.check(call)
            return HttpAnswer(204, [("x-amzn-RequestId", request_id)])
        if kind == "Event":
            self._queue.accept(call)
            return HttpAnswer(202, [("x-amzn-RequestId", request_id)])
        if log_type == "Tail":
            return _rendered(self._invoker.invoke(call), request_id, tail=True)
        respond = request.respond
        if respond is None:
            return _rendered(self._invoker.invoke(call), request_id, tail=False)
        answer = self._invoker.invoke(
            call, lambda early: respond(_rendered(early, request_id, tail=False))
        )
        return _rendered(answer, request_id, tail=False)

    def _stream(self, request: HttpRequest, region: str, request_id: str) -> HttpAnswer:
        """Run the function, and answer with an event stream."""
        kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
        if kind not in STREAM_TYPES:
            raise _invalid("invocationType", kind, f"enum value set: [{', '.join(STREAM_TYPES)}]")
        log_type = _log_type(request)
        call = self._request(request, region, request_id)
        if kind == "DryRun":
            self._invoker.check(call)
            return HttpAnswer(204, [("x-amzn-RequestId", request_id)])
        stream = StreamedAnswer(self._invoker, call)
        headers = [
            ("Content-Type", CONTENT_TYPE),
            ("x-amzn-RequestId", request_id),
            ("X-Amz-Executed-Version", stream.executed_version),
        ]
        if stream.end is None:
            messages = _messages(stream, tail=log_type == "Tail")
            return HttpAnswer(200, headers, stream=messages)
        result = stream.end.result
        log = log_result(result.log_lines) if log_type == "Tail" else None
        body = response_stream(result.payload, error=result.function_error, log_result=log)
        return HttpAnswer(200, headers, body)

    def _later(self, request: HttpRequest, region: str, request_id: str) -> HttpAnswer:
        """Queue an event the old way, whose events are smaller."""
        if len(request.body) > MAX_LEGACY_BYTES:
            raise RequestTooLargeException(
                f"Request must be smaller than {MAX_LEGACY_BYTES} bytes for the InvokeAsync "
                "operation"
            )
        self._queue.accept(self._request(request, region, request_id))
        answer = json_answer(202, {"Status": 202})
        return HttpAnswer(202, [*answer.headers, ("x-amzn-RequestId", request_id)], answer.body)

    def _request(self, request: HttpRequest, region: str, request_id: str) -> InvokeRequest:
        match = PATH.fullmatch(request.path)
        assert match is not None
        content_type = request.headers.get("content-type", "").split(";")[0].strip()
        if NO_JSON.fullmatch(content_type):
            raise UnsupportedMediaTypeException(f"Unsupported content type: {content_type}")
        if request.headers.get("x-amz-tenant-id"):
            raise InvalidParameterValueException(NO_TENANTS)
        if request.headers.get("x-amz-durable-execution-name"):
            raise InvalidParameterValueException(NOT_DURABLE)
        given = arguments_of(request.query).get("Qualifier")
        named = parse_function_name(unquote(next(filter(None, match.groups()))), given)
        return InvokeRequest(
            key=named.key(account_id=self._account_id, region=region),
            qualifier=agreed_qualifier(named.qualifier, given),
            request_id=request_id,
            event=request.body or b"{}",
            client_context=_client_context(request.headers.get("x-amz-client-context")),
            trace_id=request.headers.get("x-amzn-trace-id", ""),
        )


def _messages(stream: StreamedAnswer, *, tail: bool) -> Iterator[bytes]:
    """Yield the messages of an answer that is still being made."""
    for piece in stream.pieces():
        yield payload_chunk(piece)
    assert stream.end is not None
    result = stream.end.result
    log = log_result(result.log_lines) if tail else None
    yield invoke_complete(result.payload, error=result.function_error, log_result=log)


def _log_type(request: HttpRequest) -> str:
    log_type = request.headers.get("x-amz-log-type", "None")
    if log_type not in LOG_TYPES:
        raise _invalid("logType", log_type, f"enum value set: [{', '.join(LOG_TYPES)}]")
    return log_type


def _invalid(member: str, value: str, rule: str) -> ValidationException:
    return ValidationException(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
        f"constraint: Member must satisfy {rule}"
    )


def _client_context(header: str | None) -> str | None:
    if not header:
        return None
    if len(header) > MAX_CONTEXT_BYTES:
        raise InvalidParameterValueException(
            f"Client context must be no larger than {MAX_CONTEXT_BYTES} bytes."
        )
    try:
        context = base64.b64decode(header, validate=True).decode()
        if isinstance(read_json(context), dict):
            return context
    except ValueError:
        pass
    raise InvalidRequestContentException(
        "Client context must be a valid Base64-encoded JSON object."
    )


def _rendered(answer: InvokeAnswer, request_id: str, *, tail: bool) -> HttpAnswer:
    result = answer.result
    headers = [
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", request_id),
        ("X-Amz-Executed-Version", answer.executed_version),
        ("X-Amzn-Trace-Id", answer.trace_id.replace("Root=", "root=", 1).split(";", 1)[0]),
    ]
    if result.function_error:
        headers.append(("X-Amz-Function-Error", result.function_error))
    if tail:
        headers.append(("X-Amz-Log-Result", log_result(result.log_lines)))
    return HttpAnswer(200, headers, result.payload)
