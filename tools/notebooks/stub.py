"""Blanking solutions: what a learner's cell says where the source has the answer.

A state machine over lines, never a regular expression over the cell: a region that is nested or
left open is an error that quotes its line, not an answer that slips through.

- `# SOLUTION: <what to do>` … `# END SOLUTION` becomes `# TODO: <what to do>` and, inside a
  function, `raise NotImplementedError("Exercise N")`; at the top level, `...`.
- `x = value  # SOLUTION` becomes `x = ...  # TODO`.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tools.notebooks.source import Cell, LessonError

BEGIN = re.compile(r"(?P<indent>\s*)# SOLUTION: (?P<task>\S.*)")
END = re.compile(r"(?P<indent>\s*)# END SOLUTION")
ONE_LINE = re.compile(r"(?P<name>\s*[\w.\[\]\"']+(?:: [^=]+)?) = (?P<value>.*\S) *# SOLUTION")
MARK = re.compile(r"#\s*(END\s+)?SOLUTION\b", re.IGNORECASE)


def blank(path: Path, cell: Cell) -> str:
    """Return the cell's source with its solutions blanked; raise LessonError for a bad mark."""
    exercise = cell.about("exercise") or ""
    functions = _function_lines(cell.source)
    lines: list[str] = []
    opened: re.Match[str] | None = None
    opened_at = 0
    for number, line in enumerate(cell.source.splitlines(), start=cell.line):
        if opened is not None:
            if _closes(path, number, line, opened):
                opened = None
        elif begin := BEGIN.fullmatch(line):
            opened, opened_at = begin, number
            raising = number - cell.line + 2 in functions
            lines += _starter(begin["indent"], begin["task"], exercise if raising else None)
        elif one := ONE_LINE.fullmatch(line):
            lines.append(f"{one['name']} = ...  # TODO")
        elif MARK.search(line):
            raise LessonError(path, number, f"Cannot read the mark {line.strip()!r}.", _FORMS)
        else:
            lines.append(line)
    if opened is not None:
        raise LessonError(path, opened_at, "This SOLUTION is not closed.", "Add `# END SOLUTION`.")
    return _checked(path, cell, "\n".join(lines))


def solved(cell: Cell) -> str:
    """Return the cell's source as solutions/ shows it: the marks are gone, their tasks stay."""
    lines = []
    for line in cell.source.splitlines():
        if begin := BEGIN.fullmatch(line):
            lines.append(f"{begin['indent']}# {begin['task']}")
        elif one := ONE_LINE.fullmatch(line):
            lines.append(f"{one['name']} = {one['value']}")
        elif not END.fullmatch(line):
            lines.append(line)
    return "\n".join(lines)


def has_solution(cell: Cell) -> bool:
    """Tell whether the cell has a mark of a solution."""
    return any(MARK.search(line) for line in cell.source.splitlines())


_FORMS = (
    "Use `# SOLUTION: what to do` … `# END SOLUTION` on lines of their own, "
    "or `x = value  # SOLUTION`."
)


def _closes(path: Path, number: int, line: str, opened: re.Match[str]) -> bool:
    """Tell whether the line ends the open region; refuse any other mark inside it."""
    if end := END.fullmatch(line):
        if end["indent"] != opened["indent"]:
            raise LessonError(
                path, number, "END SOLUTION is not indented as its SOLUTION is.", _FORMS
            )
        return True
    if MARK.search(line):
        raise LessonError(path, number, f"{line.strip()!r} inside another SOLUTION.", _FORMS)
    return False


def _starter(indent: str, task: str, exercise: str | None) -> list[str]:
    # In a function the stub must raise when it is called; anywhere else a raise would stop an
    # untouched lab, which has to run from top to bottom.
    body = "..." if exercise is None else f'raise NotImplementedError("Exercise {exercise}")'
    return [f"{indent}# TODO: {task}", f"{indent}{body}"]


def _function_lines(source: str) -> set[int]:
    """Return the numbers of the lines inside a function, its `def` left out."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        number
        for node in ast.walk(ast.parse(source))
        if isinstance(node, functions)
        for number in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }


def _checked(path: Path, cell: Cell, stub: str) -> str:
    try:
        ast.parse(stub)
    except SyntaxError as error:
        raise LessonError(
            path, cell.line, f"Without its solution this cell is not Python: {error.msg}.", _FORMS
        ) from None
    return stub
