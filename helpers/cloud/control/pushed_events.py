"""How other services of the account call a function: without HTTP, and by its ARN.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-services.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from helpers.cloud.control.names import parse_function_name
from helpers.cloud.invoke import AsyncQueue, Invoker, InvokeRequest
from helpers.cloud.model import FunctionVersion


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
