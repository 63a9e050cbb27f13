"""Blanking solutions: every form of the mark, and every mark that is wrong, by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.notebooks.source import Cell, CellKind, LessonError
from tools.notebooks.stub import blank, solved

PATH = Path("lessons/01-p.py")


def cell(source: str) -> Cell:
    return Cell(CellKind.CODE, 40, source, ("exercise-1.2",))


IN_FUNCTION = """def handler(event, context):
    order = event["order"]
    # SOLUTION: return the total
    total = sum(order)
    return total
    # END SOLUTION
"""
TOP_LEVEL = """# SOLUTION: write the handler
def handler(event, context):
    return 1
# END SOLUTION
name = "x"
"""
NESTED_BLOCK = """with open("x") as file:
    # SOLUTION: read it
    text = file.read()
    # END SOLUTION
"""


def test_in_a_function():
    """In a function the stub raises when it is called, at the same indentation."""
    assert blank(PATH, cell(IN_FUNCTION)).splitlines() == [
        "def handler(event, context):",
        '    order = event["order"]',
        "    # TODO: return the total",
        '    raise NotImplementedError("Exercise 1.2")',
    ]


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        (TOP_LEVEL, ["# TODO: write the handler", "...", 'name = "x"']),
        (NESTED_BLOCK, ['with open("x") as file:', "    # TODO: read it", "    ..."]),
    ],
)
def test_outside_of_functions(source, stub):
    """Outside of a function the stub does nothing, so that an untouched lab runs on."""
    assert blank(PATH, cell(source)).splitlines() == stub


@pytest.mark.parametrize(
    ("line", "stub", "solution"),
    [
        ("x = 3  # SOLUTION", "x = ...  # TODO", "x = 3"),
        ('x: int = f(a, "=")  # SOLUTION', "x: int = ...  # TODO", 'x: int = f(a, "=")'),
        ('x["a"] = {"b": 1}  # SOLUTION', 'x["a"] = ...  # TODO', 'x["a"] = {"b": 1}'),
    ],
)
def test_one_line(line, stub, solution):
    """A line marked as a whole keeps its name and loses its value."""
    assert blank(PATH, cell(line)) == stub
    assert solved(cell(line)) == solution


def test_solved():
    """A solved cell keeps the task as a comment and loses the marks."""
    assert solved(cell(IN_FUNCTION)).splitlines() == [
        "def handler(event, context):",
        '    order = event["order"]',
        "    # return the total",
        "    total = sum(order)",
        "    return total",
    ]


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("# SOLUTION: a\nx = 1", 40, "is not closed"),
        (
            "# SOLUTION: a\n# SOLUTION: b\nx = 1\n# END SOLUTION\n# END SOLUTION",
            41,
            "inside another",
        ),
        ("# SOLUTION: a\nx = 1  # SOLUTION\n# END SOLUTION", 41, "inside another"),
        ("x = 1\n# END SOLUTION", 41, "Cannot read the mark"),
        ("# SOLUTION\nx = 1\n# END SOLUTION", 40, "Cannot read the mark"),
        ("# Solution: a\nx = 1", 40, "Cannot read the mark"),
        ("f(3)  # SOLUTION", 40, "Cannot read the mark"),
        ("if x:\n    # SOLUTION: a\n    y()\n# END SOLUTION", 43, "not indented"),
        ("x = [\n    # SOLUTION: a\n    1,\n    # END SOLUTION\n    2]", 40, "not Python"),
    ],
)
def test_wrong_marks(source, line, words):
    """A mark that is nested, open, misspelt or out of place is an error, never a leak."""
    with pytest.raises(LessonError, match=words) as refused:
        blank(PATH, cell(source))

    assert refused.value.line == line
