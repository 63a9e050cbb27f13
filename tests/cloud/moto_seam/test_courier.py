"""Deliveries never fail whoever caused them, and writers are known while they are answered."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pytest

from helpers.cloud.clock import Clock
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam.courier import Courier, QueueMessage, Sender
from helpers.cloud.moto_seam.iam.identities import Identities
from helpers.cloud.moto_seam.writers import Writer, Writers
from helpers.cloud.records import Recorder

BUCKET = Sender("s3.amazonaws.com", "arn:aws:s3:::uploads")
QUEUE = "arn:aws:sqs:us-east-1:123456789012:no-such-queue"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


@dataclass
class _Account:
    """IAM that answers as told, functions and a bus that break, and no queue."""

    refusal: str | None = None
    exists: bool = False
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def service_may(self, *question: str) -> str | None:
        self.asked.append(question)
        return self.refusal

    def missing(self, _arn: str) -> bool:
        return not self.exists

    def following(self, _trace_id: str) -> Any:
        return nullcontext()

    def put_event(self, *_: Any) -> None:
        raise RuntimeError("the bus broke")

    def accept(self, _pushed: Any) -> None:
        raise RuntimeError("the queue broke")


def courier(account: Any) -> tuple[Courier, Recorder]:
    """Return a courier of an account, and what it records."""
    recorder = Recorder(Clock())
    made = Courier(
        events=account,
        authorizer=account,
        targets=account,
        recorder=recorder,
        clock=Clock(),
        writers=Writers(Identities()),
    )
    return made, recorder


def request(**headers: str) -> HttpRequest:
    """Return a request with these headers, their underscores as dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpRequest("PUT", "/bucket/key", "", named, tuple(named), b"")


@pytest.mark.parametrize("receiver", ["bus", "function"])
def test_a_receiver_that_breaks_is_recorded_and_not_raised(
    receiver: str, capsys: pytest.CaptureFixture[str]
):
    """A fault of the kit costs the delivery, not the writer's call; its trace is printed."""
    made, recorder = courier(_Account())

    error = (
        made.to_bus(BUCKET, BUS, {})
        if receiver == "bus"
        else made.to_function(BUCKET, FUNCTION, {})
    )

    assert error is not None
    assert "InternalFailure" == error.code
    (kept,) = recorder.since(0)["records"]
    assert ("push.refused", BUCKET.arn) == (kept["kind"], kept["source"])
    assert kept["reason"].startswith("InternalFailure: RuntimeError: the ")
    assert "RuntimeError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("exists", "code"), [(True, "AccessDeniedException"), (False, "AWS.SimpleQueueService.NonEx")]
)
def test_a_closed_queue_is_told_from_a_missing_one(exists: bool, code: str):
    """What does not exist is said to be missing, whoever may send there."""
    made, _ = courier(_Account(refusal="no", exists=exists))

    error = made.to_queue(BUCKET, QUEUE, QueueMessage(body="x"))

    assert error is not None
    assert error.code.startswith(code)


def test_the_writer_is_known_while_its_request_is_answered():
    """Trace header and key are the request's, on its own thread and no longer than it lasts."""
    writers = Writers(Identities())
    seen: list[Any] = []

    def answer(_request: HttpRequest) -> HttpAnswer:
        seen.append((writers.trace_id, writers.current))
        other = threading.Thread(target=lambda: seen.append(writers.current))
        other.start()
        other.join()
        return HttpAnswer(200, [])

    signed = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/s3/aws4_request, x"
    asked = request(x_amzn_trace_id="Root=1-2-3", authorization=signed)
    writers.answering(asked, answer, seen.append)

    (trace_id, writer), other = seen
    assert "Root=1-2-3" == trace_id
    assert "AKIAEXAMPLE" == writer.access_key_id
    assert other is None
    assert writers.current is None
    assert "" == writers.trace_id


@pytest.mark.parametrize(("status", "told"), [(200, 1), (404, 0)])
def test_only_what_succeeded_is_told(status: int, told: int):
    """An answer with an error tells nothing; one that succeeded carries the ids of its events."""
    writers = Writers(Identities())
    heard: list[Writer] = []

    def answer(_request: HttpRequest) -> HttpAnswer:
        assert writers.current is not None
        writers.current.events.append("changed")
        return HttpAnswer(status, [("x-amzn-RequestId", "of-moto")])

    answered = writers.answering(request(), answer, heard.append)

    assert told == len(heard)
    names = [name for name, _ in answered.headers]
    assert (["x-amz-request-id", "x-amz-id-2"] if told else ["x-amzn-RequestId"]) == names


def test_the_cloud_itself_may_follow_a_chain():
    """Messages that it sends for an event carry the event's header, for as long as it says."""
    writers = Writers(Identities())

    with writers.following("Root=1-2-3;Lineage=1:a87bd80c:1"):
        attributes = writers.message_attributes()

    header = {"DataType": "String", "StringValue": "Root=1-2-3;Lineage=1:a87bd80c:1"}
    assert {"AWSTraceHeader": header} == attributes
    assert writers.message_attributes() is None
