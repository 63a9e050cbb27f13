"""Messages of an SQS queue, polled in batches by an event source mapping.

A batch that is throttled is tried again while its messages are invisible; one that fails comes back
when they are visible again, until the redrive policy takes them.
Left out: how long a poll takes to see a message; batching windows; partial batch responses.

Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html,
services-sqs-scaling.html.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from helpers.cloud.queue_scaling import Scaling
from helpers.simulator.flows import Flow
from helpers.simulator.sources import Sqs
from helpers.simulator.world import World

BACKOFF_FROM_S, BACKOFF_TO_S = 1.0, 60.0


class Message(NamedTuple):
    """A message in a batch: since when it is in the queue, and how often it was received."""

    since_s: float
    receives: int


class Batch(NamedTuple):
    """Messages received together: until when they are invisible, and the next back-off."""

    messages: tuple[Message, ...]
    duration_ms: float
    until_s: float
    backoff_s: float


class SqsFlow(Flow):
    """The queue and its poller."""

    def __init__(self, world: World, source: Sqs) -> None:
        super().__init__(world)
        self._source = source
        self._scaling = Scaling(source.ceiling)
        self._fresh: deque[float] = deque()
        self._returned: deque[Message] = deque()
        self._batches = 0
        self._wakes = False

    @property
    def waiting(self) -> int:
        """How many messages wait: visible ones, and those of batches that are not running."""
        return self._waiting + len(self._fresh) + len(self._returned)

    def arrive(self) -> None:
        """Let one message come now."""
        self._fresh.append(self._world.now)
        self._poll()

    def _poll(self) -> None:
        """Send off batches as long as there are messages and room."""
        while self._fresh or self._returned:
            self._scaling.grow(self._batches, self._world.now)
            if self._batches >= self._scaling.limit:
                self._wake_later()
                return
            self._batches += 1
            self._try(self._receive())

    def _receive(self) -> Batch:
        size = self._source.batch_size
        messages: list[Message] = []
        while len(messages) < size and self._returned:
            messages.append(self._returned.popleft())
        while len(messages) < size and self._fresh:
            messages.append(Message(self._fresh.popleft(), 1))
        world = self._world
        until_s = world.now + self._source.visibility_s
        return Batch(tuple(messages), world.duration_ms(), until_s, BACKOFF_FROM_S)

    def _wake_later(self) -> None:
        """Look again when the poller may have more batches in flight."""
        wait_s = self._scaling.wait_s()
        if wait_s is not None and not self._wakes:
            self._wakes = True
            self._world.after(wait_s, self._woken, None)

    def _woken(self, _: None) -> None:
        self._wakes = False
        self._poll()

    def _try(self, batch: Batch) -> None:
        world = self._world
        if world.invoke(batch.duration_ms, self._done, batch) is None:
            self.in_flight += len(batch.messages)
            return
        self._scaling.failed()
        if batch.until_s - world.now <= batch.backoff_s:
            self._return(batch)
            return
        self._waiting += len(batch.messages)
        world.counters.retries += 1
        later = batch._replace(backoff_s=min(batch.backoff_s * 2, BACKOFF_TO_S))
        world.after(batch.backoff_s, self._again, later)

    def _again(self, batch: Batch) -> None:
        self._waiting -= len(batch.messages)
        self._try(batch)

    def _done(self, batch: Batch, failed: bool) -> None:
        self.in_flight -= len(batch.messages)
        if failed:
            self._scaling.failed()
            self._return(batch)
            return
        self._scaling.succeeded()
        self._batches -= 1
        for message in batch.messages:
            self._world.answered(message.since_s)
        self._poll()

    def _return(self, batch: Batch) -> None:
        """Let the messages appear again; a message group is blocked until they do."""
        if not self._source.fifo:
            self._batches -= 1
        self._waiting += len(batch.messages)
        self._world.after(max(0.0, batch.until_s - self._world.now), self._visible, batch)

    def _visible(self, batch: Batch) -> None:
        if self._source.fifo:
            self._batches -= 1
        self._waiting -= len(batch.messages)
        most = self._source.max_receives
        for message in batch.messages:
            if most is not None and message.receives >= most:
                self._world.counters.dead_lettered += 1
            else:
                self._returned.append(message._replace(receives=message.receives + 1))
        self._poll()
