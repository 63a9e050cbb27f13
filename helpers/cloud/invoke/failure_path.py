"""Where the outcome of an asynchronous event goes: destinations and the dead-letter queue.

The execution role needs the permission to send; without it, or without the target, the outcome is
lost as on AWS, and a record says why.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from helpers.cloud import records
from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.json_text import read_json
from helpers.cloud.model import FunctionVersion, InvocationResult
from helpers.cloud.ports import Authorizer, Targets
from helpers.cloud.records import Recorder

ERROR_MESSAGE_BYTES = 1024
OBJECTS = "aws/lambda/async"
ACTIONS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
    "s3": "s3:PutObject",
}


class Condition(StrEnum):
    """How an event ended, in the words of its record."""

    SUCCESS = "Success"
    RETRIES_EXHAUSTED = "RetriesExhausted"
    AGE_EXCEEDED = "EventAgeExceeded"
    NO_CONCURRENCY = "ZeroReservedConcurrency"
    RECURSION = "RecursiveInvocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one event: the condition of the record, and the last answer if there is one.

    `refusal` is the error without which it would have run, where it did not.
    """

    function: FunctionVersion
    request_id: str
    invoked_arn: str
    event: bytes
    condition: Condition
    attempts: int
    trace_id: str
    result: InvocationResult | None = None
    refusal: AwsError | None = None


class FailurePath:
    """Sends outcomes on; lives with the cloud.

    `invoke` queues an event for a function's ARN, with the trace header it goes on under.
    """

    def __init__(
        self,
        targets: Targets,
        authorizer: Authorizer,
        recorder: Recorder,
        clock: Clock,
        invoke: Callable[[str, bytes, str], None],
    ) -> None:
        self._targets = targets
        self._authorizer = authorizer
        self._recorder = recorder
        self._clock = clock
        self._invoke = invoke

    def send_record(self, outcome: Outcome, destination: str) -> None:
        """Send the invocation record of an outcome to a destination (an ARN)."""
        document = self._document(outcome)
        body = json.dumps(document)
        service = destination.split(":")[2]
        send = {
            "sqs": lambda: self._targets.send_message(destination, body, {}),
            "sns": lambda: self._targets.publish(destination, body, {}),
            "lambda": lambda: self._invoke(destination, body.encode(), outcome.trace_id),
            "events": lambda: self._targets.put_event(
                destination, _bus_entry(outcome, destination, document)
            ),
            "s3": lambda: self._targets.put_object(
                destination, _object_key(outcome, self._clock.now()), body.encode()
            ),
        }[service]
        resource = destination_resource(destination, outcome.function.name)
        self._try(outcome, destination, resource, send)

    def dead_letter(self, outcome: Outcome, target: str) -> None:
        """Send the event itself to the function's dead-letter queue or topic (an ARN)."""
        body = outcome.event.decode(errors="replace")
        attributes = _dead_letter_attributes(outcome)
        to_queue = target.split(":")[2] == "sqs"
        send = self._targets.send_message if to_queue else self._targets.publish
        self._try(outcome, target, target, lambda: send(target, body, attributes), dead_letter=True)

    def _try(
        self,
        outcome: Outcome,
        target: str,
        resource: str,
        send: Callable[[], None],
        *,
        dead_letter: bool = False,
    ) -> None:
        function = outcome.function
        action = ACTIONS[target.split(":")[2]]
        refusal = self._authorizer.role_may(function.role_arn, action, resource)
        if refusal is None:
            try:
                with self._targets.following(outcome.trace_id):
                    send()
            except AwsError as error:
                refusal = error.message
        self._recorder.add(
            records.EventSentOn(
                function=function.name,
                version=function.version,
                request_id=outcome.request_id,
                condition=str(outcome.condition),
                target=target,
                delivered=refusal is None,
                reason=refusal or "",
                dead_letter=dead_letter,
                qualifier=outcome.invoked_arn.removeprefix(f"{function.arn}:"),
                region=function.region,
            )
        )

    def _document(self, outcome: Outcome) -> dict[str, Any]:
        result = outcome.result
        moment = datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="milliseconds")
        document: dict[str, Any] = {
            "version": "1.0",
            "timestamp": moment.replace("+00:00", "Z"),
            "requestContext": {
                "requestId": outcome.request_id,
                "functionArn": outcome.invoked_arn,
                "condition": str(outcome.condition),
                "approximateInvokeCount": outcome.attempts,
            },
            "requestPayload": _payload(outcome.event),
        }
        if result is not None:
            error = {"functionError": result.function_error} if result.function_error else {}
            document["responseContext"] = {
                "statusCode": 200,
                "executedVersion": outcome.function.version,
                **error,
            }
            document["responsePayload"] = _payload(result.payload)
        return document


def _payload(data: bytes) -> Any:
    try:
        return read_json(data or b"null")
    except ValueError:
        return data.decode(errors="replace")


def destination_resource(destination: str, function_name: str) -> str:
    """Return the ARN that the execution role needs the permission for."""
    if destination.split(":")[2] != "s3":
        return destination
    return f"{destination}/{OBJECTS}/{function_name}/*"


def _object_key(outcome: Outcome, at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    folder = f"{OBJECTS}/{outcome.function.name}/{moment:%Y/%m/%d}"
    return f"{folder}/{moment:%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"


def _bus_entry(outcome: Outcome, bus: str, document: Mapping[str, Any]) -> dict[str, Any]:
    word = "Success" if outcome.condition is Condition.SUCCESS else "Failure"
    return {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {word}",
        "Detail": json.dumps(document),
        "Resources": [outcome.invoked_arn, bus],
    }


def _dead_letter_attributes(outcome: Outcome) -> dict[str, tuple[str, str]]:
    code, message = "200", ""
    if outcome.refusal is not None:
        code, message = str(outcome.refusal.http_status), outcome.refusal.message
    elif outcome.result is not None:
        answer = _payload(outcome.result.payload)
        message = str(answer.get("errorMessage", "")) if isinstance(answer, dict) else ""
    cut = message.encode()[:ERROR_MESSAGE_BYTES].decode(errors="ignore")
    return {
        "RequestID": ("String", outcome.request_id),
        "ErrorCode": ("Number", code),
        "ErrorMessage": ("String", cut or " "),
    }
