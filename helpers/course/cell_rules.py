"""What a cell may hold that becomes a file: imports, assignments, defs and classes.

In Lambda the file is loaded once per execution environment, before any event. A call left at
the bottom of a cell would run there too, so the kit names the line instead of deploying it.
What sets up an object of the file's own, such as `logger.setLevel("INFO")`, is meant to run there.
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
    body = ast.parse(text).body
    objects, functions = _names(body)
    for statement in body:
        if isinstance(statement, BELONGS) or _is_docstring(statement):
            continue
        if _sets_up(statement, objects, functions):
            continue
        line = text.splitlines()[statement.lineno - 1].strip()
        raise CellError(
            f"Line {statement.lineno} of the cell that defines {handler!r} does not belong "
            f"there: {line!r}.",
            why="The whole cell becomes app.py, and Lambda runs it before the first event.",
            next_step="Move that line into a function, or to a cell of its own if Lambda should "
            "not run it; keep imports, assignments, defs, classes.",
            anchor="cell-line",
        )


def _names(body: list[ast.stmt]) -> tuple[set[str], set[str]]:
    """Return the names of a cell's imports and assignments, and those of its defs and classes."""
    objects, functions = set(), set()
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            functions.add(statement.name)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            objects |= {(name.asname or name.name).partition(".")[0] for name in statement.names}
        else:
            objects |= {
                name.id
                for name in ast.walk(statement)
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
            }
    return objects - functions, functions


def _sets_up(statement: ast.stmt, objects: set[str], functions: set[str]) -> bool:
    """Say whether it calls a method of an object of the cell, and none of the cell's functions."""
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return False
    used = {name.id for name in ast.walk(statement) if isinstance(name, ast.Name)}
    called = statement.value.func
    while isinstance(called, ast.Attribute | ast.Call):
        called = called.value if isinstance(called, ast.Attribute) else called.func
    is_method = isinstance(statement.value.func, ast.Attribute)
    own = isinstance(called, ast.Name) and called.id in objects
    return is_method and own and not used & functions


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
