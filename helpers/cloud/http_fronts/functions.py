"""How a front runs a function: permission, the event, the time it waits, and what came back.

Source: docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html (permissions) and
docs.aws.amazon.com/apigateway/latest/developerguide/limits.html (integration timeouts).
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from dataclasses import dataclass
from typing import Any

from helpers.cloud.clock import Clock
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.errors import AccessDeniedException, AwsError, ValidationException
from helpers.cloud.http_fronts.recent_events import RecentEvents
from helpers.cloud.invoke import InvokeAnswer, Invoker, InvokeRequest, StreamedAnswer
from helpers.cloud.invoke.tracing import new_trace_id
from helpers.cloud.ports import Authorizer

INVOKE = "lambda:InvokeFunction"
TRACE = re.compile(r"(?:^|;)Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;|$)")
API_GATEWAY = "apigateway.amazonaws.com"
MARGIN_S = 12.0
"""What an event may take beside the function's timeout: ten seconds of init, and some more."""


class IntegrationTimeoutError(Exception):
    """The function did not answer while its front waited; it goes on running."""


@dataclass(frozen=True, slots=True)
class Invoking:
    """As whom a front calls a function, and how.

    A service for a source (asked of the function's policy), or the role that an integration
    names in its credentials. With neither, the front has checked its caller itself. `timeout_s`
    are the real seconds that the front waits, `trace` is the X-Amzn-Trace-Id header.
    """

    service: str = ""
    source_arn: str = ""
    role_arn: str | None = None
    trace: str = ""
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class FrontAnswer:
    """What a function answered; `failed` when it ended with a function error."""

    payload: bytes
    failed: bool
    function: str
    request_id: str


class FrontFunctions:
    """Runs functions for all fronts and keeps their last events; lives with the cloud."""

    def __init__(self, invoker: Invoker, authorizer: Authorizer, clock: Clock) -> None:
        self._invoker = invoker
        self._authorizer = authorizer
        self._clock = clock
        self.recent = RecentEvents()

    def invoke(self, function_arn: str, event: Any, as_whom: Invoking) -> FrontAnswer:
        """Run a function with a JSON value and wait for its answer.

        Raises AwsError as Invoke would (AccessDeniedException, ResourceNotFoundException, 429,
        413 ...), and IntegrationTimeoutError.
        """
        request = self._request(function_arn, event, as_whom)
        limit_s = as_whom.timeout_s
        if limit_s is None or self._invoker.resolve(request).timeout_s + MARGIN_S < limit_s:
            answer = self._invoker.invoke(request)
        else:
            answer = _within(self._invoker, request, limit_s)
        return _front_answer(answer, request)

    def stream(
        self, function_arn: str, event: Any, as_whom: Invoking
    ) -> tuple[StreamedAnswer, FrontAnswer]:
        """Run a function whose answer may come in pieces; of one that does, only what is known."""
        request = self._request(function_arn, event, as_whom)
        stream = StreamedAnswer(self._invoker, request)
        if stream.end is not None:
            return stream, _front_answer(stream.end, request)
        return stream, FrontAnswer(b"", False, request.key[2], request.request_id)

    def _request(self, function_arn: str, event: Any, as_whom: Invoking) -> InvokeRequest:
        """Return the call of a function, which whoever it is made for may make."""
        named = parse_function_name(function_arn)
        if not function_arn.startswith("arn:"):
            raise ValidationException(f"{function_arn} is not the ARN of a function")
        request = InvokeRequest(
            key=named.key(account_id="", region=""),
            qualifier=named.qualifier,
            request_id=str(uuid.uuid4()),
            event=json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(),
            trace_id=as_whom.trace,
        )
        self._check(as_whom, function_arn)
        self.recent.add(request.request_id, request.event)
        return request

    def new_trace(self, came: str = "") -> str:
        """Return the trace header of a request: the one it came with if it is one, or a new one."""
        return came if TRACE.search(came) else f"Root={new_trace_id(self._clock.now())}"

    def _check(self, principal: Invoking, function_arn: str) -> None:
        if principal.role_arn:
            refusal = self._authorizer.role_may(principal.role_arn, INVOKE, function_arn)
        elif principal.service:
            refusal = self._authorizer.service_may(
                principal.service, INVOKE, function_arn, principal.source_arn
            )
        else:
            return
        if refusal is not None:
            raise AccessDeniedException(refusal)


def _front_answer(answer: InvokeAnswer, request: InvokeRequest) -> FrontAnswer:
    result = answer.result
    failed = result.function_error is not None
    return FrontAnswer(result.payload, failed, answer.function.name, request.request_id)


def execute_api_arn(region: str, account_id: str, api_id: str, *path: str) -> str:
    """Return what a function's policy sees as the source of an API's call.

    >>> execute_api_arn("us-east-1", "123456789012", "abc", "prod", "GET", "/pets/{id}")
    'arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/pets/{id}'
    """
    joined = "/".join(piece.strip("/") for piece in path)
    return f"arn:aws:execute-api:{region}:{account_id}:{api_id}/{joined}"


def function_arn_of(uri: str) -> str:
    """Return the function in an integration's or authorizer's URI, which may be the ARN itself.

    >>> path = "2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations"
    >>> function_arn_of(f"arn:aws:apigateway:us-east-1:lambda:path/{path}")
    'arn:aws:lambda:us-east-1:1:function:f'
    """
    _, found, rest = uri.partition("/functions/")
    return rest.removesuffix("/invocations") if found else uri


def _within(invoker: Invoker, request: InvokeRequest, timeout_s: float) -> InvokeAnswer:
    """Wait for an invocation so long and no longer; it ends by itself."""
    answers: list[InvokeAnswer] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(invoker.invoke(request))
        except Exception as error:  # raised again where somebody waits
            failures.append(error)

    name = f"front-{request.request_id[:8]}"
    thread = threading.Thread(target=run, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        raise AwsError(str(error), code="ServiceException", http_status=500) from error
    thread.join(timeout_s)
    if answers:
        return answers[0]
    if failures:
        raise failures[0]
    raise IntegrationTimeoutError
