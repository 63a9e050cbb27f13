"""The timeline while it happens: lanes grow as events come in, counts and cost beside them."""

from __future__ import annotations

import time

from helpers.consoles.following import Following, Recorded
from helpers.views.lanes import read_lanes
from helpers.views.picture import Picture
from helpers.views.timeline import timeline


class LiveTimeline(Following):
    """A timeline that follows the account until it is stopped; shows itself under its cell.

    >>> with LiveTimeline(lab, function="place-order"):       # doctest: +SKIP
    ...     burst()
    """

    def __init__(
        self, lab: Recorded, *, function: str | None = None, history: bool = False
    ) -> None:
        """Prepare it; what happened before is left out, unless `history` is wanted."""
        self._function = function
        super().__init__(lab, history=history)

    def picture(self) -> Picture:
        """Return the timeline as it is now."""
        return timeline(self._records, function=self._function, now=time.time())

    def is_moving(self) -> bool:
        """Tell whether a bar grows."""
        return bool(read_lanes(self._records).running)
