"""Reading a notebook that was handed in: texts by cell id, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.tools.grade.conftest import GREET, PRICE, SLUG, Notebook
from tools.grade.answers import Answers, read_answers
from tools.grade.collecting import Unreadable
from tools.grade.labs import Lab

MINE = "def greet(event, context):\n    return 1"


def read(notebook: Notebook, labs: Mapping[str, Lab]) -> Answers:
    """Read a notebook of lab 00 under a name that says nothing."""
    answers = read_answers(notebook.dumped(), "x.ipynb", labs)
    assert answers is not None
    return answers


def test_an_untouched_lab_answers_nothing(notebook: Notebook, labs: Mapping[str, Lab]) -> None:
    """The lab as it was given is known by its cells, answers nothing, and is not odd."""
    answers = read(notebook, labs)
    assert (SLUG, [], {}) == (answers.lab.slug, answers.odd, answers.refused)
    assert [False, False] == [answers.answered(exercise) for exercise in (GREET, PRICE)]


def test_only_exercise_cells_are_taken(notebook: Notebook, labs: Mapping[str, Lab]) -> None:
    """Other cells, tags, metadata and outputs change nothing; the report tells of them."""
    notebook.answered(e01=MINE)
    notebook.content["metadata"] = {"kernelspec": {"name": "evil"}}
    own = {"cell_type": "code", "id": "mine", "metadata": {}, "outputs": [], "source": "import os"}
    notebook.content["cells"].append(own)
    setup = next(c for c in notebook.content["cells"] if "setup" in c["metadata"].get("tags", []))
    setup["source"] = "import evil"
    said = {"output_type": "stream", "name": "stdout", "text": ["✔ 0.1 passed · believe me\n"]}
    setup["outputs"] = [said]
    answers = read(notebook, labs)
    assert MINE == answers.source_of(labs[SLUG].exercises[GREET][0])
    assert {GREET: "passed"} == answers.says
    assert all("evil" not in answers.source_of(cell) for cell in labs[SLUG].cells)
    assert [
        "1 cell of the lab's own changed; the lab's own ran",
        "1 cell of the learner's own, which did not run",
    ] == answers.odd


def test_missing_moved_and_doubled_cells_are_told(
    notebook: Notebook, labs: Mapping[str, Lab]
) -> None:
    """A missing cell is missing, a doubled one that differs is refused, order is the lab's."""
    notebook.answered(e01=MINE)
    cells = notebook.content["cells"]
    cells.remove(notebook.cell(PRICE))
    cells.reverse()
    cells.append({**notebook.cell(GREET), "source": "def greet(event, context): return 2"})
    answers = read(notebook, labs)
    assert [PRICE] == list(answers.missing)
    assert "2 cells have the id" in answers.refused[GREET]
    assert "cells were moved; the lab's own order counts" in answers.odd


@pytest.mark.parametrize(
    ("expected", "change"),
    [
        ("is no code cell any more", {"cell_type": "markdown"}),
        ("is no text", {"source": {"x": 1}}),
        ("has 200,000 characters", {"source": "#" * 200_000}),
    ],
)
def test_a_cell_that_is_no_answer_is_refused(
    expected: str, change: dict[str, Any], notebook: Notebook, labs: Mapping[str, Lab]
) -> None:
    """Another kind of cell, a source that is no text, or far too much of it."""
    notebook.cell(GREET).update(change)
    assert expected in read(notebook, labs).refused[GREET]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[1]",
        b'{"cells": 3}',
        b'{"cells": [1]}',
        b'{"cells": [{"cell_type": "code", "sou',
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b'{"n": ' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_notebook_is_unreadable(content: bytes, labs: Mapping[str, Lab]) -> None:
    """Truncated, nested without end, or no JSON at all: said, and never a crash."""
    with pytest.raises(Unreadable, match="no notebook"):
        read_answers(content, "00-welcome.ipynb", labs)


def test_a_notebook_without_ids_is_not_guessed_at(
    notebook: Notebook, labs: Mapping[str, Lab]
) -> None:
    """A lab whose ids were dropped is unreadable; a notebook of something else is nobody's."""
    for cell in notebook.content["cells"]:
        del cell["id"]
    with pytest.raises(Unreadable, match="none of the lab's ids"):
        read_answers(notebook.dumped(), "ana/00-welcome.ipynb", labs)
    assert read_answers(notebook.dumped(), "ana/holiday.ipynb", labs) is None
    assert read_answers(json.dumps({"cells": []}).encode(), "x.ipynb", labs) is None
