"""The thread of one active mapping: it looks, works, and sleeps until a bell rings."""

from __future__ import annotations

import contextlib
import threading
import traceback
from collections.abc import Callable
from typing import Protocol

from helpers.cloud.pollers.delivery import Courier
from helpers.cloud.ready_threads import ReadyThreads

AFTER_A_FAULT_S = (0.1, 30.0)
TURN_S = 0.002
"""How long whoever wakes a thread lets it go first: about two of its turns."""


class Work(Protocol):
    """What a poller does each time it is awake."""

    def step(self) -> float | None:
        """Do what is due; return the seconds until something will be, or None for a bell."""


class PollerThread:
    """Runs one mapping's work from `start` to `stop`; nothing is polled in between bells.

    A fault of the kit is told in LastProcessingResult, and the work begins again after a while.
    """

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._bell = threading.Event()
        self._asleep = threading.Event()
        self._stopped = threading.Event()
        self._endings: list[Callable[[], None]] = []
        self._threads = ReadyThreads()

    def start(self, work: Work, watch: Callable[[Callable[[], None]], Callable[[], None]]) -> None:
        """Begin to work; `watch` says where bells come from, and returns what ends that."""
        self._endings.append(watch(self.ring))
        name = f"mapping-{self._courier.mapping.uuid[:8]}"
        threading.Thread(target=self._run, args=(work,), name=name, daemon=True).start()

    def stop(self) -> None:
        """Poll no more; batches in flight are finished by their own threads."""
        self._stopped.set()
        for end in self._endings:
            end()
        self._bell.set()

    def ring(self) -> None:
        """Wake the thread."""
        self._bell.set()

    def call(self) -> None:
        """Wake the thread and, if it slept, let it look before the caller goes on.

        One interpreter serves both: a writer that renders its answer first would hold the event up.
        """
        slept = self._asleep.is_set()
        self._asleep.clear()
        self._bell.set()
        if slept:
            self._asleep.wait(TURN_S)

    @property
    def stopped(self) -> bool:
        """Tell whether the mapping is no longer polled."""
        return self._stopped.is_set()

    def sleep(self, wait_s: float) -> bool:
        """Wait in a batch's own thread; tell whether polling goes on."""
        return not self._stopped.wait(wait_s)

    def beside(self, work: Callable[[], None], name: str) -> bool:
        """Run something in a thread of its own; tell whether there was one left."""
        try:
            self._threads.run(lambda: self._guarded(work), name)
        except RuntimeError:  # no thread left on this machine
            return False
        return True

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            self._fault(error)
        finally:
            self.ring()

    def _run(self, work: Work) -> None:
        fault_s = AFTER_A_FAULT_S[0]
        while not self._stopped.is_set():
            self._bell.clear()
            try:
                wait_s = work.step()
                fault_s = AFTER_A_FAULT_S[0]
            except Exception as error:
                self._fault(error)
                wait_s, fault_s = fault_s, min(AFTER_A_FAULT_S[1], fault_s * 2)
            self._asleep.set()
            self._bell.wait(wait_s)
            self._asleep.clear()

    def _fault(self, error: Exception) -> None:
        traceback.print_exc()
        with contextlib.suppress(Exception):
            self._courier.report(f"PROBLEM: {type(error).__name__}: {error}")
