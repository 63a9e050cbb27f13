"""When a batch is ready: it is full, its window has passed, or it has six megabytes; pure.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
(Batching behavior).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from helpers.cloud.model import MAX_SYNC_PAYLOAD_BYTES

ENVELOPE_BYTES = 1024
"""Room for what stands around the records: `{"Records": []}`, and a window's members."""
MAX_RECORDS_BYTES = MAX_SYNC_PAYLOAD_BYTES - ENVELOPE_BYTES

Item = TypeVar("Item")


@dataclass(slots=True)
class Gathering(Generic[Item]):
    """Records on their way into batches of one mapping or lane.

    `size` records make a batch; with `window_s` (real seconds) a smaller one waits so long for
    more. `max_bytes` bounds the sum of the records' sizes.
    """

    size: int
    window_s: float = 0.0
    max_bytes: int = MAX_RECORDS_BYTES
    _items: list[tuple[Item, int]] = field(default_factory=list)
    _since: float | None = None

    def __len__(self) -> int:
        """Return how many records wait."""
        return len(self._items)

    def add(self, item: Item, item_bytes: int, now: float) -> None:
        """Let a record wait; `now` is steady seconds."""
        if self._since is None:
            self._since = now
        self._items.append((item, item_bytes))

    def take(self, now: float) -> list[Item] | None:
        """Return the next batch when it is ready, and forget its records."""
        count = fitting([size for _, size in self._items], self.size, self.max_bytes)
        full = count == self.size or count < len(self._items)
        if not self._items or not (full or self.due(now) == 0):
            return None
        batch = [item for item, _ in self._items[:count]]
        self._items = self._items[count:]
        self._since = now if self._items else None
        return batch

    def due(self, now: float) -> float | None:
        """Return the seconds until the window of what waits has passed; None when nothing waits."""
        return None if self._since is None else max(0.0, self._since + self.window_s - now)

    def forget(self) -> list[Item]:
        """Return all that waits, and forget it."""
        items = [item for item, _ in self._items]
        self._items, self._since = [], None
        return items


def fitting(sizes: Sequence[int], most: int, max_bytes: int) -> int:
    """Return how many of the first records fit into one batch; one always does.

    >>> fitting([3, 3, 3], 10, 7)
    2
    """
    total = 0
    for count, size in enumerate(sizes[:most]):
        total += size
        if count and total > max_bytes:
            return count
    return min(len(sizes), most)
