"""What a simulation counts as it goes: counters, latencies, and series at a fixed resolution.

All of bounded size: latencies go into a histogram whose steps are one percent apart.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate

from helpers.cloud.errors import ThrottleReason

STEPS_PER_E = 100
"""Histogram steps per factor e: about one percent each."""
FROM_MS = 0.01
STEPS = 2_600
"""Up to FROM_MS times e to the 26th: more than a month."""


@dataclass(slots=True)
class Counters:
    """What became of the requests, and what the invocations were.

    A request ends `served` (the caller has an answer, the event or message is done), `refused`
    (429 was the last word), `dropped` or `dead_lettered`; the others are `waiting` or `in_flight`
    when the simulation ends. `throttles` counts every refusal, also of those tried again, and
    `throttled` says how many had which reason.
    `invocations` are those begun; a failed one is among `errors`, cut off or not.
    """

    requests: int = 0
    served: int = 0
    refused: int = 0
    dropped: int = 0
    dead_lettered: int = 0
    in_flight: int = 0
    waiting: int = 0
    retries: int = 0
    invocations: int = 0
    cold: int = 0
    spilled_over: int = 0
    errors: int = 0
    timeouts: int = 0
    throttles: int = 0
    throttled: Counter[ThrottleReason] = field(default_factory=Counter)

    @property
    def cold_share(self) -> float:
        """The share of invocations that waited for a new environment, from 0 to 1."""
        return self.cold / self.invocations if self.invocations else 0.0

    @property
    def throttled_share(self) -> float:
        """The share of attempts that were refused, from 0 to 1."""
        attempts = self.invocations + self.throttles
        return self.throttles / attempts if attempts else 0.0


class Latencies:
    """Milliseconds from request to answer; percentiles are right within one percent."""

    def __init__(self) -> None:
        self._counts = array("q", bytes(8 * STEPS))
        self._sums_ms = array("d", bytes(8 * STEPS))
        self._sum_ms = 0.0
        self.count = 0
        self.longest_ms = 0.0

    def add(self, ms: float) -> None:
        """Count one latency."""
        step = int(math.log(ms / FROM_MS) * STEPS_PER_E) if ms > FROM_MS else 0
        step = step if step < STEPS else STEPS - 1
        self._counts[step] += 1
        self._sums_ms[step] += ms
        self.count += 1
        self._sum_ms += ms
        self.longest_ms = max(self.longest_ms, ms)

    @property
    def mean_ms(self) -> float:
        """The mean; not a number if there is none."""
        return self._sum_ms / self.count if self.count else math.nan

    def percentile_ms(self, percent: float) -> float:
        """Return the latency that so many percent do not exceed; not a number if there is none.

        It is the mean of all that fell into its step, so that equal latencies are told exactly.
        """
        if not self.count:
            return math.nan
        rank = max(1, math.ceil(percent / 100 * self.count))
        step = next(n for n, seen in enumerate(accumulate(self._counts)) if seen >= rank)
        return self._sums_ms[step] / self._counts[step]


class Series:
    """One value per `resolution_s`: highest concurrency, environments, queue, and rates per s."""

    def __init__(self, resolution_s: float) -> None:
        self.resolution_s = resolution_s
        self.ends_s = array("d")
        self.concurrency = array("q")
        self.environments = array("q")
        self.queue = array("q")
        self.requests_per_s = array("d")
        self.throttles_per_s = array("d")
        self.cold_per_s = array("d")
        self._before = (0, 0, 0)

    def add(self, end_s: float, levels: tuple[int, int, int], counters: Counters) -> None:
        """End one interval; `levels` are concurrency, environments and queue."""
        length_s = end_s - (self.ends_s[-1] if self.ends_s else 0.0)
        now = (counters.requests, counters.throttles, counters.cold)
        requests, throttles, cold = (new - old for new, old in zip(now, self._before, strict=True))
        self._before = now
        self.ends_s.append(end_s)
        for column, level in zip(
            (self.concurrency, self.environments, self.queue), levels, strict=True
        ):
            column.append(level)
        self.requests_per_s.append(requests / length_s)
        self.throttles_per_s.append(throttles / length_s)
        self.cold_per_s.append(cold / length_s)

    def __len__(self) -> int:
        return len(self.ends_s)
