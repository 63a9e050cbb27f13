"""Queues that a check makes for itself, and mappings between them and its functions.

Names carry a random part: SQS does not give a name again for 60 seconds after its queue went.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import shown

POLLS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
HOLDS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
MOST_AT_ONCE = 10
ENABLED_WITHIN_S = 30
LOOKS = 10
"""At how many looks in a row a queue must be empty. What SQS counts is approximate: a message that
becomes visible, or is on its way to a dead-letter queue, may be in neither count for a moment."""


class Source(Protocol):
    """What a mapping can poll: a queue, a stream."""

    @property
    def arn(self) -> str:
        """Its ARN."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue of a check; lives as long as the block that made it."""

    sqs: Any
    url: str
    arn: str

    def send(self, *bodies: str) -> None:
        """Send messages, in their order."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def send_in_group(self, group: str, *bodies: str) -> None:
        """Send messages of one group to a FIFO queue, in their order."""
        for body in bodies:
            self.sqs.send_message(
                QueueUrl=self.url,
                MessageBody=body,
                MessageGroupId=group,
                MessageDeduplicationId=secrets.token_hex(8),
            )

    def holds(self) -> int:
        """Return how many messages it has, visible or not."""
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=list(HOLDS))
        return sum(int(found["Attributes"][name]) for name in HOLDS)

    def bodies(self) -> list[str]:
        """Take what is visible out of the queue, and return the bodies."""
        found = []
        while messages := self._received():
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                found.append(str(message["Body"]))
        return found

    def tries(self, most: int) -> int:
        """Receive its only message up to `most` times without deleting; return how often it came.

        Each time it is visible again at once, as after a visibility timeout.
        """
        for count in range(most):
            answer = self.sqs.receive_message(
                QueueUrl=self.url, VisibilityTimeout=0, WaitTimeSeconds=1
            )
            if not answer.get("Messages"):
                return count
        return most

    def _received(self) -> list[Any]:
        answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=MOST_AT_ONCE)
        return list(answer.get("Messages", []))


@contextmanager
def queue(session: Session, name: str, attributes: Mapping[str, Any]) -> Iterator[Queue]:
    """Make a queue, yield it, delete it; a `.fifo` at the end of `name` stays there."""
    stem, dot, suffix = name.partition(".")
    sqs = session.client("sqs")
    unique = f"{stem}-{secrets.token_hex(4)}{dot}{suffix}"
    try:
        url = sqs.create_queue(QueueName=unique, Attributes=dict(attributes))["QueueUrl"]
    except (ClientError, ParamValidationError) as refusal:
        raise NotYet(f"SQS refused a queue with {shown(attributes)}: {refusal}") from None
    try:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        yield Queue(sqs, url, str(found["Attributes"]["QueueArn"]))
    finally:
        sqs.delete_queue(QueueUrl=url)


def may_poll(*queues: Queue) -> dict[str, Any]:
    """Return the statement a role needs to be the role of these queues' consumer."""
    return {
        "Effect": "Allow",
        "Action": list(POLLS),
        "Resource": [one.arn for one in queues],
    }


@contextmanager
def mapped(
    session: Session, function: str, source: Source, settings: Mapping[str, Any], *, hint: int
) -> Iterator[str]:
    """Map a source to a function, yield the mapping's id, end it; a refusal is feedback."""
    client = session.client("lambda")
    mapping = _create(client, function, source, settings, hint)
    try:
        session.wait_until(
            lambda: client.get_event_source_mapping(UUID=mapping)["State"] == "Enabled",
            ENABLED_WITHIN_S,
            "the event source mapping was not Enabled.",
        )
        yield mapping
    finally:
        with suppress(ClientError):
            client.delete_event_source_mapping(UUID=mapping)


def lasting(condition: Callable[[], bool]) -> Callable[[], bool]:
    """Return a condition that is true once this one was at LOOKS looks in a row."""
    seen = 0

    def has_lasted() -> bool:
        nonlocal seen
        seen = seen + 1 if condition() else 0
        return seen >= LOOKS

    return has_lasted


def wait_until_empty(session: Session, queue: Queue, timeout_s: float, what: str) -> None:
    """Wait until a queue has no message, visible or not, and what it gave up has arrived."""
    session.wait_until(lasting(lambda: queue.holds() == 0), timeout_s, what)


def deleted(session: Session, mapping: str) -> int:
    """Return how many messages a mapping has deleted from its queue."""
    records = session.records(kind="batch.deleted", mapping=mapping)
    return sum(int(record["count"]) for record in records)


def _create(
    client: Any, function: str, source: Source, settings: Mapping[str, Any], hint: int
) -> str:
    try:
        made = client.create_event_source_mapping(
            **{**settings, "FunctionName": function, "EventSourceArn": source.arn}
        )
    except (ClientError, ParamValidationError) as refusal:
        words = refusal.response["Error"]["Message"] if isinstance(refusal, ClientError) else None
        raise NotYet(
            f"AWS refused the mapping with {shown(settings)}: {words or refusal}",
            expected="a mapping that Lambda takes.",
            hint=hint,
        ) from None
    return str(made["UUID"])
