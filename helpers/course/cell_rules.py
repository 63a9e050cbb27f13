"""What a cell may hold that becomes a file: imports, assignments, defs and classes.

In Lambda the file is loaded once per execution environment, before any event. A call left at
the bottom of a cell would run there too, so the kit names the line instead of deploying it.
"""

from __future__ import annotations

import ast

from helpers.cloud.errors import KitError

BELONGS = (
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)


class CellError(KitError):
    """A cell holds a line that does not belong into a deployed file."""


def check_cell(text: str, *, handler: str) -> None:
    """Raise CellError naming the first line of the cell that does not belong."""
    for statement in ast.parse(text).body:
        if isinstance(statement, BELONGS) or _is_docstring(statement):
            continue
        line = text.splitlines()[statement.lineno - 1].strip()
        raise CellError(
            f"Line {statement.lineno} of the cell that defines {handler!r} does not belong "
            f"there: {line!r}.",
            why="The whole cell becomes app.py, and Lambda runs it before the first event.",
            next_step="Move that line to a cell of its own; keep imports, assignments, defs, "
            "classes.",
            anchor="cell-line",
        )


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
