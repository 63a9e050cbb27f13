"""The inventory of the course: topics by unit, claims heard elsewhere, tasks of AWS's exams.

It lies in lessons/coverage, one row a line. A unit, and a claim, belong to one lab; the lab may be
still to come. Titles and days of exams are those of helpers/cloud/facts.json.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path("lessons", "coverage")


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing to be taught; `right` says how it is where one often hears otherwise."""

    id: str
    topic: str
    right: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """Topics that belong together, the lab that teaches them, and the exam tasks they serve."""

    id: str
    title: str
    lab: str
    exam_tasks: tuple[str, ...]
    rows: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that is heard elsewhere, what is right, and the lab that owns it."""

    id: str
    lab: str
    heard: str
    right: str
    source: str


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain of an exam and its share of the questions, in percent."""

    number: str
    title: str
    weight: int


@dataclass(frozen=True, slots=True)
class Task:
    """A task of an exam: what it is about, and what of it this kit does not teach."""

    task: str
    about: str
    not_here: str


@dataclass(frozen=True, slots=True)
class ExamMap:
    """The domains and tasks of one exam."""

    code: str
    domains: tuple[Domain, ...]
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of lessons/coverage; `left_out` is id to reason."""

    units: tuple[Unit, ...]
    left_out: dict[str, str]
    claims: tuple[Claim, ...]
    exams: tuple[ExamMap, ...]

    def known(self) -> frozenset[str]:
        """Return every id that a cell may say it teaches."""
        rows = {row.id for unit in self.units for row in unit.rows}
        claims = {claim.id for claim in self.claims}
        tasks = {f"{exam.code} {task.task}" for exam in self.exams for task in exam.tasks}
        return frozenset(rows | claims | tasks)

    def owed_by(self, lab: str) -> dict[str, str]:
        """Return what a lab, by its number, must see taught: id to what it is."""
        rows = {
            row.id: _in_full(row) for unit in self.units if unit.lab == lab for row in unit.rows
        }
        claims = {
            claim.id: f"heard: {claim.heard} Right: {claim.right}"
            for claim in self.claims
            if claim.lab == lab
        }
        return rows | claims


def read_inventory(root: Path) -> Inventory:
    """Read the inventory of the checkout at `root`."""
    topics = _json(root / FOLDER / "topics.json")
    return Inventory(
        units=tuple(_unit(unit) for unit in topics["units"]),
        left_out={row["id"]: row["why"] for row in topics["left_out"]},
        claims=tuple(Claim(**claim) for claim in _json(root / FOLDER / "claims.json")),
        exams=tuple(_exam(exam) for exam in _json(root / FOLDER / "exams.json")),
    )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _unit(entry: dict[str, Any]) -> Unit:
    rows = tuple(Topic(**row) for row in entry["rows"])
    return Unit(**{**entry, "exam_tasks": tuple(entry["exam_tasks"]), "rows": rows})


def _exam(entry: dict[str, Any]) -> ExamMap:
    domains = tuple(Domain(**domain) for domain in entry["domains"])
    return ExamMap(entry["code"], domains, tuple(Task(**task) for task in entry["tasks"]))


def _in_full(row: Topic) -> str:
    return f"{row.topic}. Right: {row.right}" if row.right else row.topic
