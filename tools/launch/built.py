"""What an offline bundle says about itself: `bundle.json` beside kit.py.

The lock names each package by the hash of what was published. A wheel that was built from a
published source has another hash, so the bundle tells which source it was built from; only a source
that the lock names is believed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.launch.errors import LaunchError

RECORD = "bundle.json"


@dataclass(frozen=True, slots=True)
class Built:
    """A wheel made from a published source, each with its hash."""

    name: str
    version: str
    wheel: str
    sha256: str
    source: str
    source_sha256: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """What lies in an unpacked bundle: for whom, from which commit, and what was built."""

    commit: str
    changed: tuple[str, ...]
    pythons: tuple[str, ...]
    platforms: tuple[str, ...]
    built: tuple[Built, ...]

    def to_json(self) -> str:
        """Return the text of `bundle.json`."""
        return json.dumps(asdict(self), indent=1) + "\n"


def read_bundle(home: Path) -> Bundle | None:
    """Return what `bundle.json` says, None for a checkout that is no bundle."""
    path = home / RECORD
    if not path.is_file():
        return None
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Bundle(
            commit=stored["commit"],
            changed=tuple(stored["changed"]),
            pythons=tuple(stored["pythons"]),
            platforms=tuple(stored["platforms"]),
            built=tuple(Built(**built) for built in stored["built"]),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise LaunchError(
            f"{str(path)!r} cannot be read: {error!r}.",
            "it is damaged; it says which wheels of the bundle were built from source.",
            "unpack the bundle again.",
            anchor="bundle-damaged",
        ) from None


def lock_with_built(lock_text: str, built: Sequence[Built]) -> str:
    """Return the lock with the hashes of the built wheels beside those of their sources."""
    for wheel in built:
        pin = f"{wheel.name}=={wheel.version}"
        block = re.search(rf"^{re.escape(pin)} .*\n(?:[ \t].*\n?)*", lock_text, re.MULTILINE)
        if block and f"--hash=sha256:{wheel.source_sha256}" in block.group():
            extended = f"{block.group().rstrip()} \\\n    --hash=sha256:{wheel.sha256}\n"
            lock_text = lock_text.replace(block.group(), extended)
    return lock_text
