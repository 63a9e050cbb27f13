"""Messages of moto's queues on their way to another queue, where they are new ones."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from moto.sqs.models import Message

from helpers.cloud import records
from helpers.cloud.moto_seam.sqs.arrivals import place
from helpers.cloud.moto_seam.sqs.dead_letters import DEAD_LETTER_SOURCE
from helpers.cloud.moto_seam.sqs.messages import choose
from helpers.cloud.moto_seam.sqs.records import note


def count_movable(queue: Any) -> int:
    """Return how many messages of a moto queue can be received now."""
    with queue._messages_lock:
        return len(choose(queue, len(queue._messages) + 1)[0])


def move(queue: Any, count: int, target: Callable[[Any], tuple[Any, str]]) -> tuple[int, str]:
    """Send up to `count` messages that can be received to other queues, as new ones.

    `target` names the queue of a message, or says why there is none, which ends the move. Returns
    how many were moved and that reason.
    """
    moved: list[tuple[Any, Any]] = []
    problem = ""
    with queue._messages_lock:
        for message in choose(queue, count)[0]:
            destination, problem = target(message)
            if destination is None:
                break
            moved.append((message, destination))
        gone = {id(message) for message, _ in moved}
        queue._messages = [kept for kept in queue._messages if id(kept) not in gone]
        note(queue, records.MessagesDeleted, [message for message, _ in moved])
    for message, destination in moved:  # outside: the other queue has a lock of its own
        place(destination, _anew(message, destination))
    return len(moved), problem


def _anew(message: Any, queue: Any) -> Any:
    """Return a message as if it had just been sent to a queue: another id, never received."""
    own = {k: v for k, v in message.system_attributes.items() if k != DEAD_LETTER_SOURCE}
    sent = Message(str(uuid.uuid4()), message.body, own)
    sent.message_attributes = message.message_attributes
    sent.sender_id = message.sender_id
    sent.group_id, sent.deduplication_id = message.group_id, message.deduplication_id
    sent.mark_sent(delay_seconds=queue.delay_seconds)
    return sent
