"""Who wants to know that something has arrived: pollers asleep, by the ARN of their source."""

from __future__ import annotations

import threading
from collections.abc import Callable

Ring = Callable[[], None]


class Bells:
    """The bells of one cloud; whoever hears one may keep its ringer for a moment, never for long.

    So no queue is locked while its bell rings.
    """

    def __init__(self) -> None:
        self._rings: dict[str, tuple[Ring, ...]] = {}
        self._lock = threading.Lock()

    def watch(self, arn: str, ring: Ring) -> Ring:
        """Call `ring` whenever something arrives at `arn`; returns what ends that."""
        with self._lock:
            self._rings[arn] = (*self._rings.get(arn, ()), ring)
        return lambda: self._forget(arn, ring)

    def ring(self, arn: str) -> None:
        """Tell whoever watches."""
        for ring in self._rings.get(arn, ()):
            ring()

    def _forget(self, arn: str, ring: Ring) -> None:
        with self._lock:
            left = tuple(other for other in self._rings.get(arn, ()) if other is not ring)
            if left:
                self._rings[arn] = left
            else:
                self._rings.pop(arn, None)
