"""Every lesson runs: untouched, solved, with its exercises skipped, and with each wrong answer."""

from __future__ import annotations

import sys

import nbformat
import pytest

from tools.notebooks.checkout import BUILD_PYTHON, Checkout
from tools.notebooks.sanitize import stored_outputs
from tools.notebooks.watching import Watch
from tools.rehearse import Variant, outcomes, rehearse, run_lesson

pytestmark = pytest.mark.timeout(900)


@pytest.mark.slow
def test_answers(each_lesson):
    """Whoever skips every exercise gets to the end; then each wrong answer gets its own sentence.

    Alternatives, and solutions on their own, pass. It lasts longest, so it comes first.
    """
    results = rehearse(each_lesson)
    told = [
        f"{each_lesson.path}:{result.case.cell.line}: {problem}; it said: {result.text}"
        for result in results
        if (problem := result.problem())
    ]

    assert results
    assert told == []


def test_untouched(each_lesson):
    """The untouched lab runs from top to bottom, and every check says that nothing is started."""
    found = outcomes(run_lesson(each_lesson, Variant.UNTOUCHED))

    assert found == dict.fromkeys(each_lesson.exercise_ids(), "not started")


def test_solved(each_lesson, tmp_path):
    """The solved lab passes every check, shows what is stored, and asks nobody but this machine."""
    watch = Watch(tmp_path / "connections")

    notebook = run_lesson(each_lesson, Variant.SOLVED, watch=watch)

    assert [] == watch.departures()
    assert {"ipykernel_launcher", "helpers.cloud.server"} <= modules_in(watch.processes())
    assert outcomes(notebook) == dict.fromkeys(each_lesson.exercise_ids(), "passed")

    if sys.version_info[:2] == BUILD_PYTHON:
        assert differences(each_lesson, notebook) == []


def modules_in(command_lines):
    """Return the modules that were started with -m."""
    words = [line.split() for line in command_lines]
    return {line[line.index("-m") + 1] for line in words if "-m" in line[:-1]}


def differences(lesson, notebook):
    """Return the sources of the cells whose outputs are not the stored ones, with both."""
    patterns = Checkout().patterns()
    stored = nbformat.read(Checkout().solution_path(lesson.slug), as_version=4)
    return [
        (cell.source, stored_outputs(cell.outputs, patterns), before.outputs)
        for cell, before in zip(notebook.cells, stored.cells, strict=True)
        if cell.cell_type == "code"
        and "nbval-ignore-output" not in cell.metadata.get("tags", [])
        and comparable(stored_outputs(cell.outputs, patterns)) != comparable(before.outputs)
    ]


def comparable(outputs):
    """Return outputs without tracebacks, whose lines differ by the version of IPython."""
    return [{key: part for key, part in out.items() if key != "traceback"} for out in outputs]
