from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.cloud.errors import KitError
from helpers.course.entries import Attempt
from helpers.course.solutions import Solution, is_open, read_solution

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def attempts(*answers: str, status: str = "not yet", ago_s: int = 60) -> list[Attempt]:
    at = (NOW - timedelta(seconds=ago_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [Attempt("1.1", status, answer, at) for answer in answers]


@pytest.mark.parametrize(
    ("tried", "opens"),
    [
        ([], False),
        (attempts("a", "b"), False),
        (attempts("a", "a", "a"), False),
        (attempts("a", "b", "c"), True),
        (attempts("a", status="passed"), True),
        (attempts("a", ago_s=599), False),
        (attempts("a", ago_s=600), True),
    ],
)
def test_the_gate_opens_by_pass_three_different_attempts_or_ten_minutes(
    tried: list[Attempt], opens: bool
):
    """The same answer three times is one attempt; time counts from the first."""
    assert opens is is_open(tried, now=NOW, environ={})


def test_a_room_can_open_every_solution():
    """COLDSTART_OPEN=1 opens all, for workshops."""
    assert is_open([], now=NOW, environ={"COLDSTART_OPEN": "1"})


def cell(source: str, *tags: str, kind: str = "code") -> dict[str, object]:
    return {"cell_type": kind, "metadata": {"tags": list(tags)}, "source": source}


@pytest.fixture
def solutions(tmp_path: Path) -> Path:
    cells = [
        cell("import json", "setup"),
        cell("def a(): ...", "exercise-1.1"),
        cell("lab.check('1.1', a)", "check-1.1"),
        cell("**Why this works.** One.", "solution-only", kind="markdown"),
        cell("def b(): ...", "exercise-1.2"),
        cell("**Why this works.** Two.", "solution-only", kind="markdown"),
    ]
    (tmp_path / "01-x.ipynb").write_text(json.dumps({"cells": cells}))
    return tmp_path


def test_a_solution_is_its_exercise_s_cells_and_the_reasoning_after_them(solutions: Path):
    """Cells of other exercises stay out."""
    assert ("def a(): ...", "**Why this works.** One.") == read_solution(
        "01-x", "1.1", folder=solutions
    )


def test_a_missing_notebook_or_exercise_says_to_build(solutions: Path):
    """Both are the author's to mend, with one command."""
    for slug, exercise in (("02-y", "1.1"), ("01-x", "1.9")):
        with pytest.raises(KitError, match=r"python3 kit\.py build"):
            read_solution(slug, exercise, folder=solutions)


def test_your_way_stands_beside_ours_after_a_pass():
    """Both codes are shown; without a pass in this kernel there is only ours."""
    both = Solution("1.1", "ours = 1", "Because.", "yours = 2")

    assert str(both).index("yours = 2") < str(both).index("ours = 1", 20)
    assert "Your way" in both._repr_html_()
    assert "Your way" not in Solution("1.1", "ours = 1", "")._repr_html_()
