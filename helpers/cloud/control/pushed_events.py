"""How other services of the account call a function: without HTTP, and by its ARN.

S3, SNS, EventBridge rules and CloudWatch Logs may when the function's resource policy lets them;
EventBridge Scheduler may when the role in its target may. Source:
docs.aws.amazon.com/lambda/latest/dg/lambda-services.html, access-control-resource-based.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from helpers.cloud import records
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.errors import AccessDeniedException, AwsError
from helpers.cloud.invoke import AsyncQueue, Invoker, InvokeRequest
from helpers.cloud.model import FunctionVersion
from helpers.cloud.ports import Authorizer
from helpers.cloud.records import Recorder

INVOKE = "lambda:InvokeFunction"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedEvent:
    """An event that a service of the account hands to a function.

    `service` is its principal (s3.amazonaws.com) and `source_arn` the bucket, topic, rule or
    schedule; `function_arn` may be qualified. With `role_arn` the role is asked instead of the
    function's policy. `trace_id` is an X-Amzn-Trace-Id header, made when empty, as is `request_id`.
    """

    service: str
    source_arn: str
    function_arn: str
    event: bytes = field(repr=False)
    role_arn: str | None = None
    trace_id: str = ""
    request_id: str = ""


class PushedEvents:
    """The one way in for events that are pushed; lives with the cloud."""

    def __init__(
        self, queue: AsyncQueue, invoker: Invoker, authorizer: Authorizer, recorder: Recorder
    ) -> None:
        self._queue = queue
        self._invoker = invoker
        self._authorizer = authorizer
        self._recorder = recorder

    def accept(self, pushed: PushedEvent) -> AwsError | None:
        """Queue the event and return at once, in the caller's thread.

        Returns why it was refused, for whoever keeps such events (a dead-letter queue); a refusal
        is recorded, so that nothing is lost without a trace.
        """
        named = parse_function_name(pushed.function_arn)
        request = InvokeRequest(
            key=named.key(account_id="", region=""),
            qualifier=named.qualifier,
            request_id=pushed.request_id or str(uuid.uuid4()),
            event=pushed.event,
            trace_id=pushed.trace_id,
        )
        try:
            function = self._invoker.check(request)
            self._check_permission(pushed)
            self._queue.accept(replace(request, is_json=True))
        except AwsError as error:
            self._recorder.add(
                records.PushRefused(
                    source=pushed.source_arn,
                    function=pushed.function_arn,
                    reason=f"{error.code}: {error.message}",
                )
            )
            return error
        self._recorder.add(
            records.EventPushed(
                function=function.name,
                version=function.version,
                request_id=request.request_id,
                source=pushed.source_arn,
            )
        )
        return None

    def _check_permission(self, pushed: PushedEvent) -> None:
        refusal = (
            self._authorizer.role_may(pushed.role_arn, INVOKE, pushed.function_arn)
            if pushed.role_arn
            else self._authorizer.service_may(
                pushed.service, INVOKE, pushed.function_arn, pushed.source_arn
            )
        )
        if refusal is not None:
            raise AccessDeniedException(refusal)


def direct_invocation(invoker: Invoker) -> Callable[[FunctionVersion, bytes], bytes]:
    """Return what runs a version and waits for its payload."""

    def invoke(function: FunctionVersion, event: bytes) -> bytes:
        request = InvokeRequest(
            key=function.key,
            qualifier=function.version,
            request_id=str(uuid.uuid4()),
            event=event,
        )
        return invoker.invoke(request).result.payload

    return invoke


def event_acceptance(queue: AsyncQueue, region: str) -> Callable[[str, bytes, str], None]:
    """Return what queues an event for a function's ARN, with the trace header it came with.

    `region` is meant where the ARN names none.
    """

    def accept(arn: str, event: bytes, trace_id: str = "") -> None:
        named = parse_function_name(arn)
        queue.accept(
            InvokeRequest(
                key=named.key(account_id="", region=region),
                qualifier=named.qualifier,
                request_id=str(uuid.uuid4()),
                event=event,
                trace_id=trace_id,
            )
        )

    return accept
