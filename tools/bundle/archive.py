"""Write the archive: whole or not at all, with the hash of everything inside."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tools.bundle.wheels import sha256
from tools.launch.built import RECORD, Bundle

ROOT = "coldstart"
SUMS = "SHA256SUMS"
NOTE = "BUNDLE.txt"
# A zip's clock has no zone; one moment for all files makes equal contents equal archives.
MOMENT = (1980, 1, 1, 0, 0, 0)
EXECUTABLE = 0o111
MADE = (RECORD, NOTE, SUMS)


@dataclass(frozen=True, slots=True)
class Parts:
    """What goes in: the kit's files, the wheels, and what the bundle says about itself."""

    home: Path
    files: tuple[PurePosixPath, ...]
    wheels: Path
    bundle: Bundle

    def members(self) -> Iterator[tuple[str, Path | str]]:
        """Give each name in the archive with its file, or its text."""
        for name in self.files:
            if str(name) not in MADE:  # of the bundle that this one is made from
                yield str(name), self.home / name
        for wheel in sorted(self.wheels.iterdir()):
            yield f"wheels/{wheel.name}", wheel
        yield RECORD, self.bundle.to_json()
        yield NOTE, note(self.bundle)


def note(bundle: Bundle) -> str:
    """Return the page that tells what to do with the bundle."""
    pythons = " or ".join(bundle.pythons)
    built = "".join(
        f"  wheels/{wheel.wheel}\n    built from {wheel.source}, sha256 {wheel.source_sha256}\n"
        for wheel in bundle.built
    )
    state = f"commit {bundle.commit}" if bundle.commit else "no commit known"
    if bundle.changed:
        state += f", with changes in {', '.join(bundle.changed)}"
    return (
        "Coldstart with all its packages, for computers without a network.\n\n"
        f"For: Python {pythons} on {', '.join(bundle.platforms)}\n"
        f"Kit: {state}\n\n"
        "1. Unpack it into a folder of your own.\n"
        "2. python3 kit.py lab          (on Windows: py kit.py lab)\n\n"
        f"Is everything whole?  sha256sum -c {SUMS}\n"
        "The set-up checks every package against requirements.lock in any case.\n"
        + (
            f"\nMade from published sources, which the lock names by hash:\n{built}"
            if built
            else ""
        )
    )


def write_archive(parts: Parts, path: Path) -> str:
    """Write the archive beside its name, then move it there; return its hash."""
    draft = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(draft, "w") as archive:
            sums = [f"{_add(archive, name, source)}  {name}\n" for name, source in parts.members()]
            _add(archive, SUMS, "".join(sums))
        digest = sha256(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    checksum = path.with_name(f"{path.name}.sha256")
    checksum.write_text(f"{digest}  {path.name}\n", encoding="utf-8")
    return digest


def _add(archive: zipfile.ZipFile, name: str, source: Path | str) -> str:
    """Put one file or text in and return its hash."""
    content = source.encode() if isinstance(source, str) else source.read_bytes()
    executable = isinstance(source, Path) and source.stat().st_mode & EXECUTABLE
    info = zipfile.ZipInfo(f"{ROOT}/{name}", MOMENT)
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    packed = name.endswith((".whl", ".gz", ".png"))
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
    return hashlib.sha256(content).hexdigest()
