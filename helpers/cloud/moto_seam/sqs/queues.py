"""moto's queues, as pollers use them; implements Queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moto.sqs.models import sqs_backends

from helpers.cloud.moto_seam.bells import Bells, Ring
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.sqs import dead_letters, messages, queue_attributes, refusals
from helpers.cloud.ports import QueueFacts, QueueMessage
from helpers.cloud.records import Recorder


class MotoQueues:
    """The account's queues; lives with the cloud, and changes moto's for everyone."""

    def __init__(self, recorder: Recorder) -> None:
        self._bells = Bells()
        queue_attributes.install()
        refusals.install()
        messages.install(self._bells, recorder)

    def facts(self, arn: str) -> QueueFacts | None:
        """Return what a mapping must know of a queue."""
        queue = queue_of(arn)
        return None if queue is None else QueueFacts(queue.visibility_timeout, queue.fifo_queue)

    def receive(self, arn: str, count: int) -> Sequence[QueueMessage]:
        """Take messages for the queue's own visibility timeout."""
        queue = queue_of(arn)
        if queue is None:
            return ()
        return [_message(m) for m in messages.receive(queue, count, queue.visibility_timeout)]

    def delete(self, arn: str, receipt_handles: Sequence[str]) -> None:
        """Delete messages of a queue, if both are still there."""
        queue = queue_of(arn)
        if queue is not None:
            messages.delete(queue, frozenset(receipt_handles))
            if queue.fifo_queue:
                self._bells.ring(arn)

    def next_visible_s(self, arn: str) -> float | None:
        """Return when to look again."""
        queue = queue_of(arn)
        return None if queue is None else messages.next_visible_s(queue)

    def watch(self, arn: str, ring: Ring) -> Ring:
        """Call `ring` when a message arrives or comes back, and when the queue comes or goes."""
        return self._bells.watch(arn, ring)


def queue_of(arn: str) -> Any:
    """Return moto's queue of this account with an ARN, or None."""
    region, account_id, name = arn.split(":")[3:6]
    return sqs_backends[ACCOUNT_ID][region].queues.get(name) if account_id == ACCOUNT_ID else None


def _message(message: Any) -> QueueMessage:
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        "SequenceNumber": message.sequence_number,
        "MessageGroupId": message.group_id,
        "MessageDeduplicationId": message.deduplication_id,
    }
    for name in (messages.TRACE, dead_letters.DEAD_LETTER_SOURCE):
        attributes[name] = (message.system_attributes.get(name) or {}).get("StringValue")
    given = message.message_attributes
    return QueueMessage(
        message_id=message.id,
        receipt_handle=message.receipt_handle,
        body=message.body,
        attributes={name: value for name, value in attributes.items() if value is not None},
        message_attributes=given,
        md5_of_body=message.body_md5,
        md5_of_attributes=message.attribute_md5 if given else None,
    )
