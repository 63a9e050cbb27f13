"""Dead letters, as everyone sees them: which queue they come from, and moves back to it.

moto has no message move tasks, and does not show a letter's source.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
and its neighbours, API_ReceiveMessage.html.
"""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.exceptions import SQSException
from moto.sqs.responses import SQSResponse

from helpers.cloud.moto_seam.sqs_moves import (
    DEAD_LETTER_SOURCE,
    MoveTask,
    begin,
    by_arn,
    is_running,
    tasks_of,
)

MOST_LISTED = 10
MOST_A_SECOND = 500


class _Missing(SQSException):  # type: ignore[misc]
    """What a request names is not there; the API's model does not tell the status."""

    def __init__(self, sentence: str) -> None:
        super().__init__("ResourceNotFoundException", sentence)


def install() -> None:
    """Bind the operations; to be called once."""
    SQSResponse.start_message_move_task = _answering(_start)
    SQSResponse.list_message_move_tasks = _answering(_list)
    SQSResponse.cancel_message_move_task = _answering(_cancel)
    SQSResponse.receive_message = _showing_source(SQSResponse.receive_message)


def _answering(operation: Callable[[Any], ActionResult]) -> Callable[[Any], Any]:
    """Answer with 404 for what is missing."""

    def answer(response: Any) -> Any:
        try:
            return operation(response)
        except _Missing as missing:
            _, headers, body = response.serialized(ActionResult(missing))
            return 404, {**headers, "status": 404}, body

    return answer


def _start(response: Any) -> ActionResult:
    backend, destination = response.sqs_backend, response._get_param("DestinationArn")
    source = _queue(backend, response._get_param("SourceArn"), "SourceArn")
    if not any(queue.dead_letter_queue is source for queue in list(backend.queues.values())):
        raise _invalid("Source queue must be configured as a Dead Letter Queue.")
    if destination is not None:
        _queue(backend, destination, "DestinationArn")
    rate = response._get_param("MaxNumberOfMessagesPerSecond")
    if rate is not None and not 1 <= int(rate) <= MOST_A_SECOND:
        raise _invalid("Value for parameter MaxNumberOfMessagesPerSecond is invalid.")
    with source._messages_lock:
        if any(is_running(task, source.queue_arn) for task in tasks_of(backend)):
            raise _invalid(
                "There is already a task running. Only one active task is allowed for a source "
                "queue arn at a given time."
            )
        task = MoveTask(source.queue_arn, destination, rate, len(source.messages))
        tasks_of(backend).insert(0, task)
    begin(backend, task)
    return ActionResult({"TaskHandle": task.handle})


def _list(response: Any) -> ActionResult:
    backend = response.sqs_backend
    source = _queue(backend, response._get_param("SourceArn"), "SourceArn")
    most = response._get_param("MaxResults")
    most = 1 if most is None else int(most)
    if not 1 <= most <= MOST_LISTED:
        raise _invalid("Value for parameter MaxResults is invalid.")
    found = [task for task in list(tasks_of(backend)) if task.source_arn == source.queue_arn]
    return ActionResult({"Results": [task.shown() for task in found[:most]]})


def _cancel(response: Any) -> ActionResult:
    backend, handle = response.sqs_backend, response._get_param("TaskHandle")
    try:
        document = json.loads(base64.b64decode(handle, validate=True))
        task_id, source_arn = str(document["taskId"]), str(document["sourceArn"])
    except (ValueError, KeyError, TypeError):
        raise _invalid("Value for parameter TaskHandle is invalid.") from None
    source = _queue(backend, source_arn, "SourceArn")
    with source._messages_lock:
        for task in tasks_of(backend):
            if task.task_id == task_id and is_running(task, source_arn):
                task.status = "CANCELLED"
                task.cancelled.set()
                return ActionResult({"ApproximateNumberOfMessagesMoved": task.moved})
    raise _Missing("Task does not exist.")


def _showing_source(original: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """Show DeadLetterQueueSourceArn to who asks for it, or for all attributes."""

    @functools.wraps(original)
    def receive_message(response: Any) -> ActionResult:
        answer = original(response)
        asked = ("AttributeNames", "MessageSystemAttributeNames")
        names = {name for member in asked for name in response._get_param(member) or ()}
        if names & {"All", DEAD_LETTER_SOURCE}:
            queue = response.sqs_backend.get_queue(response._get_queue_name())
            letters = {letter.id: letter for letter in list(queue._messages)}
            for shown in answer.result.get("Messages", ()):
                letter = letters.get(shown["MessageId"])
                source = letter and letter.system_attributes.get(DEAD_LETTER_SOURCE)
                if source:
                    shown.setdefault("Attributes", {})[DEAD_LETTER_SOURCE] = source["StringValue"]
        return answer

    return receive_message


def _queue(backend: Any, arn: str | None, parameter: str) -> Any:
    found = by_arn(backend, arn)
    if found is None:
        raise _Missing(
            f"The resource that you specified for the {parameter} parameter doesn't exist."
        )
    return found


def _invalid(sentence: str) -> SQSException:
    return SQSException("InvalidParameterValue", sentence)
