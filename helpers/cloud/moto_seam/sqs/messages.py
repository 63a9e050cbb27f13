"""Corrections of moto's SQS: safe for many consumers at once, and heard by pollers.

moto receives without a lock, so two consumers may get one message; it forgets the trace header of a
request and the system attributes of a batch's entries. Its receiving, with redrive and message
groups, is written here anew and serves everyone.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html,
docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
(Message system attributes).
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any
from urllib.parse import unquote

from moto.core.utils import unix_time_millis
from moto.sqs import models as sqs_models
from moto.sqs.responses import SQSResponse

from helpers.cloud import records
from helpers.cloud.moto_seam.bells import Bells
from helpers.cloud.moto_seam.sqs import dead_letters
from helpers.cloud.moto_seam.sqs.arrivals import BELLS, add_message, place
from helpers.cloud.moto_seam.sqs.dead_letters import DEAD_LETTER_SOURCE
from helpers.cloud.moto_seam.sqs.records import (
    RECORDER,
    hiding,
    note,
    note_dead,
    purging,
    with_handle,
)
from helpers.cloud.moto_seam.wrapping import first_time
from helpers.cloud.records import Recorder

TRACE = "AWSTraceHeader"

COUNTS: Mapping[str, Callable[[Any, float], bool]] = {
    "": lambda message, now: message.visible_at < now >= message.delayed_until,
    "_delayed": lambda message, now: now < message.delayed_until,
    "_not_visible": lambda message, now: now <= message.visible_at,
}
"""What GetQueueAttributes counts. moto reads the clock for each message, at each message sent."""

SystemAttributes = Mapping[str, Any]
_moment: ContextVar[float | None] = ContextVar("moment", default=None)
_entries: ContextVar[Iterator[SystemAttributes] | None] = ContextVar("entries", default=None)


def install(bells: Bells, recorder: Recorder) -> None:
    """Bind the corrections; called again, it only changes whose bells ring and who records."""
    queue, backend = sqs_models.Queue, sqs_models.SQSBackend
    setattr(queue, BELLS, bells)
    setattr(queue, RECORDER, recorder)
    if not first_time(queue):
        return
    queue.add_message = add_message
    queue.delete_message = _locked(queue.delete_message)
    for name, counts in COUNTS.items():
        setattr(queue, f"approximate_number_of_messages{name}", property(_counted(counts)))
    backend.receive_message = functools.wraps(backend.receive_message)(_receive_message)
    backend.get_queue_attributes = _at_one_moment(backend.get_queue_attributes)
    backend.send_message = _with_system_attributes(backend.send_message)
    backend.change_message_visibility = _ringing(hiding(backend.change_message_visibility))
    backend.purge_queue = purging(backend.purge_queue)
    backend.create_queue = _ringing(backend.create_queue)
    backend.delete_queue = _ringing(backend.delete_queue)
    dead_letters.install()
    SQSResponse.send_message = _traced(SQSResponse.send_message)
    SQSResponse.send_message_batch = _traced(SQSResponse.send_message_batch)


def receive(queue: Any, count: int, visibility_timeout: int) -> list[Any]:
    """Take up to `count` visible messages of a moto queue, as copies; redrive what has failed."""
    with queue._messages_lock:
        taken, dead = choose(queue, count)
        for message in taken:
            queue.pending_messages.add(message)
            message.mark_received(visibility_timeout=visibility_timeout)
        if dead:
            gone = {id(message) for message in dead}
            queue._messages = [kept for kept in queue._messages if id(kept) not in gone]
        copies = [copy(message) for message in taken]
        note(queue, records.MessagesReceived, taken, hidden_s=float(visibility_timeout or 0))
        note_dead(queue, dead)
    for message in dead:  # outside: the other queue has a lock of its own
        source = {"DataType": "String", "StringValue": queue.queue_arn}
        message.system_attributes = {**message.system_attributes, DEAD_LETTER_SOURCE: source}
        place(queue.dead_letter_queue, message)
    return copies


def delete(queue: Any, receipt_handles: frozenset[str]) -> None:
    """Delete received messages of a moto queue in one pass, which ends with the last of them."""
    with queue._messages_lock:
        kept, gone = list(queue._messages), []
        for place, message in enumerate(kept):
            if receipt_handles.isdisjoint(message.all_receipt_handles):
                continue
            gone.append(place)
            queue.pending_messages.discard(message)
            queue.deleted_messages.update(message.all_receipt_handles)
            if len(gone) == len(receipt_handles):
                break
        note(queue, records.MessagesDeleted, [kept[place] for place in gone])
        for place in reversed(gone):
            del kept[place]
        queue._messages = kept  # another list: whoever reads the old one without a lock may go on
        queue._messages_lock.notify_all()


def next_visible_s(queue: Any) -> float | None:
    """Return in how many seconds a message of a moto queue can be received (0: now), or None."""
    with queue._messages_lock:
        if any(choose(queue, 1)):
            return 0.0
        now = unix_time_millis()
        moments = [max(m.visible_at, m.delayed_until) for m in queue._messages]
    later = [moment for moment in moments if moment > now - 1]
    return max(0.0, min(later) - now) / 1000 + 0.001 if later else None


def choose(queue: Any, count: int) -> tuple[list[Any], list[Any]]:
    """Return the messages to hand out, and those that were received too often; under the lock."""
    now = unix_time_millis()
    policy = queue.redrive_policy if queue.dead_letter_queue is not None else None
    most = policy["maxReceiveCount"] if policy else None
    oldest = now - queue.message_retention_period * 1000
    for message in [m for m in queue.pending_messages if now > m.visible_at]:
        queue.pending_messages.discard(message)  # its consumer took too long
    groups = queue.pending_message_groups if queue.fifo_queue else set()
    taken: list[Any] = []
    dead: list[Any] = []
    for message in queue._messages:
        if len(taken) == count:
            break
        if now <= message.visible_at or now < message.delayed_until or message.group_id in groups:
            if queue.fifo_queue and message.group_id is not None:
                groups.add(message.group_id)  # nothing of the group may overtake it
            continue
        if message.sent_timestamp <= oldest:
            continue
        if most is not None and message.approximate_receive_count >= most:
            dead.append(message)
        else:
            taken.append(message)
    return taken, dead


def _receive_message(backend: Any, queue_name: str, count: int, *asked: Any) -> list[Any]:
    """Serve ReceiveMessage, which waits for the first message if it is asked to.

    `asked` is the wait and the visibility timeout in seconds, and the attributes to show.
    """
    wait_seconds_timeout, visibility_timeout, *names = asked
    deadline = time.monotonic() + wait_seconds_timeout
    while True:
        queue = backend.get_queue(queue_name)
        found = receive(queue, count, visibility_timeout)
        left_s = deadline - time.monotonic()
        if found or left_s <= 0:
            break
        with queue._messages_lock:
            soon_s = next_visible_s(queue)
            if soon_s != 0:
                queue._messages_lock.wait(min(left_s, 1.0, 1.0 if soon_s is None else soon_s))
    for message in found:
        sqs_models._filter_message_attributes(message, names[0] or [] if names else [])
    return found


def _counted(counts: Callable[[Any, float], bool]) -> Callable[[Any], int]:
    def count(queue: Any) -> int:
        now = _moment.get() or unix_time_millis()
        return sum(1 for message in queue._messages if counts(message, now))

    return count


def _at_one_moment(original: Callable[..., Any]) -> Callable[..., Any]:
    """Count all at once: what becomes visible between two counts would be in neither."""

    @functools.wraps(original)
    def get_queue_attributes(backend: Any, queue_name: str, attribute_names: list[str]) -> Any:
        with backend.get_queue(queue_name)._messages_lock:
            token = _moment.set(unix_time_millis())
            try:
                return original(backend, queue_name, attribute_names)
            finally:
                _moment.reset(token)

    return get_queue_attributes


def _locked(original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def delete_message(queue: Any, receipt_handle: str) -> None:
        with queue._messages_lock:
            there = with_handle(queue, receipt_handle)
            original(queue, receipt_handle)
            note(queue, records.MessagesDeleted, there)
            queue._messages_lock.notify_all()
        if queue.fifo_queue:  # the group may go on
            getattr(queue, BELLS).ring(queue.queue_arn)

    return delete_message


def _ringing(original: Callable[..., Any]) -> Callable[..., Any]:
    """Ring after an operation on a queue that its name, the first argument, tells."""

    @functools.wraps(original)
    def operation(backend: Any, *positional: Any, **named: Any) -> Any:
        name = positional[0] if positional else named.get("queue_name", named.get("name"))
        before = backend.queues.get(name)
        answer = original(backend, *positional, **named)
        queue = backend.queues.get(name, before)
        if queue is not None:
            with queue._messages_lock:
                queue._messages_lock.notify_all()
            getattr(queue, BELLS).ring(queue.queue_arn)
        return answer

    return operation


def _with_system_attributes(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def send_message(backend: Any, *positional: Any, **named: Any) -> Any:
        entries = _entries.get()
        if entries is not None:
            given = named.get("system_attributes") or {}
            named["system_attributes"] = {**next(entries, {}), **given}
        return original(backend, *positional, **named)

    return send_message


def _traced(original: Callable[..., Any]) -> Callable[..., Any]:
    """Give each message the trace header of its request, and its own system attributes."""

    @functools.wraps(original)
    def operation(response: Any) -> Any:
        header = unquote(response.headers.get("X-Amzn-Trace-Id") or "")
        trace = {TRACE: {"DataType": "String", "StringValue": header}} if header else {}
        listed = response._get_param("Entries") or [{}]
        own = [{**trace, **(entry.get("MessageSystemAttributes") or {})} for entry in listed]
        with _sending(iter(own)):
            return original(response)

    return operation


@contextmanager
def _sending(attributes: Iterator[SystemAttributes]) -> Iterator[None]:
    token = _entries.set(attributes)
    try:
        yield
    finally:
        _entries.reset(token)
