"""Time as the cloud knows it: the wall clock, lapsed waiting, and one heap of timers.

Execution takes real time; waiting on the platform may be shortened by the time-lapse factor, so
that a lesson shows a two-minute retry in two seconds. Only `Clock.lapsed` shortens anything.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


class Clock:
    """The wall clock, a steady one, and the time-lapse factor of platform waits."""

    def __init__(self, *, time_lapse: float = 1.0) -> None:
        self.time_lapse = time_lapse

    def now(self) -> float:
        """Return the wall clock as Unix seconds."""
        return time.time()

    def today(self) -> datetime:
        """Return the wall clock as an aware UTC datetime."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Return seconds that never go backwards, for durations and deadlines."""
        return time.perf_counter()

    def lapsed(self, wait_s: float) -> float:
        """Return the real seconds that a platform wait of `wait_s` takes here."""
        return wait_s / self.time_lapse


@dataclass(order=True)
class Timer:
    """One call that is due at `due` (steady seconds); cancel it any time."""

    due: float
    order: int
    action: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        """Forget the call; harmless when it has already run."""
        self.action = None


class Timers:
    """One thread and one heap for everything that waits; lives as long as the cloud.

    Actions run on the timer thread and must be short; longer work starts a thread of its own.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[Timer] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)
        self._thread.start()

    def after(self, wait_s: float, action: Callable[[], None]) -> Timer:
        """Run `action` once, `wait_s` real seconds from now."""
        timer = Timer(self._clock.steady() + wait_s, next(self._numbers), action)
        with self._changed:
            heapq.heappush(self._heap, timer)
            if self._heap[0] is timer:
                self._changed.notify()
        return timer

    def close(self) -> None:
        """Drop every timer and end the thread."""
        with self._changed:
            self._closed = True
            self._heap.clear()
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closed and not self._due():
                    self._changed.wait(self._wait_s())
                if self._closed:
                    return
                action = heapq.heappop(self._heap).action
            if action is not None:
                try:
                    action()
                except Exception:  # the others still want their turn
                    traceback.print_exc()

    def _due(self) -> bool:
        return bool(self._heap) and self._heap[0].due <= self._clock.steady()

    def _wait_s(self) -> float | None:
        return max(0.0, self._heap[0].due - self._clock.steady()) if self._heap else None
