"""Events kept by name in the learner's work folder; saving never loses what was there.

Each is a file `events/NAME.json`, so that a lab, a terminal or the AWS CLI can use it too. A name
that is taken keeps its old text under a dated name beside it.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from helpers.cloud.errors import KitError

FOLDER = "events"
ENDING = ".json"
LONGEST = 60
NAME = re.compile(r"\w[\w .()-]*")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did: the file, and the one that holds what the name stood for before."""

    path: Path
    kept: Path | None

    def words(self) -> str:
        """Say it in a sentence."""
        place = f"{self.path.parent.name}/{self.path.name}"
        if self.kept is None:
            return f"Saved as {place}."
        return f"Saved as {place}; what it held before is now {self.kept.name}."


@dataclass(frozen=True, slots=True)
class SavedEvents:
    """The saved events of one work folder."""

    folder: Path

    @classmethod
    def beside_the_notebook(cls) -> SavedEvents:
        """Return the events of the folder that the kernel works in."""
        return cls(Path.cwd() / FOLDER)

    def names(self) -> list[str]:
        """Return the names there are, in alphabetical order."""
        try:
            return sorted(path.stem for path in self.folder.glob(f"*{ENDING}") if path.is_file())
        except OSError:
            return []

    def load(self, name: str) -> str:
        """Return the text of an event; raises KitError."""
        try:
            return (self.folder / f"{name}{ENDING}").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KitError(
                f"The event {name!r} cannot be read.",
                why=f"{error}.",
                next_step="Choose another one, or look into the folder events/.",
                anchor="saved-events",
            ) from None

    def save(self, name: str, text: str) -> Saved:
        """Keep a text under a name; raises KitError for a name that is none."""
        path = self.folder / f"{checked(name)}{ENDING}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            kept = _keep_aside(path, text)
            _write(path, text)
        except OSError as error:
            raise KitError(
                f"The event {name!r} cannot be saved.",
                why=f"{error}.",
                next_step="Is the folder of this notebook writable?",
                anchor="saved-events",
            ) from None
        return Saved(path, kept)


def checked(name: str) -> str:
    """Return a name that every system takes as a file's; raises KitError.

    >>> checked(" two posters ")
    'two posters'
    """
    stripped = name.strip()
    fits = NAME.fullmatch(stripped) and len(stripped) <= LONGEST and not stripped.endswith(".")
    if not fits or RESERVED.fullmatch(stripped):
        raise KitError(
            f"{name!r} cannot be the name of a saved event." if stripped else "There is no name.",
            next_step=f"Use up to {LONGEST} letters, digits, spaces and - _ . ( ), "
            "a letter or digit first.",
            anchor="saved-events",
        )
    return stripped


def _keep_aside(path: Path, text: str) -> Path | None:
    """Move what stands there to a dated name, unless it is the same text."""
    try:
        if path.read_text(encoding="utf-8") == text:
            return None
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        pass  # whatever it is, it is kept
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H-%M-%S")
    number = 1
    while True:
        ending = "" if number == 1 else f" ({number})"
        kept = path.with_name(f"{path.stem} {stamp}{ending}{ENDING}")
        if not kept.exists():
            path.rename(kept)
            return kept
        number += 1


def _write(path: Path, text: str) -> None:
    """Write the whole text or nothing."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".event-", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
