from __future__ import annotations

from pathlib import Path

import pytest

from helpers.checks.exercise import Exercise, LabChecks, all_labs
from helpers.checks.outcome import Status
from helpers.course.progress import Progress, open_file
from helpers.course.standing import Standing

HINTS = ("a", "b", "c")


def exercise(number: str, *, core: bool = True) -> Exercise:
    return Exercise(number, f"do {number}", core, HINTS, check=lambda *_: None)


LAB = LabChecks("01-handlers", (exercise("1.1"), exercise("1.2", core=False)), can="do it all")


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(open_file(tmp_path / "p.json"))


def row(progress: Progress):
    return next(r for r in Standing(LAB, progress).map().rows if r.slug == LAB.slug)


def passes(progress: Progress, number: str, *, failures: int = 0) -> None:
    for failure in range(failures):
        progress.add_attempt(LAB.slug, number, Status.NOT_YET, answer=f"wrong {failure}")
    progress.add_attempt(LAB.slug, number, Status.PASSED, answer="right")


def test_every_lab_of_the_course_is_on_the_map(progress: Progress):
    """One row per lab, this one drawn from its own checks."""
    rows = Standing(LAB, progress).map().rows

    assert [lab.slug for lab in all_labs()] == [r.slug for r in rows]
    assert {"not begun"} == {r.state for r in rows}


def test_a_lab_goes_from_begun_to_done_to_mastered(progress: Progress):
    """A prediction begins it, the core ends it, the stretch masters it."""
    progress.add_guess(LAB.slug, "1.a", "B")
    assert "◐ begun, 0 of 1 core" == row(progress).state_words()
    passes(progress, "1.1")
    assert "✔ done" == row(progress).state_words()
    assert ("do it all",) == row(progress).can
    passes(progress, "1.2")
    assert "✔ mastered" == row(progress).state_words()


def test_hard_is_what_took_several_attempts_or_hints(progress: Progress):
    """Attempts after the first pass do not count."""
    passes(progress, "1.1")
    assert () == row(progress).hard
    passes(progress, "1.2", failures=2)
    passes(progress, "1.2", failures=1)
    assert ("1.2 do 1.2: 3 attempts, passed",) == row(progress).hard
    for number in (1, 2):
        progress.add_hint(LAB.slug, "1.1", number)
    assert "1.1 do 1.1: 1 attempt, 2 hints, passed" == row(progress).hard[0]


def test_the_next_step_is_this_lab_then_the_next_then_missed_questions(progress: Progress):
    """One always learns what to do next, until nothing is left."""

    def next_step() -> str:
        return Standing(LAB, progress).map().next_step

    assert "lab 01-handlers, exercise 1.1 do 1.1" == next_step()
    passes(progress, "1.1")
    assert "lab 01-handlers" not in next_step()
    for lab in all_labs():
        for each in lab.exercises:
            progress.add_attempt(lab.slug, each.id, Status.PASSED, answer="x")
    assert next_step() == ""
    progress.add_answer(LAB.slug, "01-1", "A", right=False)
    assert "Quiz(lab, '01-handlers', missed_only=True)" in next_step()


def test_the_map_is_shown_as_a_table_with_headings_and_as_text(progress: Progress):
    """Both forms say the state in words; what is shown is escaped."""
    standing = Standing(LAB, progress)
    passes(progress, "1.1")

    assert '<th scope="col"' in standing._repr_html_()
    assert '<th scope="row"' in standing._repr_html_()
    assert "you can  do it all" in repr(standing)
    assert "Next: " in repr(standing)
