"""What happens to one request of each source: refused and tried again, retried, dead-lettered.

Waits are AWS's: asynchronous events return after a function error in one and then two minutes,
after a throttle with a back-off of one second doubling to five minutes.
Left out: duplicates, which at-least-once delivery allows. Messages of a queue: `queue_flow`.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from helpers.simulator.sources import Async, ClientRetries, Sync
from helpers.simulator.world import World

RETRY_WAITS_S = (60.0, 120.0)
BACKOFF_FROM_S, BACKOFF_TO_S = 1.0, 300.0


class Flow(ABC):
    """The requests of one source; `waiting` are queued or backing off, `in_flight` are running."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting = 0
        self.in_flight = 0

    @property
    def waiting(self) -> int:
        """How many requests wait: in a queue, for a retry, or for the end of a back-off."""
        return self._waiting

    @abstractmethod
    def arrive(self) -> None:
        """Let one request come now."""


class Call(NamedTuple):
    """A caller's request: since when, how long its handler runs, and which attempt this is."""

    since_s: float
    duration_ms: float
    attempt: int


class SyncFlow(Flow):
    """Callers that wait for the answer."""

    def __init__(self, world: World, source: Sync) -> None:
        super().__init__(world)
        self._retries = source.retries or ClientRetries(attempts=1)

    def arrive(self) -> None:
        """Let one request come now."""
        world = self._world
        self._try(Call(world.now, world.duration_ms(), 1))

    def _try(self, call: Call) -> None:
        world, retries = self._world, self._retries
        if world.invoke(call.duration_ms, self._done, call) is None:
            self.in_flight += 1
        elif call.attempt >= retries.attempts:
            world.counters.refused += 1
        else:
            longest = min(retries.longest_wait_s, retries.first_wait_s * 2.0 ** (call.attempt - 1))
            self._waiting += 1
            world.counters.retries += 1
            again = Call(call.since_s, call.duration_ms, call.attempt + 1)
            world.after(world.waits.random() * longest, self._again, again)

    def _again(self, call: Call) -> None:
        self._waiting -= 1
        self._try(call)

    def _done(self, call: Call, failed: bool) -> None:
        self.in_flight -= 1
        self._world.answered(call.since_s)


class QueuedEvent(NamedTuple):
    """An asynchronous event: since when, its duration, attempts that ran, and the next back-off."""

    since_s: float
    duration_ms: float
    attempts: int
    backoff_s: float


class AsyncFlow(Flow):
    """Events in Lambda's own queue."""

    def __init__(self, world: World, source: Async) -> None:
        super().__init__(world)
        self._source = source
        self._switched_off = world.scenario.reserved == 0

    def arrive(self) -> None:
        """Let one event come now."""
        world = self._world
        self._try(QueuedEvent(world.now, world.duration_ms(), 0, BACKOFF_FROM_S))

    def _try(self, event: QueuedEvent) -> None:
        world = self._world
        if self._switched_off or world.now - event.since_s > self._source.age_s:
            self._give_up()
        elif world.invoke(event.duration_ms, self._done, event) is None:
            self.in_flight += 1
        else:
            since_s, duration_ms, attempts, backoff_s = event
            longer_s = min(backoff_s * 2, BACKOFF_TO_S)
            self._wait(backoff_s, QueuedEvent(since_s, duration_ms, attempts, longer_s))

    def _done(self, event: QueuedEvent, failed: bool) -> None:
        self.in_flight -= 1
        if not failed:
            self._world.answered(event.since_s)
        elif event.attempts >= self._source.retries:
            self._give_up()
        else:
            later = event._replace(attempts=event.attempts + 1)
            self._wait(RETRY_WAITS_S[event.attempts], later)

    def _wait(self, wait_s: float, event: QueuedEvent) -> None:
        self._waiting += 1
        self._world.counters.retries += 1
        self._world.after(wait_s, self._again, event)

    def _again(self, event: QueuedEvent) -> None:
        self._waiting -= 1
        self._try(event)

    def _give_up(self) -> None:
        if self._source.dead_letter_queue:
            self._world.counters.dead_lettered += 1
        else:
            self._world.counters.dropped += 1
