"""Names of the one shop: exercises use them, demos their own, so that nothing left behind hurts."""

from __future__ import annotations

import ast
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.lint.problem import Problem
from tools.notebooks.source import Lesson

DEMO = "-demo"
FUNCTION_CALLS = {"deploy": 1, "invoke": 0, "logs": 0, "environments": 0}


@dataclass(frozen=True, slots=True)
class Shop:
    """The names lessons/shop.py gives to what Halftone has."""

    functions: frozenset[str] = frozenset()
    buckets: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    buses: frozenset[str] = frozenset()

    def of(self, parameter: str) -> frozenset[str]:
        """Return the names a parameter of the AWS API may have in an exercise."""
        return {
            "FunctionName": self.functions,
            "Bucket": self.buckets,
            "TableName": self.tables,
            "QueueName": self.queues,
            "EventBusName": self.buses,
        }[parameter]


PARAMETERS = ("FunctionName", "Bucket", "TableName", "QueueName", "EventBusName")


def read_shop(path: Path) -> Shop:
    """Read the shop's names from lessons/shop.py: FUNCTIONS, BUCKETS, TABLES, QUEUES, BUSES."""
    names = runpy.run_path(str(path))
    kinds = ("functions", "buckets", "tables", "queues", "buses")
    return Shop(**{kind: frozenset(names.get(kind.upper(), ())) for kind in kinds})


def shop_names(lesson: Lesson, shop: Shop) -> list[Problem]:
    """Find names that are neither the shop's nor, outside exercises, a demo's."""
    problems = []
    for cell in lesson.cells:
        if cell.is_markdown:
            continue
        in_exercise = bool(cell.about("exercise") or cell.is_answer)
        for line, parameter, name in _named(ast.parse(cell.source)):
            if name in shop.of(parameter) or (name.endswith(DEMO) and not in_exercise):
                continue
            known = ", ".join(sorted(shop.of(parameter))) or "none"
            demo = "" if in_exercise else f", or end it in {DEMO!r}"
            message = f"{name!r} is no {parameter} of lessons/shop.py ({known}). Take one{demo}."
            problems.append(Problem(lesson.path, cell.line + line - 1, message))
    return problems


def _named(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield (line in the cell, parameter, name) for each name given as a literal."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [(word.arg, word.value) for word in node.keywords if word.arg in PARAMETERS]
        if isinstance(node.func, ast.Attribute) and _is_lab(node.func.value):
            place = FUNCTION_CALLS.get(node.func.attr)
            if place is not None and len(node.args) > place:
                given.append(("FunctionName", node.args[place]))
        for parameter, value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.lineno, str(parameter), _bare(value.value)


def _is_lab(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "lab"


def _bare(name: str) -> str:
    """Return a function's name out of an ARN, or without its qualifier."""
    parts = name.split(":")
    return parts[6] if name.startswith("arn:aws:lambda:") and len(parts) > 6 else parts[0]
