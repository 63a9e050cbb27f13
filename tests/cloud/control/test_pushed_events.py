"""Events that other services push are accepted or refused at once, and never without a trace."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from helpers.cloud.clock import Clock
from helpers.cloud.control.pushed_events import PushedEvent, PushedEvents
from helpers.cloud.errors import ResourceNotFoundException
from helpers.cloud.records import Recorder

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:resize-demo"
BUCKET = "arn:aws:s3:::uploads"
ROLE = "arn:aws:iam::123456789012:role/scheduler"


@dataclass
class _Asked:
    """IAM that answers as told, and a queue that keeps what it is given."""

    service_refusal: str | None = None
    role_refusal: str | None = None
    exists: bool = True
    questions: list[tuple[str, ...]] = field(default_factory=list)
    queued: list[Any] = field(default_factory=list)

    def service_may(self, *question: str) -> str | None:
        self.questions.append(question)
        return self.service_refusal

    def role_may(self, *question: str) -> str | None:
        self.questions.append(question)
        return self.role_refusal

    def check(self, request: Any) -> SimpleNamespace:
        if not self.exists:
            raise ResourceNotFoundException(f"Function not found: {FUNCTION}")
        return SimpleNamespace(name="resize-demo", version="$LATEST")

    def accept(self, request: Any) -> None:
        self.queued.append(request)


def pushed(**more: Any) -> PushedEvent:
    """Return an event that S3 pushes."""
    facts: dict[str, Any] = {
        "service": "s3.amazonaws.com",
        "source_arn": BUCKET,
        "function_arn": FUNCTION,
        "event": b"{}",
    }
    return PushedEvent(**{**facts, **more})


def push(asked: Any, event: PushedEvent) -> tuple[Any, list[dict[str, Any]]]:
    """Push an event; return the refusal and the records."""
    recorder = Recorder(Clock())
    events = PushedEvents(queue=asked, invoker=asked, authorizer=asked, recorder=recorder)
    refusal = events.accept(event)
    return refusal, recorder.since(0)["records"]


def test_an_event_is_queued_when_the_functions_policy_allows_the_source():
    """IAM is asked for service, action, function and source, and the event goes on unchanged."""
    asked = _Asked()

    event = pushed(event=b'{"n": 1}', function_arn=f"{FUNCTION}:live", request_id="r")
    refusal, [kept] = push(asked, event)

    assert refusal is None
    assert ("event.pushed", BUCKET, "r") == (kept["kind"], kept["source"], kept["request_id"])
    question = ("s3.amazonaws.com", "lambda:InvokeFunction", f"{FUNCTION}:live", BUCKET)
    assert [question] == asked.questions
    [request] = asked.queued
    assert (b'{"n": 1}', "live", "r") == (request.event, request.qualifier, request.request_id)
    assert ("123456789012", "us-east-1", "resize-demo") == request.key


def test_a_schedule_is_asked_for_by_its_role():
    """With a role the function's own policy does not matter."""
    asked = _Asked(service_refusal="no")

    refusal, _ = push(asked, pushed(service="scheduler.amazonaws.com", role_arn=ROLE))

    assert refusal is None
    assert [(ROLE, "lambda:InvokeFunction", FUNCTION)] == asked.questions


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (_Asked(service_refusal="not authorized to perform"), "AccessDeniedException"),
        (_Asked(exists=False), "ResourceNotFoundException"),
    ],
)
def test_a_refused_event_is_recorded_with_its_reason(asked: _Asked, code: str):
    """Nothing is queued; the refusal goes back to the source and into the records."""
    refusal, [kept] = push(asked, pushed())

    assert code == refusal.code
    assert [] == asked.queued
    assert ("push.refused", BUCKET, FUNCTION) == (kept["kind"], kept["source"], kept["function"])
    assert f"{code}: {refusal.message}" == kept["reason"]
