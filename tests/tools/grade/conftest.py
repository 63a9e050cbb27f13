"""Notebooks as learners hand them in: lab 00, with answers put into its exercise cells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tools.grade.labs import Lab, read_labs
from tools.grade.namespaces import ROOT, confinement

SLUG = "00-welcome"
GREET, PRICE = "0.1", "0.2"


@pytest.fixture(scope="session")
def labs() -> dict[str, Lab]:
    """The labs of this checkout."""
    return read_labs(ROOT)


@pytest.fixture(scope="session")
def is_confined() -> bool:
    """Whether this machine has namespaces."""
    return not confinement()


@pytest.fixture(scope="session")
def solved(labs: Mapping[str, Lab]) -> dict[str, str]:
    """Our answers to lab 00."""
    stored = json.loads((ROOT / "solutions" / f"{SLUG}.ipynb").read_text("utf-8"))
    texts = {cell["id"]: "".join(cell["source"]) for cell in stored["cells"]}
    return {exercise: texts[cells[0].id] for exercise, cells in labs[SLUG].exercises.items()}


class Notebook:
    """A learner's copy of lab 00."""

    def __init__(self, labs: Mapping[str, Lab]) -> None:
        self.lab = labs[SLUG]
        path = ROOT / "labs" / f"{SLUG}.ipynb"
        self.content: dict[str, Any] = json.loads(path.read_text("utf-8"))

    def cell(self, exercise: str) -> dict[str, Any]:
        """Return the cell of an exercise."""
        (wanted,) = self.lab.exercises[exercise]
        return next(cell for cell in self.content["cells"] if cell["id"] == wanted.id)

    def answered(self, **answers: str) -> Notebook:
        """Put answers into the cells: `e01` is the exercise 0.1."""
        for name, text in answers.items():
            self.cell(f"{name[1]}.{name[2]}")["source"] = text
        return self

    def dumped(self) -> bytes:
        """Return the file's content."""
        return json.dumps(self.content).encode()

    def written(self, path: Path) -> Path:
        """Write the file, with its folders."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.dumped())
        return path


@pytest.fixture
def notebook(labs: Mapping[str, Lab]) -> Notebook:
    """An untouched copy of lab 00."""
    return Notebook(labs)
