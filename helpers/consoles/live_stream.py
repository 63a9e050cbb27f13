"""The stream view while it happens: batches are tried, halved and done, the checkpoint moves."""

from __future__ import annotations

from typing import Any

from helpers.consoles.following import Following, Recorded
from helpers.views.picture import Picture
from helpers.views.stream_picture import stream_view
from helpers.views.stream_state import read_stream


class LiveStream(Following):
    """A stream view that follows the account until it is stopped; shows itself under its cell.

    `stream` is a name or ARN, or a table's name.

    >>> with LiveStream(lab, stream="clicks"):                # doctest: +SKIP
    ...     kinesis.put_records(...)
    """

    NEWEST = 20_000

    def __init__(self, lab: Recorded, *, stream: str = "") -> None:
        """Prepare it; batches from before are in it, so that records keep their numbers."""
        self._stream = stream
        super().__init__(lab, history=True)

    def picture(self) -> Picture:
        """Return the stream as it is now, with iterator ages."""
        return self._view(times=True)

    def kept(self) -> Picture:
        """Return the stream without what differs on each run."""
        return self._view(times=False)

    def _view(self, *, times: bool) -> Picture:
        self._stream = self._stream or read_stream(self._records).arn
        return stream_view(self._records, stream=self._stream, times=times)

    def is_moving(self) -> bool:
        """Nothing moves between two records."""
        return False

    def wants(self, record: dict[str, Any]) -> bool:
        """Tell whether a record is about batches, or tells a handler's error."""
        return str(record["kind"]).startswith(("batch.", "invocation.finished"))
