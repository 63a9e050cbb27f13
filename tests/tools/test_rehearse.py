"""Rehearsing: every variant of a lesson runs, and every answer gets what it should."""

from __future__ import annotations

import pytest

from helpers.checks.outcome import Outcome, Status
from tools.notebooks.source import LessonError
from tools.rehearse import Answer, Variant, cases, main, outcomes, rehearse, run_lesson, status_of


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        (Variant.UNTOUCHED, {"7.1": "not started", "7.2": "not started"}),
        (Variant.SOLVED, {"7.1": "passed", "7.2": "passed"}),
    ],
)
def test_variants(course, lesson, variant, expected):
    """An untouched lab and a solved one run to the end."""
    assert outcomes(run_lesson(lesson, variant, root=course.root)) == expected


def test_dependent_lesson(course, spoil):
    """A later cell that needs what an exercise is to return fails in the untouched lab."""
    lesson = spoil("lab.cleanup()", "table.upper()")

    with pytest.raises(LessonError, match="This cell failed in the untouched lab") as failed:
        run_lesson(lesson, Variant.UNTOUCHED, root=course.root)

    assert failed.value.line == line_of("table.upper()", lesson)


def test_skipped_exercises(course, spoil):
    """A later cell that needs a name of an exercise's cell fails where exercises are skipped."""
    lesson = spoil("lab.receipt()", "two")

    with pytest.raises(LessonError, match="in the lab without its exercises: NameError") as failed:
        rehearse(lesson, root=course.root)

    assert failed.value.line == line_of("two", lesson)


def line_of(source, lesson):
    """Return the line of the cell with this source."""
    return next(cell.line for cell in lesson.cells if cell.source == source)


def test_answers(course, lesson):
    """Solutions and alternatives pass; wrong answers get their own sentence, in one kernel."""
    results = rehearse(lesson, root=course.root)

    assert [(result.case.exercise, result.case.answer) for result in results] == [
        ("7.2", Answer.SOLUTION),
        *[("7.2", Answer.WRONG)] * 3,
        ("7.1", Answer.SOLUTION),
        ("7.1", Answer.ALTERNATIVE),
        *[("7.1", Answer.WRONG)] * 3,
    ]
    assert [result.problem() for result in results] == [""] * 9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('expect="raised KeyError"', 'expect="no such key"', "its feedback lacks 'no such key'"),
        ('return event["grams"] * 2', "return 40", "should get 'not yet'"),
        ('return event["grams"] * 2', "raise NotImplementedError", "should get 'not yet'"),
        ('event["weight_g"] + event["weight_g"]', "41", "should pass"),
        ("# SOLUTION: return the weight", "print(table)  # a name of 7.2\n    # SOLUTION: x", ""),
    ],
)
def test_answers_that_miss(course, spoil, old, new, problem):
    """An answer that gets another outcome than the lesson says is told, and why."""
    results = rehearse(spoil(old, new), root=course.root)

    assert {result.problem() for result in results} == {"", problem}


def test_exercise_that_needs_an_earlier_one(course, spoil):
    """Answers run with no earlier exercise done, so that an exercise that needs one fails."""
    lesson = spoil('table = "stock"  # SOLUTION', 'two\ntable = "stock"  # SOLUTION')
    results = rehearse(lesson, root=course.root)

    assert [(r.case.exercise, r.case.answer) for r in results if r.problem()] == [
        ("7.2", Answer.SOLUTION)
    ]


def test_several_cells(spoil):
    """An answer replaces the exercise's cell that binds the same name; the others stay solved."""
    lesson = spoil(
        '# %% tags=["check-7.1"]',
        '# %% tags=["exercise-7.1"]\nlimit = 3  # SOLUTION\n\n# %% tags=["check-7.1"]',
    )
    wrong = [case for case in cases(lesson) if case.cell.expect == "raised KeyError"]

    assert [case.sources[1] for case in wrong] == ["limit = 3"]
    assert 'event["grams"]' in wrong[0].sources[0]


@pytest.mark.parametrize("status", list(Status))
def test_status_of_an_outcome(status):
    """The status is read from what the kit's own outcomes show."""
    assert status_of(str(Outcome("1.2", status, "sent 3 orders", seen="passed by"))) == status


@pytest.mark.slow
def test_command(course, lesson_path, text, capsys):
    """The command prints what each answer got, and what it said where that is wrong."""
    assert main(["--root", str(course.root)]) == 0
    assert "wrong 7.2: not yet" in capsys.readouterr().out

    lesson_path.write_text(text.replace('expect="raised', 'expect="rose'), encoding="utf-8")

    assert main(["07", "--root", str(course.root)]) == 1
    assert "its feedback lacks 'rose KeyError'; it said:" in capsys.readouterr().out

    lesson_path.write_text(text.replace("Lab(", "Laboratory("), encoding="utf-8")

    assert main(["07", "--root", str(course.root)]) == 1
    assert "NameError: name 'Laboratory'" in capsys.readouterr().err
