"""Moves of dead letters, back to where they came from or to another queue.

moto has none of the three operations. A move takes what can be received, sends it as new messages
(new ids, never received), and goes on until nothing is left; while it runs, its queue gets no other
one. Without a rate AWS chooses one; here it is the highest that may be asked for.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html,
API_ListMessageMoveTasks.html and API_CancelMessageMoveTask.html.
"""

from __future__ import annotations

import binascii
import functools
import json
import re
import threading
import time
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.exceptions import SQSException
from moto.sqs.models import sqs_backends
from moto.sqs.responses import SQSResponse

from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.sqs import moves
from helpers.cloud.moto_seam.sqs.dead_letters import DEAD_LETTER_SOURCE
from helpers.cloud.moto_seam.sqs.queues import queue_of
from helpers.cloud.records import Waiting

ARN = re.compile(r"arn:[^:]+:sqs:[^:]+:\d{12}:[^:]+")
ARN_FORM = "arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
MOST_PER_S, MOST_LISTED = 500, 10
EACH_S = 1.0
UNKNOWN_SOURCE = "CouldNotDetermineMessageSource"
NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"


class MissingError(SQSException):  # type: ignore[misc]
    """What a request names is not there."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)


class Status(StrEnum):
    """What a move is doing."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


@dataclass(slots=True)
class Move:
    """One move of messages; `per_s` and `destination` are empty where AWS is to choose."""

    source: str
    destination: str
    per_s: int | None
    to_move: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started_ms: int = field(default_factory=lambda: int(time.time() * 1000))
    status: Status = Status.RUNNING
    moved: int = 0
    failure: str = ""

    @property
    def handle(self) -> str:
        """The name by which it can be cancelled."""
        return b64encode(
            json.dumps({"taskId": self.id, "sourceArn": self.source}).encode()
        ).decode()

    def shown(self) -> dict[str, Any]:
        """Return it as ListMessageMoveTasks shows it."""
        known = {
            "TaskHandle": self.handle if self.status is Status.RUNNING else None,
            "DestinationArn": self.destination or None,
            "MaxNumberOfMessagesPerSecond": self.per_s,
            "FailureReason": self.failure or None,
        }
        return {
            "Status": str(self.status),
            "SourceArn": self.source,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "StartedTimestamp": self.started_ms,
            **{name: value for name, value in known.items() if value is not None},
        }


class MessageMoves:
    """Every move since the account began; lives with the cloud."""

    def __init__(self, waiting: Waiting) -> None:
        self._timers, self._clock = waiting.timers, waiting.clock
        self._lock = threading.Lock()
        self._moves: list[Move] = []

    def start(self, source: str, destination: str, per_s: int | None) -> Move:
        """Begin a move; raises SQSException when it cannot begin."""
        queue = _asked_for(source, "SourceArn")
        if not any(q.dead_letter_queue is queue for q in _queues(source)):
            raise _invalid("Source queue must be configured as a Dead Letter Queue.")
        if destination:
            _check_destination(queue, _asked_for(destination, "DestinationArn"))
        if per_s is not None and not 1 <= per_s <= MOST_PER_S:
            raise _invalid(
                f"Value {per_s} for parameter MaxNumberOfMessagesPerSecond is invalid. "
                f"Reason: Must be between 1 and {MOST_PER_S}, if provided."
            )
        move = Move(source, destination, per_s, moves.count_movable(queue))
        with self._lock:
            if any(m.source == source and m.status is Status.RUNNING for m in self._moves):
                raise _invalid(
                    "There is already a task running. Only one active task is allowed for a "
                    "source queue arn at a given time."
                )
            self._moves.append(move)
        self._timers.after(0, lambda: self._go_on(move))
        return move

    def listed(self, source: str, most: int) -> list[Move]:
        """Return the last moves from a queue, the newest first."""
        _asked_for(source, "SourceArn")
        if not 1 <= most <= MOST_LISTED:
            raise _invalid(
                f"Value {most} for parameter MaxResults is invalid. "
                f"Reason: Must be between 1 and {MOST_LISTED}, if provided."
            )
        with self._lock:
            return [move for move in reversed(self._moves) if move.source == source][:most]

    def cancel(self, handle: str) -> Move:
        """End a move; what has been moved stays where it is."""
        wanted = _id_in(handle)
        with self._lock:
            move = next((m for m in self._moves if m.id == wanted), None)
            if move is None:
                raise MissingError("Task does not exist.")
            if move.status is not Status.RUNNING:
                raise _invalid("Only active tasks can be cancelled.")
            move.status = Status.CANCELLED
            return move

    def clear(self) -> None:
        """Forget every move: the account is emptied."""
        with self._lock:
            for move in self._moves:
                move.status = Status.CANCELLED
            self._moves = []

    def _go_on(self, move: Move) -> None:
        """Move as many as one second may, and see whether there are more."""
        with self._lock:
            if move.status is not Status.RUNNING:
                return
            queue = queue_of(move.source)
            if queue is None:
                move.status, move.failure = Status.FAILED, NO_QUEUE
                return
            moved, problem = moves.move(
                queue, move.per_s or MOST_PER_S, lambda message: _target(move, message)
            )
            move.moved += moved
            if problem:
                move.status, move.failure = Status.FAILED, problem
            elif not moves.count_movable(queue):
                move.status = Status.COMPLETED
        if move.status is Status.RUNNING:
            self._timers.after(self._clock.lapsed(EACH_S), lambda: self._go_on(move))


