"""How a learner stands: what they can now do, what was hard, what comes next, lab by lab.

No points, no streaks. Hard is an exercise with several attempts or all but one of its hints.
"""

from __future__ import annotations

from pathlib import Path

from helpers.checks.exercise import Exercise, LabChecks, all_labs
from helpers.checks.outcome import Status
from helpers.course.progress import Progress
from helpers.views.card import Card
from helpers.views.course_map import CourseMap, LabRow, LabState
from helpers.views.panel import Tone

HARD_ATTEMPTS = 3
HARD_HINTS = 2


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

    def quiz_history(self) -> dict[str, bool]:
        """Return, by lab and question, whether the last answer to it was right."""
        return {
            f"{slug}/{question}": right
            for slug in self._progress.slugs()
            for question, right in self._progress.answers(slug).items()
        }

    def record_answer(self, slug: str, question: str, chosen: str, *, right: bool) -> None:
        """Keep the answer to a question of the quiz."""
        self._progress.add_answer(slug, question, chosen, right=right)

    def card(self) -> Card:
        """Return the picture of this lab."""
        lines = tuple(_lines(self._checks, self._progress))
        return Card(Tone.CALM, f"Lab {self._checks.slug}", lines, self._progress.note())

    def map(self) -> CourseMap:
        """Return the picture of the course; this lab is in it even if it is no lab of the kit."""
        labs = {lab.slug: lab for lab in [*all_labs(), self._checks]}
        ordered = [labs[slug] for slug in sorted(labs)]
        rows = tuple(_row(lab, self._progress) for lab in ordered)
        return CourseMap(rows, _next_step(self._checks, ordered, self._progress))

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return f"{self.card()}\n\n{self.map()}"

    def _repr_html_(self) -> str:
        return self.card()._repr_html_() + self.map()._repr_html_()


def _lines(checks: LabChecks, progress: Progress) -> list[tuple[str, str]]:
    passed = progress.passed(checks.slug)
    lines = [("You can", f"{e.id} {e.title}") for e in checks.exercises if e.id in passed]
    lines += [
        ("To do" if e.core else "More", f"{e.id} {e.title}")
        for e in checks.exercises
        if e.id not in passed
    ]
    done, core = _core(checks, passed)
    state = {
        LabState.MASTERED: "every exercise passed: mastered",
        LabState.DONE: "core passed: done; what is left is under More",
    }.get(_state(checks, progress), f"{done} of {core} core exercises passed")
    return [("State", state), *lines]


def _row(checks: LabChecks, progress: Progress) -> LabRow:
    state = _state(checks, progress)
    passed = progress.passed(checks.slug)
    titles = tuple(f"{e.id} {e.title}" for e in checks.exercises if e.id in passed)
    whole = bool(checks.can) and state in (LabState.DONE, LabState.MASTERED)
    return LabRow(
        checks.slug,
        state,
        _core(checks, passed),
        can=(checks.can,) if whole else titles,
        hard=tuple(filter(None, (_hard(checks.slug, e, progress) for e in checks.exercises))),
    )


def _state(checks: LabChecks, progress: Progress) -> LabState:
    passed = progress.passed(checks.slug)
    done, core = _core(checks, passed)
    if passed.issuperset(exercise.id for exercise in checks.exercises):
        return LabState.MASTERED
    if done == core:
        return LabState.DONE
    begun = progress.attempts(checks.slug) or progress.guesses(checks.slug)
    return LabState.BEGUN if begun else LabState.AHEAD


def _core(checks: LabChecks, passed: set[str]) -> tuple[int, int]:
    core = [exercise for exercise in checks.exercises if exercise.core]
    return sum(exercise.id in passed for exercise in core), len(core)


def _hard(slug: str, exercise: Exercise, progress: Progress) -> str:
    tries = [attempt.status for attempt in progress.attempts(slug, exercise.id)]
    until = tries.index(Status.PASSED) + 1 if Status.PASSED in tries else len(tries)
    hints = sum(hint.exercise == exercise.id for hint in progress.hints(slug))
    if until < HARD_ATTEMPTS and hints < HARD_HINTS:
        return ""
    end = "passed" if Status.PASSED in tries else "not passed yet"
    counts = [_count(until, "attempt"), *([_count(hints, "hint")] if hints else [])]
    return f"{exercise.id} {exercise.title}: {', '.join(counts)}, {end}"


def _next_step(here: LabChecks, labs: list[LabChecks], progress: Progress) -> str:
    for lab in [here, *(lab for lab in labs if lab.slug > here.slug), *labs]:
        passed = progress.passed(lab.slug)
        open_ones = [e for e in lab.exercises if e.core and e.id not in passed]
        if open_ones:
            return f"lab {lab.slug}, exercise {open_ones[0].id} {open_ones[0].title}"
    for lab in [here, *labs]:
        missed = [q for q, right in progress.answers(lab.slug).items() if not right]
        if missed:
            return f"what you missed in lab {lab.slug}: Quiz(lab, {lab.slug!r}, missed_only=True)"
    return ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
