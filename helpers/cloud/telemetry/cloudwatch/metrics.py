"""The metrics of the account: a store for each Region."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from helpers.cloud.metrics.store import MetricStore
from helpers.cloud.ports import MetricDatum


class Metrics:
    """Lives with the cloud."""

    def __init__(self) -> None:
        self._stores: dict[str, MetricStore] = {}
        self._lock = threading.Lock()

    def put(self, region: str, data: Sequence[MetricDatum]) -> None:
        """Keep data in a Region."""
        self.of(region).put(data)

    def of(self, region: str) -> MetricStore:
        """Return a Region's store."""
        with self._lock:
            return self._stores.setdefault(region, MetricStore())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._stores.clear()
