"""Moves of messages out of a dead-letter queue: their tasks, and what a move does.

A move without a rate is done at once; one with a rate takes its time, and can be cancelled. What
was moved is a new message with the old content.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
API_ListMessageMoveTasksResultEntry.html, SQSDeveloperGuide/
sqs-configure-dead-letter-queue-redrive.html.
"""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud import records
from helpers.cloud.moto_seam.sqs_arrivals import place
from helpers.cloud.moto_seam.sqs_records import note

DEAD_LETTER_SOURCE = "DeadLetterQueueSourceArn"
NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"
NO_SOURCE = "CouldNotDetermineMessageSource"
_TASKS = "coldstart_move_tasks"


class _Failed(Exception):  # noqa: N818 - it is no error of the kit: the task fails
    """A move cannot go on; the text is the task's FailureReason."""


@dataclass(slots=True)
class MoveTask:
    """One move from a dead-letter queue; `rate` is messages a second, or None."""

    source_arn: str
    destination_arn: str | None
    rate: int | None
    to_move: int
    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    status: str = "RUNNING"
    moved: int = 0
    failure: str | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def handle(self) -> str:
        """What CancelMessageMoveTask takes."""
        document = {"taskId": self.task_id, "sourceArn": self.source_arn}
        return base64.b64encode(json.dumps(document).encode()).decode()

    def shown(self) -> dict[str, Any]:
        """Return the task as ListMessageMoveTasks shows it; only a running one has a handle."""
        members = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self.source_arn,
            "DestinationArn": self.destination_arn,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": self.started_ms,
        }
        return {name: value for name, value in members.items() if value is not None}


def begin(backend: Any, task: MoveTask) -> None:
    """Do what a task is for; with a rate, in a thread of its own."""
    if task.rate is None:
        _run(backend, task)
        return
    name = f"move-{task.task_id[:8]}"
    threading.Thread(target=_run, args=(backend, task), name=name, daemon=True).start()


def tasks_of(backend: Any) -> list[MoveTask]:
    """Return the tasks of an account and Region, newest first."""
    tasks: list[MoveTask] = backend.__dict__.setdefault(_TASKS, [])
    return tasks


def is_running(task: MoveTask, source_arn: str) -> bool:
    """Tell whether a task moves messages of a queue now."""
    return task.source_arn == source_arn and task.status == "RUNNING"


def by_arn(backend: Any, arn: str | None) -> Any:
    """Return a queue of an account and Region, or None."""
    queues = list(backend.queues.values())
    return next((queue for queue in queues if queue.queue_arn == arn), None)


def _run(backend: Any, task: MoveTask) -> None:
    """Move until nothing is left; so many messages a second if there is a rate."""
    try:
        while _move(backend, task, task.rate):
            task.cancelled.wait(1.0)
    except _Failed as failure:
        task.status, task.failure = "FAILED", str(failure)


def _move(backend: Any, task: MoveTask, most: int | None) -> bool:
    """Move some messages, or all; tell whether the task goes on."""
    source = by_arn(backend, task.source_arn)
    if source is None:
        raise _Failed(NO_QUEUE)
    with source._messages_lock:
        if task.status != "RUNNING" or task not in tasks_of(backend):  # cancelled, or a new account
            return False
        waiting = source.messages
        pairs = [(letter, _target(backend, task, letter)) for letter in waiting[:most]]
        gone = {id(letter) for letter, _ in pairs}
        source._messages = [kept for kept in source._messages if id(kept) not in gone]
        note(source, records.MessagesDeleted, [letter for letter, _ in pairs])
        task.moved += len(pairs)
        if len(pairs) == len(waiting):
            task.status = "COMPLETED"
    for letter, target in pairs:  # outside: the other queue has a lock of its own
        place(target, _renewed(letter))
    return task.status == "RUNNING"


def _target(backend: Any, task: MoveTask, letter: Any) -> Any:
    source = (letter.system_attributes.get(DEAD_LETTER_SOURCE) or {}).get("StringValue")
    arn = task.destination_arn or source
    if arn is None:
        raise _Failed(NO_SOURCE)
    target = by_arn(backend, arn)
    if target is None:
        raise _Failed(NO_QUEUE)
    return target


def _renewed(letter: Any) -> Any:
    """Return a letter as the new message that a move makes of it: its content stays."""
    message = copy(letter)
    message.id, message.receipt_handle, message._old_receipt_handles = str(uuid.uuid4()), None, []
    message.approximate_first_receive_timestamp, message.approximate_receive_count = None, 0
    message.visible_at = message.delayed_until = 0.0
    attributes = {**letter.system_attributes}
    attributes.pop(DEAD_LETTER_SOURCE, None)
    message.system_attributes = attributes
    message.mark_sent()
    return message
