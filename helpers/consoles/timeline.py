"""The timeline while it happens: lanes grow as events come in, counts and cost beside them.

A thread of its own reads new records and swaps the drawing, at most ten times a second and never
more than a third of one processor; the cell that sends the burst is not held up. It rests when
nothing new came for ten minutes, and ends when the account is gone.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from helpers.consoles.live import LiveView, present, twin_bundle
from helpers.consoles.plain import is_lost, plain_message
from helpers.views.lanes import read_lanes
from helpers.views.picture import Picture
from helpers.views.timeline import timeline

NEWEST = 2_000
EVERY_S = 0.1
SHARE = 3
REST_AFTER_S = 600
FOLLOW, STOP = "Follow", "Stop"


class Recorded(Protocol):
    """The part of the lab that is needed."""

    def records(self, **equals: Any) -> list[dict[str, Any]]:
        """Return records; with `since`, those of that number or later."""


class LiveTimeline:
    """A timeline that follows the account until it is stopped; shows itself under its cell.

    >>> with LiveTimeline(lab, function="place-order"):       # doctest: +SKIP
    ...     burst()
    """

    def __init__(
        self, lab: Recorded, *, function: str | None = None, history: bool = False
    ) -> None:
        """Prepare it; what happened before is left out, unless `history` is wanted."""
        self._lab, self._function = lab, function
        self._records: deque[dict[str, Any]] = deque(maxlen=NEWEST)
        self._next = 0 if history else _after(lab.records())
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._twin: Any = None
        self.updates = 0
        self.view = LiveView()
        self.view.when(FOLLOW, self.follow)
        self.view.when(STOP, self.stop)
        self.view.when_gone(self.stop)
        self.view.actions = [FOLLOW]
        self._show("ready")

    def follow(self) -> None:
        """Begin to follow, if it does not yet."""
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self.view.actions = [STOP]
            self._thread = threading.Thread(
                target=self._run, name="coldstart-timeline", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Stop following; what was drawn last stays, and is saved with the notebook."""
        self._stop.set()

    def wait(self, timeout_s: float = 5) -> None:
        """Wait until it has stopped."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def __enter__(self) -> Self:
        self._ipython_display_()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self.wait()

    def _ipython_display_(self) -> None:
        self._twin = present(self._picture(), self.view)
        self.follow()

    def __repr__(self) -> str:
        """Return the text twin as it is now."""
        return repr(self._picture())

    def _picture(self) -> Picture:
        return timeline(self._records, function=self._function, now=time.time())

    def _run(self) -> None:
        status, quiet_since = f"following; press {STOP} to keep this", time.monotonic()
        try:
            while not self._stop.is_set():
                started = time.monotonic()
                if self._read():
                    quiet_since = started
                    self._show(status)
                elif read_lanes(self._records).running:
                    self._show(status)  # its bar grows
                elif started - quiet_since > REST_AFTER_S:
                    status = (
                        f"resting: nothing new for {REST_AFTER_S // 60} minutes; press {FOLLOW}"
                    )
                    break
                spent = time.monotonic() - started
                self._stop.wait(max(EVERY_S, spent * (SHARE - 1)))
            else:
                self._read()  # what came with the last breath
                status = f"stopped; press {FOLLOW} to go on"
        except Exception as error:  # the thread's end is shown, never thrown
            message = plain_message(error)
            status = str(message) if is_lost(error) else repr(message)
        self._show(status)
        self.view.actions = [FOLLOW]
        if self._twin is not None:
            self._twin.update(twin_bundle(self._picture()), raw=True)

    def _read(self) -> bool:
        new = self._lab.records(since=self._next)
        if not new:
            return False
        self._next = _after(new)
        self._records.extend(new)
        return True

    def _show(self, status: str) -> None:
        if len(self._records) == NEWEST:
            status += f"\nshown and counted: the newest {NEWEST:,} records"
        self.view.swap(self._picture(), status=status)
        self.updates += 1


def _after(records: Sequence[dict[str, Any]]) -> int:
    return records[-1]["sequence"] + 1 if records else 1
