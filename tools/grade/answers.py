"""Reading a notebook that was handed in: its exercise cells by their ids, and what it says.

Only the text of those cells is taken. Outputs, counts, tags, metadata and every other cell are
looked at for the report alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.grade.collecting import Unreadable
from tools.grade.labs import Lab, LabCell
from tools.rehearse import HEADING

LONGEST_ANSWER = 100_000
LEAST_IN_COMMON = 3


@dataclass(slots=True)
class Answers:
    """What one notebook answers: texts by cell id, and which exercises cannot be taken as given."""

    lab: Lab
    sources: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    ambiguous: str = ""

    def answered(self, exercise: str) -> bool:
        """Say whether a cell of the exercise is not the starter any more."""
        cells = self.lab.exercises[exercise]
        return any(self.source_of(cell).strip() != cell.source.strip() for cell in cells)

    def source_of(self, cell: LabCell) -> str:
        """Return the learner's text of an exercise's cell, or the lab's own."""
        return self.sources.get(cell.id, cell.source) if cell.exercise else cell.source


def read_answers(content: bytes, name: str, labs: Mapping[str, Lab]) -> Answers | None:
    """Return what a notebook answers; None for a notebook that is of no lab.

    Raises Unreadable where it must be of a lab and cannot be read.
    """
    cells = _cells(content)
    lab = _lab_of(cells, name, labs)
    if lab is None:
        return None
    answers = Answers(lab)
    by_id: dict[str, list[dict[str, Any]]] = {}
    for cell in cells:
        by_id.setdefault(str(cell.get("id")), []).append(cell)
    for exercise, wanted in lab.exercises.items():
        for each in wanted:
            _take(answers, exercise, each, by_id.get(each.id, []))
    answers.says = _claims(cells)
    answers.odd += _oddities(lab, cells, by_id)
    return answers


def _cells(content: bytes) -> list[dict[str, Any]]:
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f"it is no notebook: {error}") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Unreadable("it is no notebook: it has no cells")
    return cells


def _lab_of(cells: list[dict[str, Any]], name: str, labs: Mapping[str, Lab]) -> Lab | None:
    ids = {cell.get("id") for cell in cells if isinstance(cell.get("id"), str)}
    common = {slug: len(lab.ids & ids) for slug, lab in labs.items()}
    best = max(common, key=lambda slug: common[slug], default="")
    if best and common[best] >= LEAST_IN_COMMON:
        return labs[best]
    if any(slug in name.casefold() for slug in labs):
        raise Unreadable(
            "its cells have none of the lab's ids: saved by a program that drops them, or a lab "
            "of another version of the kit"
        )
    return None


def _take(answers: Answers, exercise: str, wanted: LabCell, found: list[dict[str, Any]]) -> None:
    if not found:
        answers.missing[exercise] = f"its cell {wanted.id} is missing"
        return
    texts = {_source(cell) for cell in found}
    if any(cell.get("cell_type") != "code" for cell in found):
        answers.refused[exercise] = f"its cell {wanted.id} is no code cell any more"
    elif len(texts) > 1:
        answers.refused[exercise] = (
            f"{len(found)} cells have the id {wanted.id} and differ; none was taken"
        )
    elif None in texts:
        answers.refused[exercise] = f"the text of its cell {wanted.id} is no text"
    else:
        text = str(texts.pop())
        if len(text) > LONGEST_ANSWER:
            answers.refused[exercise] = f"its cell {wanted.id} has {len(text):,} characters"
            return
        if len(found) > 1:
            answers.odd.append(
                f"the cell {wanted.id} of {exercise} stands there {len(found)} times"
            )
        answers.sources[wanted.id] = text


def _source(cell: Mapping[str, Any]) -> str | None:
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def _claims(cells: list[dict[str, Any]]) -> dict[str, str]:
    """Return what stored outputs say of exercises; for the report, never for a verdict."""
    claims: dict[str, str] = {}
    for cell in cells:
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else []:
            if not isinstance(output, dict):
                continue
            data = output.get("data")
            text = data.get("text/plain") if isinstance(data, dict) else output.get("text")
            joined = "".join(map(str, text)) if isinstance(text, list) else str(text)
            claims |= dict(HEADING.findall(joined[:20_000]))
    return claims


def _oddities(
    lab: Lab, cells: list[dict[str, Any]], by_id: Mapping[str, list[dict[str, Any]]]
) -> list[str]:
    order = {cell.id: number for number, cell in enumerate(lab.cells)}
    exercise_ids = [cell.id for each in lab.exercises.values() for cell in each]
    places = [order[c["id"]] for c in cells if isinstance(c.get("id"), str) and c["id"] in order]
    odd = []
    if places != sorted(places):
        odd.append("cells were moved; the lab's own order counts")
    changed = [
        cell.id
        for cell in lab.cells
        if cell.id not in exercise_ids
        and any(
            (_source(each) or "").strip() != cell.source.strip() for each in by_id.get(cell.id, [])
        )
    ]
    if changed:
        odd.append(f"{_count(len(changed), 'cell')} of the lab's own changed; the lab's own ran")
    gone = [cell.id for cell in lab.cells if cell.id not in by_id and cell.id not in exercise_ids]
    if gone:
        odd.append(f"{_count(len(gone), 'cell')} of the lab's own missing; the lab's own ran")
    own = [
        cell
        for cell in cells
        if cell.get("cell_type") == "code"
        and str(cell.get("id")) not in order
        and (_source(cell) or "").strip()
    ]
    if own:
        odd.append(f"{_count(len(own), 'cell')} of the learner's own, which did not run")
    return odd


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
