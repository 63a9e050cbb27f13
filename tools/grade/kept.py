"""What is done stays done: one small file for each lab of each learner, until its cause changes.

A file counts only for the same answers, the same lab, the same checks and the same way of running;
so a second run of the same command grades what is new or was interrupted, and says the same again.
And only with the mark of this user's key: what is unpacked into a folder may look like a result.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from helpers.course.store import data_folder
from tools.grade.grading import Finding, Grade, Graded
from tools.grade.namespaces import ROOT

FOLDER = ".kept"
KEY_BYTES = 32
BINARY = getattr(os, "O_BINARY", 0)
DECIDES = ("helpers/checks", "helpers/course", "helpers/cloud", "tools/grade")


class Kept:
    """The results kept in a folder of grades, under a key that no learner has."""

    def __init__(self, folder: Path, key: bytes, *, again: bool = False) -> None:
        self._folder = folder / FOLDER
        self._key = key
        self._again = again

    def load(self, learner: str, slug: str, cause: Mapping[str, Any]) -> Graded | None:
        """Return what was found before for the same cause, unless it came of a broken run."""
        if self._again:
            return None
        try:
            mark, _, text = self._file(learner, slug).read_text("utf-8").partition("\n")
            if not hmac.compare_digest(mark.encode(), self._mark_of(text).encode()):
                return None
            stored = json.loads(text)
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
        write_whole(self._file(learner, slug), f"{self._mark_of(text)}\n{text}")

    def _mark_of(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()

    def _file(self, learner: str, slug: str) -> Path:
        # a name of a learner is never a name of a file
        who = hashlib.sha256(learner.encode()).hexdigest()[:16]
        return self._folder / f"{who}-{slug}.json"


def own_key(environ: Mapping[str, str]) -> bytes:
    """Return this user's key, made when first asked for; where none can be stored, for this run."""
    key = secrets.token_bytes(KEY_BYTES)
    with contextlib.suppress(OSError, RuntimeError):
        path = data_folder(environ) / "grade-key"
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | BINARY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(key)
        stored = path.read_bytes()
        return stored if len(stored) == KEY_BYTES else key
    return key


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
