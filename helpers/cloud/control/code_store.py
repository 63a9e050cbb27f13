"""Deployment packages on disk: each unpacked once, shared read-only by its environments."""

from __future__ import annotations

import threading
from pathlib import Path

from helpers.cloud.control.packages import unpack
from helpers.cloud.model import CodePackage


class CodeStore:
    """Unpacked packages under one folder, by SHA-256; lives with the cloud."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True)

    def folder_of(self, package: CodePackage) -> Path:
        """Return the package's folder, unpacking it on first use.

        Raises InvalidParameterValueException for a package that cannot be unzipped.
        """
        target = self._folder / package.sha256
        with self._lock:
            if not target.exists():
                unfinished = target.with_suffix(".part")
                unfinished.mkdir()
                unpack(package.zip_bytes, unfinished)
                _protect(unfinished)
                unfinished.rename(target)
        return target


def _protect(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
