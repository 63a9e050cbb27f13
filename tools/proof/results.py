"""What a proof found: exercise by exercise and cell by cell, and whether all of it is explained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from helpers.checks.outcome import Status
from helpers.course.calm import HEADING


class Verdict(StrEnum):
    """How an exercise fared; failed is whatever nobody declared."""

    PASSED = "passed"
    LIMITED = "limited"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ExerciseRun:
    """One exercise's check on one backend: its status, and what it said."""

    exercise: str
    status: str
    said: str

    @property
    def verdict(self) -> Verdict:
        """What the status means to the proof."""
        if self.status == Status.PASSED:
            return Verdict.PASSED
        return Verdict.LIMITED if self.status == Status.NOT_AVAILABLE else Verdict.FAILED


@dataclass(frozen=True, slots=True)
class CellRun:
    """A cell that did not run as its tags say: where it stands, and what it raised instead."""

    line: int
    source: str
    raised: str

    @property
    def is_explained(self) -> bool:
        """Tell whether the kit said that the backend does not have what the cell shows."""
        return self.raised == HEADING


@dataclass(frozen=True, slots=True)
class LabRun:
    """One lab on one backend; `cut_short` says why it did not reach its end, if so."""

    slug: str
    backend: str
    exercises: tuple[ExerciseRun, ...]
    cells: int
    different: tuple[CellRun, ...]
    seconds: float
    cut_short: str = ""

    def with_verdict(self, verdict: Verdict) -> list[str]:
        """Return the ids of the exercises with this verdict."""
        return [run.exercise for run in self.exercises if run.verdict is verdict]

    @property
    def limited_cells(self) -> list[CellRun]:
        """The cells for which the kit said what is missing."""
        return [cell for cell in self.different if cell.is_explained]

    @property
    def unexplained_cells(self) -> list[CellRun]:
        """The cells that raised something else, or did not raise as they should."""
        return [cell for cell in self.different if not cell.is_explained]


@dataclass(frozen=True, slots=True)
class AnswerRun:
    """One wrong, alternative or right answer on one backend; `wanted` is what it gets on AWS."""

    exercise: str
    answer: str
    line: int
    wanted: str
    status: str
    said: str

    @property
    def is_false(self) -> bool:
        """Tell whether it got what is neither right nor *not available here*."""
        return self.status not in (self.wanted, Status.NOT_AVAILABLE)


def in_order(runs: Iterable[LabRun]) -> list[LabRun]:
    """Return the runs by lab."""
    return sorted(runs, key=lambda run: run.slug)
