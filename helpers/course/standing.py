"""How a learner stands: what they can now do, lab by lab. No points, no streaks."""

from __future__ import annotations

from pathlib import Path

from helpers.checks.exercise import LabChecks, find_lab
from helpers.cloud.errors import KitError
from helpers.course.progress import Progress
from helpers.views.card import Card
from helpers.views.panel import Tone


class Standing:
    """The learner's progress, shown; and the file behind it, to take along or to clear."""

    def __init__(self, checks: LabChecks, progress: Progress) -> None:
        self._checks = checks
        self._progress = progress

    def export(self, path: str | Path) -> Path:
        """Write all progress to a file for another machine."""
        return self._progress.export(path)

    def import_from(self, path: str | Path) -> Standing:
        """Merge an exported file; nothing recorded here is lost."""
        self._progress.import_from(path)
        return self

    def reset(self, slug: str | None = None) -> Standing:
        """Forget the record of one lab, by default of this one."""
        self._progress.reset(slug or self._checks.slug)
        return self

    def reset_all(self) -> Standing:
        """Forget the record of every lab."""
        self._progress.reset()
        return self

    def card(self) -> Card:
        """Return the picture: this lab first, then others that have a record."""
        lines = _lines(self._checks, self._progress)
        for slug in self._progress.slugs():
            if slug != self._checks.slug:
                lines += _other_lab(slug, self._progress)
        return Card(Tone.CALM, f"Lab {self._checks.slug}", tuple(lines), self._progress.note())

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return str(self.card())

    def _repr_html_(self) -> str:
        return self.card()._repr_html_()


def _lines(checks: LabChecks, progress: Progress) -> list[tuple[str, str]]:
    passed = progress.passed(checks.slug)
    core = [exercise for exercise in checks.exercises if exercise.core]
    lines = [("You can", f"{e.id} {e.title}") for e in checks.exercises if e.id in passed]
    lines += [
        ("To do" if e.core else "More", f"{e.id} {e.title}")
        for e in checks.exercises
        if e.id not in passed
    ]
    done = sum(e.id in passed for e in core)
    if len(passed) >= len(checks.exercises):
        state = "every exercise passed: mastered"
    elif done == len(core):
        state = "core passed: done; what is left is under More"
    else:
        state = f"{done} of {len(core)} core exercises passed"
    return [("State", state), *lines]


def _other_lab(slug: str, progress: Progress) -> list[tuple[str, str]]:
    try:
        checks = find_lab(slug)
    except KitError:
        # recorded with a newer kit, or a lab that was renamed
        return []
    passed = progress.passed(slug)
    titles = [f"{e.id} {e.title}" for e in checks.exercises if e.id in passed]
    return [(slug, "\n".join(titles))] if titles else []
