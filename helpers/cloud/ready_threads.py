"""Threads that stand ready: work that waits for nobody begins at once, on a thread of its own.

Making a thread costs as much as a warm invocation's whole way to its handler. A thread that has
done its work stays for a while and takes the next; there is never a limit, because handlers call
back into the cloud, and a bounded pool would have them wait for one another.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable

IDLE_S = 5.0
"""How long a thread waits for more work before it ends."""

Work = Callable[[], object]


class ReadyThreads:
    """Runs each piece of work on a thread of its own, one of those that stand ready or a new one.

    The work sees to its own errors, and leaves no state behind on its thread.
    """

    def __init__(self, *, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._ready: list[_Place] = []

    def run(self, work: Work, name: str) -> None:
        """Begin `work`, and return when it has begun; raises RuntimeError when no thread is left.

        Whoever hands work over has the interpreter, and would keep it for some milliseconds: that
        is why it waits here, so that the work goes first.
        """
        begun = threading.Lock()
        begun.acquire()
        with self._lock:
            place = self._ready.pop() if self._ready else None
        if place is None:
            place = _Place()
            place.put(work, name, begun)
            threading.Thread(target=self._serve, args=(place,), daemon=True).start()
        else:
            place.put(work, name, begun)
        begun.acquire()

    def _serve(self, place: _Place) -> None:
        thread = threading.current_thread()
        while place.given.acquire(timeout=self._idle_s) or not self._leave(place):
            work, thread.name = place.take()
            try:
                work()
            except Exception:  # the thread is needed for others
                traceback.print_exc()
            work = _nothing  # or it would live until the next comes
            thread.name = "ready"
            with self._lock:
                self._ready.append(place)

    def _leave(self, place: _Place) -> bool:
        """Tell whether the thread may end: not when work is on its way to it."""
        with self._lock:
            if place not in self._ready:
                place.given.acquire()
                return False
            self._ready.remove(place)
            return True


class _Place:
    """Where one thread finds its work; `given` is open once there is some."""

    def __init__(self) -> None:
        self.given = threading.Lock()
        self.given.acquire()
        self._work: Work = _nothing
        self._name = ""
        self._begun: threading.Lock | None = None

    def put(self, work: Work, name: str, begun: threading.Lock) -> None:
        self._work, self._name, self._begun = work, name, begun
        self.given.release()

    def take(self) -> tuple[Work, str]:
        """Return the work and its name, and tell whoever waits for its beginning.

        Each waits at a lock of its own: short work is over, and more is put here, before the one
        who brought it has heard.
        """
        work, name, begun = self._work, self._name, self._begun
        self._work, self._begun = _nothing, None
        assert begun is not None
        begun.release()
        return work, name


def _nothing() -> None:
    """Do nothing."""
