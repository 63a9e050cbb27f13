"""A picture that follows the account: what every live view shares.

A thread of its own reads new records and swaps the drawing, at most ten times a second and never
more than a third of one processor; the cell that makes them is not held up. It rests when nothing
new came for ten minutes, and ends when the account is gone.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self

from helpers.consoles.live import LiveView, present, twin_bundle
from helpers.consoles.plain import is_lost, plain_message
from helpers.views.picture import Picture

EVERY_S = 0.1
SHARE = 3
REST_AFTER_S = 600
FOLLOW, STOP = "Follow", "Stop"


class Recorded(Protocol):
    """The part of the lab that is needed."""

    def records(self, **equals: Any) -> list[dict[str, Any]]:
        """Return records; with `since`, those of that number or later."""


class Following(ABC):
    """A picture that follows the account until it is stopped; shows itself under its cell."""

    NEWEST: ClassVar[int] = 2_000
    """So many records are kept."""

    def __init__(self, lab: Recorded, *, history: bool) -> None:
        """Prepare it; what happened before is left out, unless `history` is wanted."""
        self._lab = lab
        self._records: deque[dict[str, Any]] = deque(maxlen=self.NEWEST)
        self._next = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._twin: Any = None
        self.updates = 0
        self.view = LiveView()
        self.view.when(FOLLOW, self.follow)
        self.view.when(STOP, self.stop)
        self.view.when_gone(self.stop)
        self.view.actions = [FOLLOW]
        self._show(self._begin(history))

    @abstractmethod
    def picture(self) -> Picture:
        """Return the picture of the records that are kept, as it is now."""

    def kept(self) -> Picture:
        """Return the picture that is saved with the notebook."""
        return self.picture()

    @abstractmethod
    def is_moving(self) -> bool:
        """Tell whether the picture changes while nothing new is recorded."""

    def wants(self, record: dict[str, Any]) -> bool:
        """Tell whether a record is kept."""
        return bool(record)

    def follow(self) -> None:
        """Begin to follow, if it does not yet."""
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self.view.actions = [STOP]
            self._thread = threading.Thread(
                target=self._run, name=f"coldstart-{type(self).__name__.lower()}", daemon=True
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
        self._twin = present(self.kept(), self.view)
        self.follow()

    def __repr__(self) -> str:
        """Return the text twin as it is now."""
        return repr(self.kept())

    def _begin(self, history: bool) -> str:
        """Read what there is, and forget it unless it is wanted; return the status."""
        try:
            self._read()
        except Exception as error:  # a lost account is said where the picture would be
            return str(plain_message(error))
        if not history:
            self._records.clear()
        return "ready"

    def _run(self) -> None:
        try:
            self._show(self._watch())
        except Exception as error:  # the thread's end is shown, never thrown
            message = plain_message(error)
            self.view.status = str(message)
            drawable = is_lost(error)
        else:
            drawable = True
        self.view.actions = [FOLLOW]
        if self._twin is not None and drawable:
            self._twin.update(twin_bundle(self.kept()), raw=True)

    def _watch(self) -> str:
        """Follow until it is stopped or nothing comes any more; return what to say then."""
        status, quiet_since = f"following; press {STOP} to keep this", time.monotonic()
        self._show(status)
        while not self._stop.is_set():
            started = time.monotonic()
            if self._read():
                quiet_since = started
                self._show(status)
            elif self.is_moving():
                self._show(status)
            elif started - quiet_since > REST_AFTER_S:
                return f"resting: nothing new for {REST_AFTER_S // 60} minutes; press {FOLLOW}"
            spent = time.monotonic() - started
            self._stop.wait(max(EVERY_S, spent * (SHARE - 1)))
        self._read()  # what came with the last breath
        return f"stopped; press {FOLLOW} to go on"

    def _read(self) -> bool:
        new = self._lab.records(since=self._next)
        if not new:
            return False
        self._next = _after(new)
        kept = [record for record in new if self.wants(record)]
        self._records.extend(kept)
        return bool(kept)

    def _show(self, status: str) -> None:
        if len(self._records) == self.NEWEST:
            status += f"\nshown and counted: the newest {self.NEWEST:,} records"
        self.view.swap(self.picture(), status=status)
        self.updates += 1


def _after(records: Sequence[dict[str, Any]]) -> int:
    return records[-1]["sequence"] + 1 if records else 1
