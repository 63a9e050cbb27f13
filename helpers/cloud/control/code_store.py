"""Packages on disk: each unpacked once and shared read-only by the environments that need it.

A function's layers share one /opt: they are unpacked in the order of the list, and a later one
overwrites what an earlier one brought.

Source: docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

from helpers.cloud.control.packages import unpack
from helpers.cloud.environment.workspace import remove_tree
from helpers.cloud.model import CodePackage


class CodeStore:
    """Unpacked packages and merged layers under one folder; lives with the cloud."""

    def __init__(self, folder: Path, *, mounts: Sequence[Path] = ()) -> None:
        """Keep packages in `folder`; `mounts` are folders that every /opt must have, empty."""
        self._folder = folder
        self._mounts = mounts
        self._lock = threading.Lock()
        folder.mkdir(parents=True)

    def code(self, package: CodePackage) -> Path:
        """Return the folder of a deployment package, unpacking it on first use.

        Raises InvalidParameterValueException for a package that cannot be unzipped.
        """
        return self._built(package.sha256, [package])

    def opt(self, layers: Sequence[CodePackage]) -> Path:
        """Return the /opt that these layers make together; an empty folder without layers."""
        name = hashlib.sha256("+".join(layer.sha256 for layer in layers).encode()).hexdigest()
        return self._built(f"opt-{name}", layers, self._mounts)

    def _built(
        self, name: str, packages: Sequence[CodePackage], mounts: Sequence[Path] = ()
    ) -> Path:
        target = self._folder / name
        with self._lock:
            if not target.exists():
                unfinished = self._folder / f"{name}.part"
                try:
                    unfinished.mkdir()
                    for package in packages:
                        _lay_over(package, unfinished)
                    for mount in mounts:
                        (unfinished / mount).mkdir(parents=True, exist_ok=True)
                    _protect(unfinished)
                    unfinished.rename(target)
                except BaseException:
                    remove_tree(unfinished)  # a full disk wants its space back
                    raise
        return target


def _lay_over(package: CodePackage, target: Path) -> None:
    if not any(target.iterdir()):
        unpack(package.zip_bytes, target)
        return
    apart = target.with_name(f"{target.name}.layer")
    try:
        apart.mkdir()
        unpack(package.zip_bytes, apart)
        _merge(apart, target)
    finally:
        shutil.rmtree(apart, ignore_errors=True)


def _merge(apart: Path, target: Path) -> None:
    for path in sorted(apart.rglob("*")):
        place = target / path.relative_to(apart)
        is_folder = path.is_dir() and not path.is_symlink()
        if place.is_symlink() or (place.exists() and place.is_dir() != is_folder):
            shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
        if is_folder:
            place.mkdir(exist_ok=True)
        else:
            shutil.copy2(path, place, follow_symlinks=False)


def _protect(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
