"""What moto's queues do, as records: sent, received, hidden, deleted, moved to a dead-letter queue.

Left out: messages that a queue loses because they are too old, or with the queue itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from helpers.cloud import records
from helpers.cloud.records import QueueRecord

RECORDER = "coldstart_recorder"
"""The attribute under which moto's queues have the recorder."""


def hiding(original: Callable[..., None]) -> Callable[..., None]:
    """Record that a message stays invisible longer, or comes back sooner."""

    @functools.wraps(original)
    def change_message_visibility(
        backend: Any, queue_name: str, receipt_handle: str, visibility_timeout: int
    ) -> None:
        original(backend, queue_name, receipt_handle, visibility_timeout)
        queue = backend.get_queue(queue_name)
        there = with_handle(queue, receipt_handle)
        note(queue, records.VisibilityChanged, there, hidden_s=float(visibility_timeout))

    return change_message_visibility


def purging(original: Callable[..., None]) -> Callable[..., None]:
    """Record which messages a queue loses at once."""

    @functools.wraps(original)
    def purge_queue(backend: Any, queue_name: str) -> None:
        queue = backend.get_queue(queue_name)
        with queue._messages_lock:
            there = list(queue._messages)
            original(backend, queue_name)
            note(queue, records.MessagesDeleted, there, purged=True)

    return purge_queue


def with_handle(queue: Any, receipt_handle: str) -> list[Any]:
    """Return the message of a queue that ever had this receipt handle, if it is there."""
    return [m for m in queue._messages if m.had_receipt_handle(receipt_handle)]


def note(
    queue: Any, kind: Callable[..., QueueRecord], messages: Sequence[Any], **members: Any
) -> None:
    """Record what happened to messages of a queue, if there are any; under its lock, in order."""
    if messages:
        ids = tuple(message.id for message in messages)
        getattr(queue, RECORDER).add(kind(queue=queue.queue_arn, messages=ids, **members))


def note_dead(queue: Any, dead: Sequence[Any]) -> None:
    """Record that messages were received too often."""
    for message in dead:
        note(
            queue,
            records.MessagesDeadLettered,
            [message],
            target=queue.dead_letter_queue.queue_arn,
            receives=message.approximate_receive_count,
        )
