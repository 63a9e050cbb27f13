"""`kit.py grade` on a folder: real examiners, real accounts, learners of every kind."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.tools.grade.conftest import GREET, PRICE, Notebook
from tools.grade.gradebook import Grader
from tools.grade.kept import Kept
from tools.grade.labs import Lab
from tools.grade.limits import Limits
from tools.grade.report import as_csv
from tools.grade.sitting import Room
from tools.notebooks.checkout import Checkout
from tools.notebooks.source import read_lesson

ENDLESS = "import time\nwhile True:\n    time.sleep(1)"
LEAVING = "import os\nos._exit(0)"
BELIEVE_ME = """
import boto3
import helpers.checks.submission
import helpers.course.lab

helpers.checks.submission.judge = lambda *_: "passed"
helpers.course.lab.Lab.check = lambda *_: print("✔ 0.1 passed · believe me")
boto3.client = None
lab.check = helpers.course.lab.Lab.check


def greet(event, context):
    return "Hello"
"""
REACHES_OUT = """
def greet(event, context):
    import ctypes
    import os

    ctypes.CDLL(None).umount2(b"/tmp", 2)
    reached = ""
    for name in ("/python-apart", "/etc/ld.so.preload", "/proc/sys/kernel/core_pattern"):
        try:
            # nothing is written to it, wherever this runs
            os.close(os.open(name, os.O_WRONLY | (0 if "proc" in name else os.O_CREAT)))
            reached += name
        except OSError:
            pass
    raise RuntimeError(f"reached: {reached}.")
"""
KILLS_ALL = """
def greet(event, context):
    import os

    os.kill(-1, 9)
"""


@pytest.mark.slow
def test_each_learner_gets_what_the_checks_find(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    labs: Mapping[str, Lab],
    solved: Mapping[str, str],
    is_confined: bool,
) -> None:
    """Good answers pass; what patches, never ends or leaves its process costs its own exercise.

    A second run runs nothing and writes the same. Nothing is left behind.
    """
    if not is_confined:
        pytest.skip("hostile answers are run in namespaces only")
    folder, temporary = tmp_path / "in", tmp_path / "t"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    lesson = read_lesson(Checkout().lesson_paths("00")[0])
    wrong = next(cell for cell in lesson.cells if cell.about("wrong") == PRICE)
    for name, greet, price in (
        ("ana", solved[GREET], solved[PRICE]),
        ("eve", BELIEVE_ME, wrong.source),
        ("mallory", ENDLESS, LEAVING),
        ("oscar", KILLS_ALL, "%time 1"),
        ("peggy", REACHES_OUT, solved[PRICE]),
    ):
        answered = Notebook(labs).answered(e01=greet, e02=price)
        answered.written(folder / name / "00-welcome.ipynb")
    room = Room(is_confined, Limits(cell_s=15))
    grader = Grader(labs, room, 2, lambda _: None)
    book = grader.grade(folder, Kept(folder / "grades", b"mine"), leave_out=folder / "grades")
    rows = list(csv.reader(io.StringIO(as_csv(book.rows))))[1:]
    assert [
        ("ana", GREET, "passed"),
        ("ana", PRICE, "passed"),
        ("eve", GREET, "not yet"),
        ("eve", PRICE, "not yet"),
        ("mallory", GREET, "timed out"),
        ("mallory", PRICE, "hostile"),
        ("oscar", GREET, "hostile"),
        ("oscar", PRICE, "not yet"),
        ("peggy", GREET, "not yet"),
        ("peggy", PRICE, "passed"),
    ] == [(row[0], row[2], row[4]) for row in rows]
    evidence = {(row[0], row[2]): row[7] for row in rows}
    assert " ".join(wrong.expect.split()) in evidence["eve", PRICE]
    assert "RuntimeError: reached: ." in evidence["peggy", GREET]
    again = grader.grade(folder, Kept(folder / "grades", b"mine"), leave_out=folder / "grades")
    assert (5, as_csv(book.rows)) == (again.kept, as_csv(again.rows))
    assert [] == list(temporary.iterdir())
