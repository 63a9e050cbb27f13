"""How messages come into moto's queues: numbered, recorded and heard, and no duplicate twice.

moto forgets a FIFO message's deduplication id when the message is deleted; SQS remembers it for
five minutes, whatever becomes of the message, and answers a duplicate with the first one's id.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
(MessageDeduplicationId), SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html.
"""

from __future__ import annotations

import itertools
import time
from typing import Any

from moto.core.utils import unix_time_millis

from helpers.cloud import records
from helpers.cloud.moto_seam.sqs.records import note

BELLS = "coldstart_bells"
"""The attribute under which moto's queues have the bells that wake pollers."""
FIRST_SEQUENCE_NUMBER = 18_849_496_460_467_696_128
SEQUENCE_STEP = 256
INTERVAL_MS = 300_000
_SEEN = "coldstart_seen"

Known = tuple[str, str | None, float]
"""What is remembered of a message: its id, its sequence number, and when it was sent."""


def add_message(queue: Any, message: Any) -> None:
    """Add a message that was sent, unless it is a duplicate; in place of moto's method."""
    with queue._messages_lock:
        if not (queue.fifo_queue and _is_duplicate(queue, message)):
            _append(queue, message)
    getattr(queue, BELLS).ring(queue.queue_arn)


def place(queue: Any, message: Any) -> None:
    """Put a message at the end of a queue that comes from another one, duplicate or not."""
    with queue._messages_lock:
        _append(queue, message)
    getattr(queue, BELLS).ring(queue.queue_arn)


def _append(queue: Any, message: Any) -> None:
    if queue.fifo_queue:  # in the order in which messages come, as moto's numbers are not
        message.sequence_number = str(next(_numbers))
        _remember(queue, message)
    queue._messages.append(message)
    queue._messages_lock.notify_all()
    delay_s = max(0.0, message.delayed_until - unix_time_millis()) / 1000
    note(queue, records.MessagesSent, [message], delay_s=round(delay_s, 3))


_numbers = itertools.count(FIRST_SEQUENCE_NUMBER + time.time_ns() // 1_000_000, SEQUENCE_STEP)


def _is_duplicate(queue: Any, message: Any) -> bool:
    """Tell whether SQS knows the message already; it then has the first one's id and number."""
    known = _seen(queue).get(_key(queue, message))
    if known is None or message.deduplication_id is None:
        return False
    message.id, message.sequence_number, _ = known
    return True


def _remember(queue: Any, message: Any) -> None:
    if message.deduplication_id is not None:
        known = (message.id, message.sequence_number, unix_time_millis())
        _seen(queue)[_key(queue, message)] = known


def _seen(queue: Any) -> dict[tuple[str, str], Known]:
    """Return what the queue remembers, by group (if ids count by group) and deduplication id."""
    seen: dict[tuple[str, str], Known] = queue.__dict__.setdefault(_SEEN, {})
    oldest = unix_time_millis() - INTERVAL_MS
    for key in list(itertools.takewhile(lambda one: seen[one][2] < oldest, seen)):
        del seen[key]
    return seen


def _key(queue: Any, message: Any) -> tuple[str, str]:
    by_group = queue.deduplication_scope == "messageGroup"
    return (str(message.group_id) if by_group else "", str(message.deduplication_id))
