"""The learner's own copies of the labs: made once, never overwritten.

labs/ belongs to the kit and work/ to the learner. `work/.origin.json` keeps the hash of what was
copied, so that a lesson that has changed since is noticed and offered beside the copy.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from tools.launch.errors import LaunchError

WELCOME = "00-welcome"


@dataclass(frozen=True, slots=True)
class Origin:
    """Hashes of the lab a copy was made from, and of the newest one offered beside it."""

    copied: str
    offered: str


class Copies:
    """work/ of one checkout."""

    def __init__(self, home: Path, *, now: Callable[[], datetime] = datetime.now) -> None:
        self._labs = home / "labs"
        self._work = home / "work"
        self._now = now

    def find(self, name: str) -> str:
        """Return the lab that "1", "01", "handlers", "01-handlers" or a path to it names."""
        labs = sorted(path.stem for path in self._labs.glob("[0-9][0-9]-*.ipynb"))
        if not labs:
            raise LaunchError(
                f"{str(self._labs)!r} holds no labs.",
                "they are made from lessons/.",
                "python3 kit.py build",
                anchor="no-labs",
            )
        wanted = Path(name).name.removesuffix(".ipynb").lower()
        if re.fullmatch(r"\d", wanted):
            wanted = f"0{wanted}"
        for lab in labs:
            if wanted in {lab, lab[:2], lab[3:]}:
                return lab
        starting = [lab for lab in labs if lab[3:].startswith(wanted)]
        if len(starting) == 1:
            return starting[0]
        raise LaunchError(
            f"No lab is called {name!r}.",
            "a lab has a number and a name: " + ", ".join(labs) + ".",
            f"python3 kit.py lab {labs[0]}",
            anchor="no-such-lab",
        )

    def open(self, lab: str, *, fresh: bool = False) -> Path:
        """Return the learner's copy of a lab; make it if there is none, or a fresh one is asked."""
        self._work.mkdir(exist_ok=True)
        source, copy = self._labs / f"{lab}.ipynb", self._work / f"{lab}.ipynb"
        offer = self._work / f"{lab}.new.ipynb"
        origins = self._origins()
        origin, current = origins.get(lab), _hash(source)
        if fresh and copy.exists():
            print(f"Kept your copy as {_shown(self._set_aside(copy))}.")
            if origin and offer.exists() and _hash(offer) == origin.offered:
                offer.unlink()
        if not copy.exists():
            _copy(source, copy)
            self._remember(origins | {lab: Origin(copied=current, offered=current)})
            print(f"Made your copy, {_shown(copy)}. It is yours: kit.py never overwrites it.")
        elif origin is None:
            # work/.origin.json is gone: which text the copy came from cannot be told
            self._remember(origins | {lab: Origin(copied=current, offered=current)})
        elif current != origin.offered:
            self._offer(source, offer, origin)
            self._remember(origins | {lab: Origin(copied=origin.copied, offered=current)})
            print(f"This lesson has changed since your copy; the new one is {_shown(offer)}.")
            print(f"To start over with it, keeping yours: python3 kit.py lab {lab} --fresh")
        return copy

    def _offer(self, source: Path, offer: Path, origin: Origin) -> None:
        """Put the changed lesson beside the copy; one the learner has worked in is kept too."""
        if offer.exists() and _hash(offer) != origin.offered:
            print(f"Kept {_shown(offer)}, which you have changed, as", end=" ")
            print(f"{_shown(self._set_aside(offer))}.")
        _copy(source, offer)

    def _set_aside(self, path: Path) -> Path:
        """Rename a notebook to a name with date and time, and return it."""
        stamp = self._now().strftime("%Y-%m-%d-%H%M%S")
        dated = path.with_suffix(f".{stamp}.ipynb")
        number = 1
        while dated.exists():
            number += 1
            dated = path.with_suffix(f".{stamp}-{number}.ipynb")
        return path.rename(dated)

    def _origins(self) -> dict[str, Origin]:
        """Return what is remembered; nothing if the file is missing or damaged."""
        try:
            stored = json.loads((self._work / ".origin.json").read_text(encoding="utf-8"))
            return {lab: Origin(**origin) for lab, origin in stored.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _remember(self, origins: dict[str, Origin]) -> None:
        text = json.dumps({lab: asdict(origin) for lab, origin in origins.items()}, indent=1)
        draft = self._work / ".origin.json.new"
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(self._work / ".origin.json")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _copy(source: Path, target: Path) -> None:
    """Copy a notebook whole or not at all."""
    draft = target.with_suffix(".part")
    shutil.copyfile(source, draft)
    draft.replace(target)


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
