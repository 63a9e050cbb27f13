"""The notebooks a lesson becomes: current, small, compared, and no solution in labs/."""

from __future__ import annotations

import json
from collections import Counter

from tools.lint.problem import Problem
from tools.notebooks.checkout import Checkout
from tools.notebooks.source import Cell, Lesson

MAX_BYTES = 400_000
MAX_IGNORED = 2
REASON = "# not compared: "


def current(lesson: Lesson, checkout: Checkout) -> list[Problem]:
    """Find notebooks that are missing or older than their lesson."""
    return [Problem(lesson.path, 1, message) for message in checkout.stale(lesson)]


def leaks(lesson: Lesson, lab_text: str) -> list[Problem]:
    """Find lines of a solution in the learner's notebook.

    Reads the lesson with eyes of its own, not with the builder's: what stands in a solution may
    stand in labs/ only as often as it stands in the lesson outside of every solution.
    """
    secret, public = Counter[str](), Counter[str]()
    lines: dict[str, int] = {}
    for cell in lesson.cells:
        hidden_cell = cell.is_answer or cell.has("solution-only")
        for number, line, hidden in _marked(cell):
            text = line.strip()
            (secret if hidden_cell or hidden else public)[text] += 1
            if hidden_cell or hidden:
                lines.setdefault(text, number)
    shown = Counter(_lab_lines(lab_text))
    leaked = [text for text in secret if _telling(text) and shown[text] > public[text]]
    return [
        Problem(
            lesson.path, lines[text], f"labs/ shows this line of a solution: {text!r}. Blank it."
        )
        for text in leaked
    ]


def weight(lesson: Lesson, checkout: Checkout) -> list[Problem]:
    """Find notebooks too heavy for a browser and a diff."""
    problems = []
    for path in (checkout.lab_path(lesson.slug), checkout.solution_path(lesson.slug)):
        size = path.stat().st_size if path.exists() else 0
        if size > MAX_BYTES:
            message = (
                f"{path.name} has {size} bytes; at most {MAX_BYTES}. Show less in its outputs."
            )
            problems.append(Problem(lesson.path, 1, message))
    return problems


def ignored_outputs(lesson: Lesson) -> list[Problem]:
    """Find outputs that are not compared, beyond two a lab or without a reason."""
    ignored = [cell for cell in lesson.cells if cell.has("nbval-ignore-output")]
    problems = [
        Problem(
            lesson.path, cell.line, f"Not compared, and no reason. Add `{REASON}<why it differs>`."
        )
        for cell in ignored
        if not any(line.startswith(REASON) for line in cell.source.splitlines())
    ]
    if len(ignored) > MAX_IGNORED:
        message = (
            f"{len(ignored)} outputs are not compared; at most {MAX_IGNORED}. Make them stable."
        )
        problems.append(Problem(lesson.path, ignored[-1].line, message))
    return problems


def _marked(cell: Cell) -> list[tuple[int, str, bool]]:
    """Return (line number, text, whether it belongs to a solution) for a cell's lines."""
    found, inside = [], False
    for number, line in enumerate(cell.source.splitlines(), start=cell.line):
        bare = line.strip()
        if bare.startswith("# END SOLUTION"):
            inside = False
        elif bare.startswith("# SOLUTION"):
            inside = True
        elif inside or "# SOLUTION" in bare:
            found.append((number, line.partition("# SOLUTION")[0], True))
        else:
            found.append((number, line, False))
    return found


def _lab_lines(lab_text: str) -> list[str]:
    cells = json.loads(lab_text)["cells"]
    return [line.strip() for cell in cells for line in "".join(cell["source"]).splitlines()]


def _telling(text: str) -> bool:
    """Tell whether a line gives something away: `)` and `else:` do not."""
    return sum(character.isalnum() for character in text) > 5
