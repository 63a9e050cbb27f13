"""Shuts down environments that nobody needs: idle too long, too old, too many, or memory is short.

AWS tells neither how long it keeps an environment nor why it ends one. What is provisioned is
never ended here; what is busy neither.
"""

from __future__ import annotations

from collections.abc import Callable

from helpers.cloud.admission import PoolLimits
from helpers.cloud.environment.lifecycle import Environment
from helpers.cloud.model import FunctionVersion
from helpers.cloud.pool import Pool
from helpers.cloud.records import Waiting

REAP_EVERY_S = 5.0


class Reaper:
    """Looks at the pool's idle environments every few seconds; lives with the cloud.

    `free_bytes` tells the memory that the machine has left.
    """

    def __init__(
        self,
        pool: Pool,
        waiting: Waiting,
        *,
        limits: PoolLimits,
        free_bytes: Callable[[], int],
    ) -> None:
        self._pool = pool
        self._clock = waiting.clock
        self._timers = waiting.timers
        self._limits = limits
        self._free_bytes = free_bytes
        self._timers.after(REAP_EVERY_S, self._reap)

    def make_way(self, function: FunctionVersion) -> None:
        """End other functions' longest idle environments if there are many; one more starts.

        A burst never ends environments of its own function, so the next one finds them warm.
        """
        self._timers.after(0, lambda: self._end_surplus(function))

    def _end_surplus(self, function: FunctionVersion) -> None:
        idle = self._longest_idle()
        surplus = max(0, len(idle) - self._limits.idle_environments)
        others = [e for e in idle if e.function.key != function.key]
        self._pool.retire(others[:surplus], "idle")

    def _longest_idle(self) -> list[Environment]:
        return sorted(self._pool.idle(), key=lambda environment: environment.idle_since)

    def _reap(self) -> None:
        self._end_old()
        self._make_room()
        self._timers.after(REAP_EVERY_S, self._reap)

    def _end_old(self) -> None:
        now, lapsed = self._clock.steady(), self._clock.lapsed
        idle = self._pool.idle()
        too_old = [e for e in idle if e.created < now - lapsed(self._limits.max_age_s)]
        too_idle = [e for e in idle if e.idle_since < now - lapsed(self._limits.idle_age_s)]
        self._pool.retire(too_idle, "idle")
        self._pool.retire([e for e in too_old if e not in too_idle], "age")

    def _make_room(self) -> None:
        floor = self._limits.memory_floor_mb * 1024 * 1024
        for environment in self._longest_idle():
            if self._free_bytes() >= floor:
                return
            self._pool.retire([environment], "memory")
