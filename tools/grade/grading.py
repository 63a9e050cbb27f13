"""Grading one lab of one learner: what is put into the lab's notebook, and what came of it.

A cell that never ends, or ends its process, costs its own exercise and no other: the lab is gone
through again without it, for the exercises that are left.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tools.grade.answers import Answers
from tools.grade.collecting import steering_nothing
from tools.grade.labs import Lab, LabCell
from tools.grade.sitting import Room, Sat, now

LONGEST_EVIDENCE = 700
WITHIN_S = 1500


class Grade(StrEnum):
    """How an exercise stands, as the grader found it."""

    PASSED = "passed"
    NOT_YET = "not yet"
    NOT_STARTED = "not started"
    BROKEN = "broken"
    NOT_AVAILABLE = "not available here"
    TAMPERED = "tampered"
    UNREADABLE = "unreadable"
    TIMED_OUT = "timed out"
    HOSTILE = "hostile"
    AMBIGUOUS = "ambiguous"
    NO_NOTEBOOK = "no notebook"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the grader found for one exercise, and when."""

    exercise: str
    grade: Grade
    evidence: str
    at: str


@dataclass(slots=True)
class Graded:
    """One lab of one learner: a finding for each exercise, and what was odd."""

    findings: dict[str, Finding] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    seconds: float = 0.0
    runs: int = 0
    file_level: str = ""

    def find(self, exercise: str, grade: Grade, evidence: str, *, at: str = "") -> None:
        """Note what was found, unless something was found before."""
        line = steering_nothing(" ".join(evidence.split()))
        if len(line) > LONGEST_EVIDENCE:
            line = f"{line[: LONGEST_EVIDENCE - 1]}…"
        self.findings.setdefault(exercise, Finding(exercise, grade, line, at or now()))


def grade_answers(answers: Answers, room: Room) -> Graded:
    """Judge every exercise of a notebook that was handed in."""
    graded = Graded(odd=list(answers.odd))
    lab = answers.lab
    for exercise in lab.exercises:
        if answers.ambiguous:
            graded.find(exercise, Grade.AMBIGUOUS, answers.ambiguous)
        elif exercise in answers.refused:
            graded.find(exercise, Grade.TAMPERED, answers.refused[exercise])
        elif not answers.answered(exercise):
            why = answers.missing.get(exercise, "the starter is untouched")
            graded.find(exercise, Grade.NOT_STARTED, why)
    began = time.monotonic()
    dropped: set[str] = set()
    while left := [e for e in lab.exercises if e not in graded.findings]:
        rest = began + WITHIN_S - time.monotonic()
        if rest <= 0:
            _find_all(graded, left, Grade.TIMED_OUT, f"the lab took more than {WITHIN_S // 60} min")
            break
        sat = room.sit(specification(answers, left, dropped), within_s=rest)
        graded.runs += 1
        _settle(graded, answers, sat, left, dropped)
    graded.seconds = time.monotonic() - began
    graded.findings = {e: graded.findings[e] for e in lab.exercises}
    return graded


def specification(answers: Answers, wanted: list[str], dropped: set[str]) -> dict[str, Any]:
    """Return what an examiner needs: the lab's cells up to the last check that is wanted."""
    lab = answers.lab
    last = max(number for number, cell in enumerate(lab.cells) if cell.check in wanted)
    not_taken = {*answers.refused, *dropped}
    cells = [
        {
            "id": cell.id,
            "source": cell.source if cell.exercise in not_taken else answers.source_of(cell),
            "exercise": cell.exercise,
            "check": cell.check,
            "names": cell.names if cell.check else [],
            "may_raise": cell.may_raise,
        }
        for cell in lab.cells[: last + 1]
    ]
    return {"slug": lab.slug, "cells": cells, "wanted": wanted}


def _settle(graded: Graded, answers: Answers, sat: Sat, left: list[str], dropped: set[str]) -> None:
    """Note a run's outcomes; where it did not come to its end, whose fault that was."""
    graded.odd = list(dict.fromkeys([*graded.odd, *sat.odd]))
    graded.file_level = sat.file_level or graded.file_level
    for exercise, outcome in sat.outcomes.items():
        grade = Grade(outcome["status"])
        graded.find(exercise, grade, _evidence(outcome), at=outcome["at"])
    remaining = [e for e in left if e not in graded.findings]
    if any(graded.findings[e].grade is not Grade.PASSED for e in left if e not in remaining):
        # demos that look into processes fail where there are none to be seen; that alone is nothing
        graded.odd += [failed for failed in sat.failed if failed not in graded.odd]
    if not remaining:
        return
    blamed = _blamed(answers.lab, sat.at, remaining, left)
    if blamed is None or not (sat.is_timed_out or sat.is_hostile):
        what = sat.ended or f"nothing came of cell {sat.at or 'one'} in time"
        _find_all(graded, remaining, Grade.BROKEN, f"{what}; run the same command again")
        return
    where = f"cell {sat.at}"
    if sat.is_timed_out:
        _find(graded, blamed, Grade.TIMED_OUT, f"{where} did not end in time")
    else:
        _find(graded, blamed, Grade.HOSTILE, f"at {where}: {sat.ended}")
    dropped.add(blamed)


def _find(graded: Graded, exercise: str, grade: Grade, evidence: str) -> None:
    """Note the end of a run for the exercise that caused it, whatever its check had said."""
    graded.findings.pop(exercise, None)
    graded.find(exercise, grade, evidence)


def _find_all(graded: Graded, exercises: list[str], grade: Grade, evidence: str) -> None:
    for exercise in exercises:
        graded.find(exercise, grade, evidence)


def _blamed(lab: Lab, at: str, remaining: list[str], left: list[str]) -> str | None:
    """Return the exercise whose cell ran last before the run ended; None before any did."""
    blamed: str | None = None
    for cell in lab.cells:
        about = _about(cell)
        if about in left and (about in remaining or cell.id != at):
            blamed = about
        if cell.id == at:
            return blamed
    return None


def _about(cell: LabCell) -> str | None:
    return cell.exercise or cell.check


def _evidence(outcome: Mapping[str, Any]) -> str:
    """Return what a check said, on one line."""
    said = ("did", ""), ("seen", ""), ("expected", "expected: "), ("advice", "advice: ")
    return " · ".join(f"{word}{outcome[part]}" for part, word in said if outcome[part])
