"""How many batches of a queue are in flight at once; pure.

It begins with five, grows by 300 a minute while all are busy, and shrinks when functions fail: that
is how Lambda backs off. Lambda's own curve is not published; the numbers are.

Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html (Scaling behavior).
"""

from __future__ import annotations

from dataclasses import dataclass

AT_FIRST = 5
AT_LEAST = 2
AT_MOST = 1250
PER_SECOND = 5.0


@dataclass(slots=True)
class Scaling:
    """The limit of one mapping, at most `ceiling` (MaximumConcurrency, or the service's own)."""

    ceiling: int = AT_MOST
    _limit: float = float(AT_FIRST)
    _busy_since: float | None = None

    @property
    def limit(self) -> int:
        """How many batches may be in flight now."""
        return min(self.ceiling, int(self._limit))

    def wait_s(self) -> float | None:
        """Return after which time one more batch may be allowed, while all are busy."""
        return None if self.limit >= min(self.ceiling, AT_MOST) else 1 / PER_SECOND

    def grow(self, in_flight: int, now: float) -> None:
        """Note how many are in flight: time in which all were busy raises the limit."""
        if self._busy_since is not None:  # all were busy until now, also if one has just ended
            self._limit = min(AT_MOST, self._limit + PER_SECOND * (now - self._busy_since))
        self._busy_since = now if in_flight >= self.limit else None
        if in_flight == 0 and self._limit > AT_FIRST:
            self._limit = float(AT_FIRST)

    def failed(self) -> None:
        """Back off: the function failed or was throttled."""
        self._limit = max(float(AT_LEAST), self._limit / 2)

    def succeeded(self) -> None:
        """Come back from a back-off, one batch at a time."""
        self._limit = max(self._limit, min(float(AT_FIRST), self._limit + 1))
