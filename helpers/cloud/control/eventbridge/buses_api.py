"""The part of EventBridge's API that the kit answers itself: PutEvents and TestEventPattern.

Source: docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html and
docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.cloud.control.constraints import Constraints, detected, sentence
from helpers.cloud.control.eventbridge.buses import EventBuses
from helpers.cloud.errors import AwsError, ValidationException
from helpers.cloud.events import eventbridge
from helpers.cloud.events.patterns import Pattern, compile_pattern
from helpers.cloud.events.tokens import InvalidPattern
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.json_text import read_json

OPERATIONS = ("AWSEvents.PutEvents", "AWSEvents.TestEventPattern")
MAX_PATTERN = 4096
NEEDED_TO_TEST = ("id", "account", "source", "time", "region", "detail-type")


@dataclass(frozen=True, slots=True)
class EventBusesApi:
    """Answers PutEvents and TestEventPattern; lives with the cloud."""

    buses: EventBuses

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return request.headers.get("x-amz-target", "") in OPERATIONS

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; errors are rendered here, since EventBridge speaks JSON 1.1."""
        try:
            members = _members(request.body)
            if request.headers["x-amz-target"] == OPERATIONS[0]:
                return json_answer(200, self._put(members, request, region))
            return json_answer(200, {"Result": _test(members)})
        except AwsError as error:
            return json_answer(400, {"__type": error.code, "message": error.message})

    def _put(
        self, members: Mapping[str, Any], request: HttpRequest, region: str
    ) -> dict[str, object]:
        entries = members.get("Entries")
        if not isinstance(entries, list):
            raise ValidationException(
                detected([sentence("entries", None, "Member must not be null")])
            )
        if not all(_well_typed(entry) for entry in entries):
            raise AwsError("", code="SerializationException", http_status=400)
        if not 1 <= len(entries) <= eventbridge.MAX_ENTRIES:
            limit = "less than or equal to 10" if entries else "greater than or equal to 1"
            shown = f"[{', '.join(map(_shown, entries))}]"
            problem = f"Member must have length {limit}"
            raise ValidationException(detected([sentence("entries", shown, problem)]))
        if sum(map(eventbridge.entry_bytes, entries)) > eventbridge.MAX_REQUEST_BYTES:
            raise ValidationException("Total size of the entries in the request is over the limit.")
        trace_id = request.headers.get("x-amzn-trace-id", "")
        results = self.buses.put(entries, region, trace_id=trace_id)
        failed = sum("ErrorCode" in result for result in results)
        return {"FailedEntryCount": failed, "Entries": results}


def _shown(entry: Mapping[str, Any]) -> str:
    """Write an entry as AWS's complaints do."""
    members = ("Time", "Source", "Resources", "DetailType", "Detail", "EventBusName", "TraceHeader")
    texts = [f"{name[0].lower()}{name[1:]}={_value(entry.get(name))}" for name in members]
    unused = ["kmsKeyIdentifier=null", "internalMetadata=null"]
    return f"PutEventsRequestEntry({', '.join(texts + unused)})"


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return "null" if value is None else str(value)


def _well_typed(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    texts = [entry.get(name) for name in (*eventbridge.REQUIRED, "EventBusName", "TraceHeader")]
    resources = entry.get("Resources") or []
    return isinstance(resources, list) and all(
        text is None or isinstance(text, str) for text in [*texts, *resources]
    )


def _members(body: bytes) -> dict[str, Any]:
    try:
        members = read_json(body or b"{}")
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise AwsError("", code="SerializationException", http_status=400)
    return members


def _test(members: Mapping[str, Any]) -> bool:
    pattern = str(members.get("EventPattern"))
    constraints = Constraints()
    constraints.length("eventPattern", pattern, at_most=MAX_PATTERN)
    constraints.raise_if_broken()
    try:
        event = read_json(str(members.get("Event")))
    except ValueError:
        event = None
    if not isinstance(event, dict) or any(name not in event for name in NEEDED_TO_TEST):
        raise ValidationException("Parameter Event is not valid.")
    return compiled(pattern).matches(event)


def compiled(pattern: str) -> Pattern:
    """Compile a rule's pattern; raises InvalidEventPatternException in AWS's words."""
    try:
        return compile_pattern(pattern)
    except InvalidPattern as error:
        raise AwsError(
            f"Event pattern is not valid. Reason: {error}",
            code="InvalidEventPatternException",
            http_status=400,
        ) from None
