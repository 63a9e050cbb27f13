"""The queue view while it happens: messages go from visible to in flight to deleted, or die."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

from helpers.consoles.following import Following, Recorded
from helpers.views.picture import Picture
from helpers.views.queue_picture import queue_view
from helpers.views.queue_state import read_queue


class LiveQueue(Following):
    """A queue view that follows the account until it is stopped; shows itself under its cell.

    `queue` is a name, ARN or URL; `labels` gives message ids a name of yours.

    >>> with LiveQueue(lab, queue="print-jobs"):              # doctest: +SKIP
    ...     sqs.send_message_batch(...)
    """

    NEWEST = 20_000

    def __init__(
        self, lab: Recorded, *, queue: str = "", labels: Mapping[str, str] | None = None
    ) -> None:
        """Prepare it; messages from before are in it, for the queue still has them."""
        self._queue, self._labels = queue, labels
        self._changes_at = math.inf
        super().__init__(lab, history=True)

    def picture(self) -> Picture:
        """Return the queue as it is now."""
        moment, state = time.time(), read_queue(self._records, self._queue)
        self._queue = state.arn  # without a name, the first one that is seen
        waiting = (m.ready_at for m in state.messages.values() if m.place is None)
        self._changes_at = min((ready for ready in waiting if ready > moment), default=math.inf)
        return queue_view(self._records, queue=self._queue, labels=self._labels, at=moment)

    def is_moving(self) -> bool:
        """Tell whether a visibility timeout or a delay has ended since the last drawing."""
        return time.time() >= self._changes_at

    def wants(self, record: dict[str, Any]) -> bool:
        """Tell whether a record is about a queue."""
        return str(record["kind"]).startswith(("queue.", "batch."))
