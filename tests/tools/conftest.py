"""A course of one lesson, good in every respect; tests spoil a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.checks.exercise import VERDICTS, Exercise, LabChecks, Prediction
from tools.coverage.pages import write_pages
from tools.notebooks.checkout import ROOT, Checkout
from tools.notebooks.notebook import dumps, lab_notebook, solution_notebook
from tools.notebooks.source import Lesson, parse_lesson

COURSE = Path(__file__).parent / "course"
Spoil = Callable[..., Lesson]


@pytest.fixture
def course(tmp_path: Path) -> Checkout:
    """A checkout with the good lesson, not built yet."""
    root = tmp_path / "check out"
    shutil.copytree(COURSE, root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "tests" / "lessons").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "lessons" / "sanitize.cfg", root / "tests" / "lessons")
    (root / "labs").mkdir()
    return Checkout(root)


@pytest.fixture
def lesson_path(course: Checkout) -> Path:
    """The good lesson's file, to be spoiled on disk."""
    return course.root / "lessons" / "07-parcels.py"


@pytest.fixture
def text(lesson_path: Path) -> str:
    """The good lesson's text."""
    return lesson_path.read_text(encoding="utf-8")


@pytest.fixture
def lesson(lesson_path: Path, text: str) -> Lesson:
    """The good lesson."""
    return parse_lesson(lesson_path, text)


@pytest.fixture
def built(course: Checkout, lesson: Lesson) -> Checkout:
    """The course with notebooks and pages as the builder writes them, but for the execution."""
    notebooks = {
        course.lab_path(lesson.slug): lab_notebook(lesson),
        course.solution_path(lesson.slug): solution_notebook(lesson),
    }
    for path, notebook in notebooks.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(dumps(notebook), encoding="utf-8")
    write_pages(course)
    return course


@pytest.fixture
def spoil(lesson_path: Path, text: str) -> Spoil:
    """Read the good lesson with one piece of its text replaced."""

    def spoiled(old: str, new: str, *, count: int = 1) -> Lesson:
        assert old in text
        return parse_lesson(lesson_path, text.replace(old, new, count))

    return spoiled


@pytest.fixture
def lab() -> LabChecks:
    """What helpers/checks would say about the good lesson."""
    hints = ("What is two?", "Twice is a product.", "return weight * 2")
    return LabChecks(
        "07-parcels",
        exercises=(
            Exercise("7.1", "Weigh two", core=True, hints=hints, check=print),
            Exercise("7.2", "Name the table", core=False, hints=hints, check=print),
        ),
        predictions=(
            Prediction(
                "7.a",
                "What does the scale say?",
                options={"A": "10", "B": "20"},
                answer="B",
                reasons={"A": "It halves nothing.", "B": "It says what it is given."},
            ),
            *(_heard(id_) for id_ in ("7.b", "7.c")),
        ),
    )


def _heard(id_: str) -> Prediction:
    return Prediction(id_, "Heard.", options=VERDICTS, answer="true", reasons=VERDICTS)
