"""Let one kit.py at a time set up a checkout; the others wait and find it done."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def setup_lock(path: Path) -> Iterator[None]:
    """Hold `path` as a lock; the system lets go of it however this process ends.

    Children inherit it: when kit.py is killed while pip runs on, the next kit.py waits for that pip
    instead of deleting what it writes.
    """
    with path.open("ab") as file:
        waiting = False
        while not _try_lock(file):
            if not waiting:
                print("Another kit.py is setting up this checkout; waiting for it.", flush=True)
            waiting = True
            time.sleep(0.2)
        os.set_inheritable(file.fileno(), True)
        yield
