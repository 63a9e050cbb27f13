"""Finding what was handed in: which files count, and whose they are. Nothing is followed or opened.

Whose a file is: the first folder below the one that is graded (folders named after a lab do not
count), else what its name says beside the lab's. Exports of Moodle and Canvas are known. A name
that says nothing is not guessed: the file is graded under `? its path`.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

LONGEST_NAME = 80
MOST_FILES = 20_000
LARGEST_BYTES = 20 * 1024 * 1024
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
OURS = re.compile(r"grades-\d{4}-\d\d-\d\d")
MOODLE = re.compile(r"(?P<who>.+?)_\d+_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)")
CANVAS = re.compile(r"(?P<who>[^_]+)_(?:LATE_)?\d+_\d+_(?P<rest>.+)")
COPY = re.compile(r"(?: ?\(\d+\)|-Copy\d+| copy(?: \d+)?|\.new|\.\d{4}-\d\d-\d\d.*)$", re.I)
WORDS = re.compile(r"(?<![a-z])(?:coldstart|progress|solved|final|lab)(?![a-z])", re.I)
AT_ENDS = " _-.,()[]"
STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")


class Unreadable(Exception):  # noqa: N818 - said of a file
    """A file that cannot be read as what it should be; the message says why."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One file that somebody handed in; `name` is its path below the folder."""

    learner: str
    name: str
    path: Path


@dataclass(slots=True)
class Found:
    """What a folder holds; `odd` is what the grader should look at."""

    notebooks: list[HandedIn] = field(default_factory=list)
    records: list[HandedIn] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)


def collect(folder: Path, slugs: Collection[str], *, leave_out: Path | None = None) -> Found:
    """Return the notebooks and JSON files below a folder, in the order of their names."""
    found = Found()
    for path in _files(folder, leave_out, found.odd):
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() in ARCHIVES:
            found.odd.append(f"{printable(name)}: an archive; unpack it to have it graded")
        if path.suffix.lower() not in (".ipynb", ".json"):
            continue
        learner = learner_of(PurePath(name), slugs)
        if not learner:
            learner = f"? {printable(name)}"
            found.odd.append(f"{printable(name)}: neither folder nor name says whose it is")
        kind = found.notebooks if path.suffix.lower() == ".ipynb" else found.records
        kind.append(HandedIn(learner, name, path))
    return found


def learner_of(name: PurePath, slugs: Collection[str]) -> str:
    """Return whose file this is, or "" when its path does not say.

    >>> learner_of(PurePath("ana/week 2/01-handlers.ipynb"), ["01-handlers"])
    'ana'
    >>> learner_of(PurePath("ana_01-handlers.ipynb"), ["01-handlers"])
    'ana'
    >>> learner_of(PurePath("01-handlers.ipynb"), ["01-handlers"])
    ''
    """
    labs = {word.casefold() for slug in slugs for word in (slug, slug.split("-")[0])}
    folders = [f for f in name.parts[:-1] if WORDS.sub("", f).strip(AT_ENDS).casefold() not in labs]
    if folders:
        moodle = MOODLE.fullmatch(folders[0])
        return printable(moodle["who"] if moodle else folders[0])
    stem = COPY.sub("", name.stem)
    for form in (MOODLE, CANVAS):
        if export := form.fullmatch(stem):
            return printable(export["who"])
    for slug in sorted(slugs, key=len, reverse=True):
        stem = re.sub(re.escape(slug), " ", stem, flags=re.I)
    stem = WORDS.sub("", stem).strip(AT_ENDS)
    return "" if stem.casefold() in labs else printable(stem)


def printable(text: str) -> str:
    """Return a name without what steers a terminal, a page or the direction of writing."""
    kept = steering_nothing(text)
    return kept if len(kept) <= LONGEST_NAME else f"{kept[: LONGEST_NAME - 1]}…"


def steering_nothing(text: str) -> str:
    """Return a text of any length that can be shown and written everywhere.

    Half of a surrogate pair, which JSON can hold, would stop whoever writes a file.
    """
    return "".join(c for c in text if unicodedata.category(c) not in STEERING)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; raises Unreadable for links, pipes and what is too large."""
    follow_no_link = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, os.O_RDONLY | follow_no_link | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise Unreadable(str(error.strerror)) from None
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise Unreadable("it is no file")
        if facts.st_size > LARGEST_BYTES:
            most = LARGEST_BYTES // 1024 // 1024
            raise Unreadable(f"it has {facts.st_size / 1024 / 1024:.0f} MB; {most} MB are read")
        return file.read(LARGEST_BYTES + 1)


def _files(folder: Path, leave_out: Path | None, odd: list[str]) -> Iterator[Path]:
    """Yield the files below a folder; links and what lies in hidden folders are left out."""
    seen = 0
    for here, folders, files in os.walk(folder):
        kept = []
        for each in sorted(folders):
            path = Path(here, each)
            if path.is_symlink():
                odd.append(
                    f"{printable(path.relative_to(folder).as_posix())}: a link, not followed"
                )
            elif not each.startswith(".") and each != "__MACOSX" and not OURS.fullmatch(each):
                kept += [each] if path != leave_out else []
        folders[:] = kept
        for each in sorted(files):
            path = Path(here, each)
            if path.suffix.lower() not in (".ipynb", ".json", *ARCHIVES) or each.startswith("._"):
                continue
            seen += 1
            if seen > MOST_FILES:
                odd.append(f"more than {MOST_FILES:,} files; the rest was left out")
                return
            if path.is_symlink():
                odd.append(
                    f"{printable(path.relative_to(folder).as_posix())}: a link, not followed"
                )
                continue
            yield path
