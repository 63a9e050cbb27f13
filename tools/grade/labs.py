"""The course's labs as they were handed out: the notebooks that answers are put into."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class LabCell:
    """One code cell of a lab; at most one of `exercise` and `check` names an exercise."""

    id: str
    source: str
    exercise: str | None
    check: str | None
    may_raise: bool

    @property
    def names(self) -> list[str]:
        """Return what the cell's `lab.check("1.2", handler, statement)` hands over."""
        for node in ast.walk(ast.parse(self.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "lab.check":
                return [ast.unparse(argument) for argument in node.args[1:]]
        return []


@dataclass(frozen=True)
class Lab:
    """One lab's code cells, in order."""

    slug: str
    cells: tuple[LabCell, ...]

    @cached_property
    def exercises(self) -> dict[str, tuple[LabCell, ...]]:
        """The cells of each exercise, in the order of their checks."""
        order = [cell.check for cell in self.cells if cell.check]
        return {e: tuple(cell for cell in self.cells if cell.exercise == e) for e in order}

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all code cells."""
        return frozenset(cell.id for cell in self.cells)


def read_labs(root: Path) -> dict[str, Lab]:
    """Return the labs of a checkout by their slugs."""
    labs = (_read(path) for path in sorted((root / "labs").glob("[0-9][0-9]-*.ipynb")))
    return {lab.slug: lab for lab in labs}


def _read(path: Path) -> Lab:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return Lab(path.stem, tuple(_cell(cell) for cell in cells if cell["cell_type"] == "code"))


def _cell(cell: dict[str, Any]) -> LabCell:
    tags = cell["metadata"].get("tags", [])
    source = "".join(cell["source"])
    exercise, check = _about(tags, "exercise-"), _about(tags, "check-")
    return LabCell(cell["id"], source, exercise, check, "raises-exception" in tags)


def _about(tags: list[str], kind: str) -> str | None:
    return next((tag.removeprefix(kind) for tag in tags if tag.startswith(kind)), None)
