"""The thread beside the invocations: it reads records and logs, and judges alarms.

It wakes a few times a second by a timer, so an invocation pays for nothing but its record.
Whoever asks for metrics first lets it catch up, and finds them complete.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable

from helpers.cloud.clock import Timer
from helpers.cloud.records import Waiting
from helpers.cloud.telemetry.cloudwatch.alarms import Alarms
from helpers.cloud.telemetry.cloudwatch.lambda_metrics import LambdaMetrics
from helpers.cloud.telemetry.cloudwatch.log_metrics import LogMetrics

BEAT_S = 0.25
BATCH = 64
"""Records taken in one go, after which other threads may run."""


class Watch:
    """Lives with the cloud."""

    def __init__(
        self,
        waiting: Waiting,
        from_records: LambdaMetrics,
        from_logs: LogMetrics,
        alarms: Alarms,
    ) -> None:
        self._waiting = waiting
        self._from_records = from_records
        self._from_logs = from_logs
        self._alarms = alarms
        self._read = waiting.recorder.newest
        self._collecting = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._later: deque[Callable[[], None]] = deque()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()
        self._timer: Timer | None = None
        self._beat()

    def catch_up(self) -> None:
        """Make metrics of everything that has happened until now."""
        with self._collecting:
            entries = self._waiting.recorder.newer(self._read)
            for first in range(0, len(entries), BATCH):
                batch = entries[first : first + BATCH]
                self._from_records.fold(batch)
                self._read = batch[-1].sequence
                time.sleep(0)
            self._from_logs.collect()

    def soon(self, action: Callable[[], None]) -> None:
        """Run an action on the watching thread."""
        self._later.append(action)
        self._wake.set()

    def clear(self) -> None:
        """Forget what was not read: the account is emptied."""
        with self._collecting:
            self._alarms.clear()
            self._later.clear()
            self._from_records.clear()
            self._from_logs.clear()
            self._read = self._waiting.recorder.newest

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._wake.set()
        self._thread.join(1.0)  # a topic that waits for a slow listener is not waited for

    def _beat(self) -> None:
        self._wake.set()
        if not self._closed:
            self._timer = self._waiting.timers.after(BEAT_S, self._beat)

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait()
            self._wake.clear()
            try:
                self.catch_up()
                if self._alarms:
                    self._alarms.evaluate()
                while self._later:
                    self._later.popleft()()
            except Exception:  # one beat less is better than none from now on
                traceback.print_exc()
