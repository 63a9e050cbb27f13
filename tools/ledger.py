"""Ledgers: files in which handlers wrote what reached them, read beside the running cloud.

They lie in the user's cache folder, because an environment has a /tmp of its own.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.emulator import cache_folder

HANDLER = Path(__file__).with_name("ledger_handler.py")
LOOKS_EVERY_S = 0.002


@dataclass(frozen=True, slots=True)
class Line:
    """One invocation as its handler saw it: `began` in Unix seconds, all ids, and the failed."""

    began: float
    request_id: str
    failed: tuple[str, ...]
    ids: tuple[str, ...]


class Ledger:
    """The ledgers of one function's environments, each read on from where it was left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[Path, int] = {}

    def news(self) -> list[Line]:
        """Return the lines that were written since the last call."""
        found = []
        for book in self.folder.glob("*.jsonl"):
            with book.open("rb") as file:
                file.seek(self._read.get(book, 0))
                data = file.read()
            data = data[: data.rfind(b"\n") + 1]
            self._read[book] = self._read.get(book, 0) + len(data)
            found += [_line(text) for text in data.splitlines()]
        return found

    def moment(self, event_id: str, within_s: float) -> float | None:
        """Wait for an event; return when its handler began, or None if it never did."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            for line in self.news():
                if event_id in line.ids:
                    return line.began
            time.sleep(LOOKS_EVERY_S)
        return None


def _line(text: bytes) -> Line:
    began, request_id, failed, ids = json.loads(text)
    return Line(began / 1e9, request_id, tuple(failed), tuple(ids))


@contextmanager
def ledger_folder() -> Iterator[Path]:
    """Make a folder for ledgers, which goes with the block."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ledgers-", dir=cache_folder()) as folder:
        yield Path(folder)
