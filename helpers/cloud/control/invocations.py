"""The Invoke API over HTTP: from the request to InvokeRequest, from the answer to headers.

Source: docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
"""

from __future__ import annotations

import base64
import re
import uuid
from urllib.parse import parse_qs, unquote

from helpers.cloud.control.names import parse_function_name
from helpers.cloud.errors import (
    AwsError,
    InvalidParameterValueException,
    InvalidRequestContentException,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.invoke import AsyncQueue, InvokeAnswer, Invoker, InvokeRequest
from helpers.cloud.logs import log_result

PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
TYPES = ("RequestResponse", "DryRun", "Event")
MAX_CONTEXT_BYTES = 3583


class InvocationsApi:
    """Answers Invoke; lives with the cloud."""

    def __init__(self, invoker: Invoker, queue: AsyncQueue, account_id: str) -> None:
        self._invoker = invoker
        self._queue = queue
        self._account_id = account_id

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether this is a call of Invoke."""
        return request.method == "POST" and PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Run the function, or check the call (DryRun); AWS's errors are answers too."""
        request_id = str(uuid.uuid4())
        try:
            return self._answer(request, region, request_id)
        except AwsError as error:
            rendered = error.rest_json()
            headers = [*rendered.headers.items(), ("x-amzn-RequestId", request_id)]
            return HttpAnswer(rendered.http_status, headers, rendered.body)

    def _answer(self, request: HttpRequest, region: str, request_id: str) -> HttpAnswer:
        kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
        if kind not in TYPES:
            raise InvalidParameterValueException(f"Unsupported invocation type: {kind}")
        call = self._request(request, region, request_id)
        if kind == "DryRun":
            self._invoker.check(call)
            return HttpAnswer(204, [("x-amzn-RequestId", request_id)])
        if kind == "Event":
            self._queue.accept(call)
            return HttpAnswer(202, [("x-amzn-RequestId", request_id)])
        if request.headers.get("x-amz-log-type") == "Tail":
            return _rendered(self._invoker.invoke(call), request_id, tail=True)
        respond = request.respond
        if respond is None:
            return _rendered(self._invoker.invoke(call), request_id, tail=False)
        answer = self._invoker.invoke(
            call, lambda early: respond(_rendered(early, request_id, tail=False))
        )
        return _rendered(answer, request_id, tail=False)

    def _request(self, request: HttpRequest, region: str, request_id: str) -> InvokeRequest:
        match = PATH.fullmatch(request.path)
        assert match is not None
        named = parse_function_name(unquote(match[1]))
        query = parse_qs(request.query)
        qualifier = query.get("Qualifier", [None])[0] or named.qualifier
        return InvokeRequest(
            key=(named.account_id or self._account_id, named.region or region, named.name),
            qualifier=qualifier,
            request_id=request_id,
            event=request.body,
            client_context=_client_context(request.headers.get("x-amz-client-context")),
            trace_id=request.headers.get("x-amzn-trace-id", ""),
        )


def _client_context(header: str | None) -> str | None:
    if not header:
        return None
    if len(header) > MAX_CONTEXT_BYTES:
        raise InvalidParameterValueException(
            f"Client context must be no larger than {MAX_CONTEXT_BYTES} bytes."
        )
    try:
        return base64.b64decode(header, validate=True).decode()
    except ValueError as error:
        raise InvalidRequestContentException(
            "Client context must be a valid Base64-encoded JSON object."
        ) from error


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
