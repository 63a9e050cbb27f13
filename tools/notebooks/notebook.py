"""Cells to notebooks: the learner's lab and the unexecuted solution, as nbformat 4.5.

Ids are hashes of the source cell, so that a rebuild changes nothing and an edit changes one cell;
of a cell's metadata only `tags` is kept. Wrong and alternative answers reach neither notebook.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.notebooks.stub import blank, has_solution, solved

if TYPE_CHECKING:
    from tools.notebooks.source import Cell, Lesson

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def lab_notebook(lesson: Lesson) -> NotebookNode:
    """Return the learner's notebook: stubs in place of solutions, no outputs."""

    def text(cell: Cell) -> str:
        return cell.source if cell.is_markdown else blank(lesson.path, cell)

    return _notebook(lesson, _shown(lesson, "solution-only"), text)


def solution_notebook(lesson: Lesson) -> NotebookNode:
    """Return the solved notebook, not yet executed."""

    def text(cell: Cell) -> str:
        return cell.source if cell.is_markdown or not has_solution(cell) else solved(cell)

    return _notebook(lesson, _shown(lesson), text)


def dumps(notebook: NotebookNode) -> str:
    """Return the notebook as it is written to disk: sorted keys, a newline at the end."""
    return str(nbformat.writes(notebook, version=4)).rstrip("\n") + "\n"


def _shown(lesson: Lesson, *hidden: str) -> list[Cell]:
    return [cell for cell in lesson.cells if not (cell.is_answer or cell.has(*hidden))]


def _notebook(lesson: Lesson, cells: list[Cell], text: Callable[[Cell], str]) -> NotebookNode:
    seen: Counter[str] = Counter()
    built = []
    for cell in cells:
        key = f"{lesson.slug}\n{cell.kind}\n{cell.source}"
        seen[key] += 1
        new_cell = new_markdown_cell if cell.is_markdown else new_code_cell
        tags = {"tags": list(cell.tags)} if cell.tags else {}
        digest = hashlib.sha256(f"{key}\n{seen[key]}".encode()).hexdigest()
        built.append(new_cell(source=text(cell), metadata=tags, id=digest[:12]))
    metadata = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    notebook = new_notebook(cells=built, metadata=metadata)
    notebook.nbformat_minor = 5
    return notebook
