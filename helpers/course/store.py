"""One small JSON file that two notebooks may write at once, and that nothing can lose.

Every change reads the file again under a lock and replaces it whole, so writers merge instead of
overwriting each other. A file that cannot be read as JSON is kept aside under a dated name.
Left out: any knowledge of what is stored; `progress` has that.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

LOCK_PATIENCE_S = 5.0


def data_folder(environ: Mapping[str, str]) -> Path:
    """Return the user's data folder for the kit: COLDSTART_DATA, or where the system says."""
    chosen = environ.get("COLDSTART_DATA")
    if chosen:
        return Path(chosen).expanduser()
    home = Path.home()
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "coldstart"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "coldstart"
    return Path(environ.get("XDG_DATA_HOME", home / ".local" / "share")) / "coldstart"


class JsonFile:
    """A JSON object in a file, safe against crashes, corruption and a second writer."""

    def __init__(
        self,
        path: Path,
        *,
        empty: Callable[[], dict[str, Any]],
        fits: Callable[[dict[str, Any]], bool],
    ) -> None:
        self.path = path
        self._empty = empty
        self._fits = fits
        self.set_aside: Path | None = None

    def read(self) -> dict[str, Any]:
        """Return the stored object, or an empty one when there is none that can be read."""
        if not self.path.exists():
            return self._empty()
        with _locked(self.path.with_suffix(".lock")):
            return self._load()

    def change(self, edit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Apply `edit` to what is stored now and store the result; return it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self.path.with_suffix(".lock")):
            stored = self._load()
            edit(stored)
            _replace(self.path, json.dumps(stored, indent=1, sort_keys=True) + "\n")
        return stored

    def _load(self) -> dict[str, Any]:
        """Read the file; the caller holds the lock, so nobody replaces it meanwhile."""
        try:
            stored = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return self._empty()
        except ValueError:
            stored = None
        if isinstance(stored, dict) and self._fits(stored):
            return stored
        self._keep_aside()
        return self._empty()

    def _keep_aside(self) -> None:
        """Move the unreadable file away under a dated name that is still free."""
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
        number = 1
        while True:
            ending = "" if number == 1 else f"-{number}"
            kept = self.path.with_name(f"{self.path.stem}.unreadable-{stamp}{ending}.json")
            if not kept.exists():
                break
            number += 1
        self.path.rename(kept)
        self.set_aside = kept


def _replace(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".progress-", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock file that the operating system releases when the process dies."""
    with path.open("a+b") as file:
        _acquire(file)
        try:
            yield
        finally:
            _release(file)


if sys.platform == "win32":
    import msvcrt

    def _acquire(file: IO[bytes]) -> None:
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while True:
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _release(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _acquire(file: IO[bytes]) -> None:
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while True:
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _release(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)