def install(moves: MessageMoves) -> None:
    """Give moto's SQS the operations; called again, they belong to another account's moves."""

    def start_message_move_task(response: Any) -> ActionResult:
        per_s = response._get_param("MaxNumberOfMessagesPerSecond")
        move = moves.start(
            str(response._get_param("SourceArn")),
            str(response._get_param("DestinationArn") or ""),
            None if per_s is None else int(per_s),
        )
        return ActionResult({"TaskHandle": move.handle})

    def list_message_move_tasks(response: Any) -> ActionResult:
        most = int(response._get_param("MaxResults", 1))
        listed = moves.listed(str(response._get_param("SourceArn")), most)
        return ActionResult({"Results": [move.shown() for move in listed]})

    def cancel_message_move_task(response: Any) -> ActionResult:
        move = moves.cancel(str(response._get_param("TaskHandle")))
        return ActionResult({"ApproximateNumberOfMessagesMoved": move.moved})

    for operation in (start_message_move_task, list_message_move_tasks, cancel_message_move_task):
        setattr(SQSResponse, operation.__name__, _answering(operation))


def _answering(operation: Callable[[Any], ActionResult]) -> Callable[[Any], Any]:
    """Answer with 404 for what is missing, a status that the API's model does not tell."""

    @functools.wraps(operation)
    def answer(response: Any) -> Any:
        try:
            return operation(response)
        except MissingError as missing:
            _, headers, body = response.serialized(ActionResult(missing))
            return 404, {**headers, "status": 404}, body

    return answer


def _target(move: Move, message: Any) -> tuple[Any, str]:
    """Return the queue that a message goes to, or why there is none."""
    source = message.system_attributes.get(DEAD_LETTER_SOURCE, {})
    arn = move.destination or source.get("StringValue")
    if arn is None:  # somebody sent it: it was never anywhere else
        return None, UNKNOWN_SOURCE
    queue = queue_of(arn)
    return queue, "" if queue is not None else NO_QUEUE


def _check_destination(queue: Any, destination: Any) -> None:
    if destination is queue:
        raise _invalid("Source queue arn and destination queue arn cannot be the same.")
    if bool(destination.fifo_queue) is not bool(queue.fifo_queue):
        raise _invalid("The source queue and destination queue must be of the same queue type.")


def _asked_for(arn: str, parameter: str) -> Any:
    if ARN.fullmatch(arn) is None:
        raise _invalid(f"You must use this format to specify the {parameter}: {ARN_FORM}")
    queue = queue_of(arn)
    if queue is None:
        raise MissingError(
            f"The resource that you specified for the {parameter} parameter doesn't exist."
        )
    return queue


def _queues(arn: str) -> list[Any]:
    return list(sqs_backends[ACCOUNT_ID][arn.split(":")[3]].queues.values())


def _id_in(handle: str) -> str:
    try:
        return str(json.loads(b64decode(handle, validate=True))["taskId"])
    except (binascii.Error, ValueError, TypeError, KeyError):
        raise _invalid("Value for parameter TaskHandle is invalid.") from None


def _invalid(message: str) -> SQSException:
    return SQSException("InvalidParameterValue", message)
