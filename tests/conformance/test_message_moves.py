"""Dead letters go back by StartMessageMoveTask, and what it refuses."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conformance.refusals import refused
from tests.waiting import until

NONE = "arn:aws:sqs:us-east-1:123456789012:there-is-none"
INVALID = (400, "InvalidParameterValue")
FORM = "arn:<partition>:<service>:<region>:<account-id>:<resource-id>"


@dataclass(frozen=True)
class Letters:
    """A queue whose messages are dead letters after one receive, and their queue."""

    sqs: Any
    url: str
    arn: str
    dead_url: str
    dead_arn: str

    def kill(self, *bodies: str, **more: Any) -> list[str]:
        """Send messages, receive them once, and wait until they are dead; return their ids."""
        sent = [
            self.sqs.send_message(QueueUrl=self.url, MessageBody=b, **more)["MessageId"]
            for b in bodies
        ]
        for _ in bodies:
            self.sqs.receive_message(QueueUrl=self.url, VisibilityTimeout=0)
        until(lambda: self._dead() >= len(bodies))
        return sent

    def _dead(self) -> int:
        self.sqs.receive_message(QueueUrl=self.url)
        return self.count(self.dead_url)

    def count(self, url: str) -> int:
        """Return how many messages of a queue can be received."""
        name = "ApproximateNumberOfMessages"
        told = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(told["Attributes"][name])

    def received(self, url: str) -> list[Any]:
        """Receive ten messages of a queue, with all their attributes."""
        told = self.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(told.get("Messages", []))

    def last_move(self) -> dict[str, Any]:
        """Return the newest move from the dead-letter queue."""
        (move,) = self.sqs.list_message_move_tasks(SourceArn=self.dead_arn)["Results"]
        return dict(move)

    def ended(self, **asked: Any) -> dict[str, Any]:
        """Move the dead letters, and return how that ended."""
        self.sqs.start_message_move_task(SourceArn=self.dead_arn, **asked)
        until(lambda: self.last_move()["Status"] != "RUNNING")
        return self.last_move()


def made(sqs: Any, *, fifo: bool = False, **attributes: str) -> tuple[str, str]:
    """Create a queue; return its URL and ARN."""
    name = f"q-{secrets.token_hex(4)}" + (".fifo" if fifo else "")
    if fifo:
        attributes |= {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, f"arn:aws:sqs:us-east-1:123456789012:{name}"


Make = Callable[..., Letters]


@pytest.fixture
def letters(cloud: Any) -> Make:
    """Return what makes a queue and its dead-letter queue."""

    def make(*, fifo: bool = False) -> Letters:
        sqs = cloud.client("sqs")
        dead_url, dead_arn = made(sqs, fifo=fifo)
        redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1})
        return Letters(sqs, *made(sqs, fifo=fifo, RedrivePolicy=redrive), dead_url, dead_arn)

    return make


def test_dead_letters_go_back_to_the_queue_they_came_from(letters: Make):
    """As new messages: other ids, never received before, with body and attributes as they were."""
    queue = letters()
    attribute = {"colour": {"DataType": "String", "StringValue": "red"}}
    old = queue.kill("a", "b", MessageAttributes=attribute)

    move = queue.ended()
    back = queue.received(queue.url)

    assert ["a", "b"] == sorted(message["Body"] for message in back)
    assert not {message["MessageId"] for message in back} & set(old)
    assert {"1"} == {message["Attributes"]["ApproximateReceiveCount"] for message in back}
    assert [attribute] * 2 == [message["MessageAttributes"] for message in back]
    assert not any("DeadLetterQueueSourceArn" in message["Attributes"] for message in back)
    assert 0 == queue.count(queue.dead_url)
    assert isinstance(move.pop("StartedTimestamp"), int)
    assert {
        "Status": "COMPLETED",
        "SourceArn": queue.dead_arn,
        "ApproximateNumberOfMessagesMoved": 2,
        "ApproximateNumberOfMessagesToMove": 2,
    } == move


def test_dead_letters_go_where_they_are_sent(letters: Make):
    """DestinationArn names another queue; messages that were sent by hand go along."""
    queue = letters()
    url, arn = made(queue.sqs)
    queue.kill("a")
    queue.sqs.send_message(QueueUrl=queue.dead_url, MessageBody="by hand")

    move = queue.ended(DestinationArn=arn)

    assert ("COMPLETED", arn) == (move["Status"], move["DestinationArn"])
    assert ["a", "by hand"] == sorted(message["Body"] for message in queue.received(url))


def test_order_and_groups_of_a_fifo_queue_are_kept(letters: Make):
    """Each message of a group returns after the one before it."""
    queue = letters(fifo=True)
    for body in "abc":
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody=body, MessageGroupId="g")
    for _ in "abc":
        queue.sqs.receive_message(QueueUrl=queue.url, VisibilityTimeout=0)
    until(lambda: queue.received(queue.url) == [] and queue.count(queue.dead_url) == 3)

    queue.ended()

    back = queue.received(queue.url)
    assert ["a", "b", "c"] == [message["Body"] for message in back]
    assert {"g"} == {message["Attributes"]["MessageGroupId"] for message in back}


def test_a_message_in_flight_is_not_moved(letters: Make):
    """Whoever reads a dead letter keeps it."""
    queue = letters()
    queue.kill("a", "b")
    (read,) = queue.sqs.receive_message(QueueUrl=queue.dead_url, MaxNumberOfMessages=1)["Messages"]

    move = queue.ended()

    assert 1 == move["ApproximateNumberOfMessagesMoved"]
    assert read["Body"] not in [message["Body"] for message in queue.received(queue.url)]


def test_a_message_that_was_never_elsewhere_ends_the_move(letters: Make):
    """Somebody sent it to the dead-letter queue: it stays there, and the move says why."""
    queue = letters()
    queue.sqs.send_message(QueueUrl=queue.dead_url, MessageBody="by hand")

    move = queue.ended()

    assert ("FAILED", "CouldNotDetermineMessageSource") == (move["Status"], move["FailureReason"])
    assert 1 == queue.count(queue.dead_url)


def test_a_slow_move_can_be_cancelled(letters: Make):
    """It moves so many a second, has a handle while it runs, and keeps what it has moved."""
    queue = letters()
    queue.kill(*"abcde")
    handle = queue.sqs.start_message_move_task(
        SourceArn=queue.dead_arn, MaxNumberOfMessagesPerSecond=1
    )["TaskHandle"]
    until(lambda: queue.last_move()["ApproximateNumberOfMessagesMoved"] >= 1)
    running = queue.last_move()
    again = refused(queue.sqs.start_message_move_task, SourceArn=queue.dead_arn)

    cancelled = queue.sqs.cancel_message_move_task(TaskHandle=handle)

    moved = cancelled["ApproximateNumberOfMessagesMoved"]
    assert ("RUNNING", handle, 1) == (
        running["Status"],
        running["TaskHandle"],
        running["MaxNumberOfMessagesPerSecond"],
    )
    assert "There is already a task running." in again[2]
    assert "CANCELLED" == queue.last_move()["Status"]
    assert "TaskHandle" not in queue.last_move()
    assert (moved, 5 - moved) == (queue.count(queue.url), queue.count(queue.dead_url))
    over = refused(queue.sqs.cancel_message_move_task, TaskHandle=handle)
    assert ("InvalidParameterValue", "Only active tasks can be cancelled.") == over[1:]


def test_the_newest_moves_are_listed_first(letters: Make):
    """One unless more are asked for, and ten at most."""
    queue = letters()
    for body in "ab":
        queue.kill(body)
        queue.ended()
    all_of_them = queue.sqs.list_message_move_tasks(SourceArn=queue.dead_arn, MaxResults=10)
    too_many = refused(queue.sqs.list_message_move_tasks, SourceArn=queue.dead_arn, MaxResults=11)
    began = [move["StartedTimestamp"] for move in all_of_them["Results"]]

    assert 2 == len(began)
    assert sorted(began, reverse=True) == began
    assert began[0] == queue.last_move()["StartedTimestamp"]
    assert "InvalidParameterValue" == too_many[1]


def test_what_cannot_be_moved_is_refused(letters: Make):
    """No queue, no dead-letter queue, the same queue, another kind of queue, an odd rate."""
    queue = letters()
    _, fifo = made(queue.sqs, fifo=True)
    dead = queue.dead_arn

    def told(**asked: str | int) -> tuple[int, str, str]:
        return refused(queue.sqs.start_message_move_task, **asked)

    missing = "The resource that you specified for the {} parameter doesn't exist."
    assert (404, "ResourceNotFoundException", missing.format("SourceArn")) == told(SourceArn=NONE)
    assert (404, "ResourceNotFoundException", missing.format("DestinationArn")) == told(
        SourceArn=dead, DestinationArn=NONE
    )
    assert (*INVALID, "Source queue must be configured as a Dead Letter Queue.") == told(
        SourceArn=queue.arn
    )
    assert (*INVALID, f"You must use this format to specify the SourceArn: {FORM}") == told(
        SourceArn="dead"
    )
    assert (*INVALID, "Source queue arn and destination queue arn cannot be the same.") == told(
        SourceArn=dead, DestinationArn=dead
    )
    assert (
        *INVALID,
        "The source queue and destination queue must be of the same queue type.",
    ) == told(SourceArn=dead, DestinationArn=fifo)
    assert INVALID == told(SourceArn=dead, MaxNumberOfMessagesPerSecond=501)[:2]


@pytest.mark.parametrize(
    ("handle", "code"),
    [
        ("no handle", "InvalidParameterValue"),
        (base64.b64encode(b"[]").decode(), "InvalidParameterValue"),
        (base64.b64encode(b'{"taskId": "x"}').decode(), "ResourceNotFoundException"),
    ],
)
def test_only_a_move_that_is_known_can_be_cancelled(letters: Make, handle: str, code: str):
    """Anything else is refused."""
    queue = letters()

    assert code == refused(queue.sqs.cancel_message_move_task, TaskHandle=handle)[1]
