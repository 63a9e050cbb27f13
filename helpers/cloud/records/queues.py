"""Records of queues: what happened to their messages, whoever sends, receives or deletes them.

A message keeps its id on the way to a dead-letter queue, where it is sent anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRecord:
    """Something that happened to `messages`, named by their ids, of the queue with this ARN."""

    kind: ClassVar[str]
    queue: str
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesSent(QueueRecord):
    """A message is in the queue; it can be received after `delay_s` seconds."""

    kind: ClassVar[str] = "queue.sent"
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesReceived(QueueRecord):
    """Messages were handed out; they are invisible for `hidden_s` seconds."""

    kind: ClassVar[str] = "queue.received"
    hidden_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibilityChanged(QueueRecord):
    """A consumer changed a message's visibility timeout to `hidden_s` seconds from now."""

    kind: ClassVar[str] = "queue.visibility"
    hidden_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesDeleted(QueueRecord):
    """Messages are gone, because a consumer deleted them or (`purged`) the queue was emptied."""

    kind: ClassVar[str] = "queue.deleted"
    purged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesDeadLettered(QueueRecord):
    """Messages had been received `receives` times, so they moved to the dead-letter queue."""

    kind: ClassVar[str] = "queue.dead_lettered"
    target: str
    receives: int
