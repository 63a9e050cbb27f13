"""How large the cloud is: memory, threads and open files, sampled while it works."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from helpers.cloud.client import Cloud

EVERY_S = 3.0


@dataclass(frozen=True, slots=True)
class Size:
    """The cloud's process at one moment; `files` counts descriptors (handles on Windows)."""

    rss_mb: float
    threads: int
    files: int
    environments: int

    def __str__(self) -> str:
        """Return the figures in words."""
        return (
            f"{self.rss_mb:.0f} MB, {self.threads} threads, {self.files} files, "
            f"{self.environments} environments"
        )


class Gauge:
    """Samples one cloud's size, and counts its records before the ring forgets them."""

    def __init__(self, cloud: Cloud) -> None:
        assert cloud.process is not None
        self._cloud = cloud
        self._process = psutil.Process(cloud.process.pid)
        self._next = 0
        self.samples: list[Size] = []
        self.invocations: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.dropped = 0

    def size(self) -> Size:
        """Return the size now."""
        process = self._process
        files = process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
        environments = int(self._cloud.health()["environments"])
        return Size(process.memory_info().rss / 1e6, process.num_threads(), files, environments)

    def count(self) -> None:
        """Count the records that are new."""
        answer = self._cloud.records(self._next)
        self._next = answer["next"]
        self.dropped += answer["dropped"]
        for record in answer["records"]:
            self.kinds[record["kind"]] += 1
            if record["kind"] == "invocation.started":
                self.invocations[record["function"]] += 1

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Sample and count every few seconds during the block."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(EVERY_S):
                self.samples.append(self.size())
                self.count()

        thread = threading.Thread(target=watch, name="gauge", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
        self.count()

    def forget(self) -> None:
        """Begin to count anew: the account was emptied."""
        self.invocations.clear()
        self.kinds.clear()
        self._next = self._cloud.records(self._next)["next"]
