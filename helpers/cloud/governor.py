"""Memory and processor share of one environment: what is allowed, and when to pause.

The governor only advises; the environment stops, continues and kills. Lambda gives processor in
proportion to memory, one full core at 1,769 MB. Here the share is kept by stopping the processes
for the rest of each 20 ms period once the period's quota is used up, measured on their own
processor clock. Init is not throttled.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html.
"""

from __future__ import annotations

from dataclasses import dataclass

FULL_CORE_MB = 1769
PERIOD_S = 0.02
MEMORY_SAMPLE_S = 0.02
MB = 1024 * 1024


class MemoryWatch:
    """The highest resident memory of an environment, against MemorySize."""

    def __init__(self, memory_mb: int) -> None:
        self._limit_bytes = memory_mb * MB
        self.peak_bytes = 0
        self._next_sample = 0.0

    def due(self, now: float) -> bool:
        """Tell whether it is time for another sample (steady seconds)."""
        if now < self._next_sample:
            return False
        self._next_sample = now + MEMORY_SAMPLE_S
        return True

    def exceeded(self, resident_bytes: int) -> bool:
        """Note a sample; tell whether it lies above MemorySize."""
        self.peak_bytes = max(self.peak_bytes, resident_bytes)
        return resident_bytes > self._limit_bytes

    @property
    def used_mb(self) -> int:
        """Max Memory Used: the peak in MB, never above MemorySize."""
        return -(-min(self.peak_bytes, self._limit_bytes) // MB)


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether to pause now, and after how many seconds to ask again."""

    pause: bool
    ask_again_s: float


class CpuShare:
    """The processor time that one invocation may use, period by period."""

    def __init__(self, memory_mb: int) -> None:
        self._quota_s = PERIOD_S * memory_mb / FULL_CORE_MB

    @property
    def limited(self) -> bool:
        """Tell whether the share is below one core at all."""
        return self._quota_s < PERIOD_S

    def advise(self, *, used_s: float, elapsed_s: float) -> Advice:
        """Return what to do after `used_s` processor seconds in `elapsed_s` of the invocation."""
        periods = int(elapsed_s / PERIOD_S) + 1
        left_s = periods * self._quota_s - used_s
        if left_s > 0:
            return Advice(pause=False, ask_again_s=max(0.0002, min(left_s, 0.005)))
        resume_at = int(used_s / self._quota_s) * PERIOD_S
        return Advice(pause=True, ask_again_s=max(0.0005, resume_at - elapsed_s))
