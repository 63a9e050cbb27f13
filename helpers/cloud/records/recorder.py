"""The recorder: a ring of the newest records, and whoever reads each as it happens."""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from helpers.cloud.clock import Clock, Timers
from helpers.cloud.records.kinds import Record

RING_SIZE = 200_000
SUBSCRIBER_BACKLOG = 10_000
BURST_S = 0.01
"""How long a reader lets records gather once it is woken."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with its place and moment: `sequence` never repeats, `time` is Unix seconds."""

    sequence: int
    time: float
    record: Record

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the records endpoint shows it."""
        return {
            "sequence": self.sequence,
            "time": round(self.time, 6),
            "kind": self.record.kind,
            **asdict(self.record),
        }


class Recorder:
    """A ring of the newest records and the subscribers who want each; lives with the cloud."""

    def __init__(self, clock: Clock, *, size: int = RING_SIZE) -> None:
        self._clock = clock
        self._ring: deque[Entry] = deque(maxlen=size)
        self._lock = threading.Lock()
        self._next = 1
        self._subscribers: list[_Subscriber] = []
        self.epoch = 1

    def add(self, record: Record) -> None:
        """Keep `record`; never waits for whoever reads."""
        with self._lock:
            entry = Entry(self._next, self._clock.now(), record)
            self._next += 1
            self._ring.append(entry)
            for subscriber in self._subscribers:
                subscriber.offer(entry)

    def since(self, sequence: int) -> dict[str, Any]:
        """Return the records numbered `sequence` or later, as the endpoint's JSON.

        `next` is the number to ask for next time; `dropped` counts what the ring no longer holds.
        """
        with self._lock:
            first = self._next - len(self._ring)
            entries = self._from(sequence)
            dropped = max(0, first - max(sequence, 1))
            following, epoch = self._next, self.epoch
        records = [entry.as_json() for entry in entries]
        return {"epoch": epoch, "next": following, "dropped": dropped, "records": records}

    def newer(self, sequence: int) -> list[Entry]:
        """Return the kept entries with a higher number, the oldest first; costs what is new."""
        with self._lock:
            return self._from(sequence + 1)

    def _from(self, sequence: int) -> list[Entry]:
        count = max(0, min(self._next - sequence, len(self._ring)))
        return [*islice(reversed(self._ring), count)][::-1]

    @property
    def newest(self) -> int:
        """The number of the newest record, 0 before the first."""
        return self._next - 1

    def subscribe(self, receive: Callable[[Entry], None], *, name: str) -> None:
        """Call `receive` for each later record, on a thread of its own."""
        with self._lock:
            self._subscribers.append(_Subscriber(receive, name))

    def start_epoch(self) -> int:
        """Forget every record: the account was emptied. Sequence numbers go on."""
        with self._lock:
            self._ring.clear()
            self.epoch += 1
            return self.epoch


class _Subscriber:
    """A reader with a bounded backlog; what does not fit is counted, not waited for.

    It reads a little later, and then all there is: a burst of records wakes it once, not each one.
    """

    def __init__(self, receive: Callable[[Entry], None], name: str) -> None:
        self._receive = receive
        self._backlog: deque[Entry] = deque()
        self._bell = threading.Event()
        self.missed = 0
        threading.Thread(target=self._run, name=f"records-{name}", daemon=True).start()

    def offer(self, entry: Entry) -> None:
        if len(self._backlog) >= SUBSCRIBER_BACKLOG:
            self.missed += 1
            return
        self._backlog.append(entry)
        if not self._bell.is_set():
            self._bell.set()

    def _run(self) -> None:
        while True:
            self._bell.wait()
            time.sleep(BURST_S)
            self._bell.clear()  # before it looks: what comes later rings again
            while self._backlog:
                try:
                    self._receive(self._backlog.popleft())
                except Exception:  # one record less is better than none from now on
                    traceback.print_exc()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What whoever waits needs: the clock, its timers, and where its records go."""

    clock: Clock
    timers: Timers
    recorder: Recorder
