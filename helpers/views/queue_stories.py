"""The messages of a queue as stories: those that fared alike share one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.views.names import spans
from helpers.views.queue_state import Delivery, Message, Place, QueueState

MOST_ROWS = 24


@dataclass(frozen=True, slots=True)
class Story:
    """Messages that fared alike: who they are, where they are, and one of them to look at."""

    numbers: tuple[int, ...]
    place: Place
    deliveries: tuple[Delivery, ...]
    same_batches: bool

    @property
    def who(self) -> str:
        """Name the messages by their numbers."""
        return f"{'message' if len(self.numbers) == 1 else 'messages'} {spans(self.numbers)}"

    def words(self) -> str:
        """Tell the story without what differs from run to run."""
        if not self.deliveries:
            return "not received yet"
        receives = sum(not delivery.again for delivery in self.deliveries)
        tries = len(self.deliveries)
        invoked = f", invoked {_times(tries)}" if tries > receives else ""
        told = _folded([delivery.words for delivery in self.deliveries])
        return f"received {_times(receives)}{invoked}: {told}"


def stories_of(state: QueueState, moment: float) -> list[Story]:
    """Return messages that fared alike, in order; those of one batch each while they are few."""
    apart = gathered(state, moment, with_batches=True)
    return apart if len(apart) <= MOST_ROWS else gathered(state, moment, with_batches=False)


def gathered(state: QueueState, moment: float, *, with_batches: bool) -> list[Story]:
    """Return messages that fared alike; with `with_batches`, in the same batches too."""
    found: dict[tuple[Any, ...], list[Message]] = {}
    for message in state.messages.values():
        batches = tuple(d.batch for d in message.deliveries) if with_batches else ()
        words = tuple(d.words for d in message.deliveries)
        found.setdefault((message.place_at(moment), words, batches), []).append(message)
    return [
        Story(
            tuple(message.number for message in alike),
            alike[0].place_at(moment),
            tuple(alike[0].deliveries),
            with_batches,
        )
        for alike in found.values()
    ]


def _folded(words: list[str]) -> str:
    """Write what follows itself once: failed × 3."""
    parts: list[list[Any]] = []
    for word in words:
        if parts and parts[-1][0] == word:
            parts[-1][1] += 1
        else:
            parts.append([word, 1])
    return ", then ".join(word if count == 1 else f"{word} × {count}" for word, count in parts)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
