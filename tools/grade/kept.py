"""What is done stays done: one small file for each lab of each learner, until its cause changes.

A file counts only for the same answers, the same lab, the same checks and the same way of running;
so a second run of the same command grades what is new or was interrupted, and says the same again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from tools.grade.grading import Finding, Grade, Graded
from tools.grade.namespaces import ROOT

FOLDER = ".kept"
DECIDES = ("helpers/checks", "helpers/course", "helpers/cloud", "tools/grade")


class Kept:
    """The results kept in a folder of grades."""

    def __init__(self, folder: Path, *, again: bool = False) -> None:
        self._folder = folder / FOLDER
        self._again = again

    def load(self, learner: str, slug: str, cause: Mapping[str, Any]) -> Graded | None:
        """Return what was found before for the same cause, unless it came of a broken run."""
        if self._again:
            return None
        try:
            stored = json.loads(self._file(learner, slug).read_text("utf-8"))
            if stored.pop("cause") != digest_of(cause):
                return None
            findings = {e: Finding(**f) for e, f in stored.pop("findings").items()}
            graded = Graded(findings=findings, **stored)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return None if any(f.grade == Grade.BROKEN for f in findings.values()) else graded

    def save(self, learner: str, slug: str, cause: Mapping[str, Any], graded: Graded) -> None:
        """Keep what was found."""
        self._folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"cause": digest_of(cause), **asdict(graded)}, indent=1)
        write_whole(self._file(learner, slug), text)

    def _file(self, learner: str, slug: str) -> Path:
        # a name of a learner is never a name of a file
        who = hashlib.sha256(learner.encode()).hexdigest()[:16]
        return self._folder / f"{who}-{slug}.json"


def digest_of(cause: Mapping[str, Any]) -> str:
    """Return a digest of everything that decides a result."""
    text = json.dumps([cause, _digest_of_checks()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a file so that no reader ever sees half of it; a link in its place is replaced."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(draft).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(draft).unlink()
        raise


@cache
def _digest_of_checks() -> str:
    digest = hashlib.sha256()
    for folder in DECIDES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
