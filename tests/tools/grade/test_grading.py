"""Judging one lab of one learner: what goes into its notebook, and whose fault an early end is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.tools.grade.conftest import GREET, PRICE, Notebook
from tests.tools.grade.rooms import PlayedRoom, outcome
from tools.grade.answers import Answers, read_answers
from tools.grade.grading import Grade, Graded, grade_answers
from tools.grade.labs import Lab
from tools.grade.sitting import Sat


@pytest.fixture
def answers(notebook: Notebook, labs: Mapping[str, Lab]) -> Answers:
    """Both exercises of lab 00, answered somehow."""
    notebook.answered(e01="greet = 1", e02="price = 2")
    answers = read_answers(notebook.dumped(), "x", labs)
    assert answers is not None
    return answers


def cell_of(answers: Answers, exercise: str) -> str:
    """Return the id of an exercise's cell."""
    return answers.lab.exercises[exercise][0].id


def grades(graded: Graded) -> dict[str, str]:
    """Return the grades by exercise."""
    return {each: finding.grade for each, finding in graded.findings.items()}


def test_answers_stand_in_the_labs_own_notebook(answers: Answers) -> None:
    """The lab's cells up to the last check go to the examiner, with the learner's among them."""
    room = PlayedRoom()
    assert {GREET: "passed", PRICE: "passed"} == grades(grade_answers(answers, room))
    (spec,) = room.specs
    sources = {cell["id"]: cell["source"] for cell in spec["cells"]}
    assert "greet = 1" == sources[cell_of(answers, GREET)]
    assert ["price"] == spec["cells"][-1]["names"]
    own = {cell.id: cell.source for cell in answers.lab.cells if not cell.exercise}
    assert all(sources[each] == own[each] for each in sources if each in own)


def test_the_untouched_is_not_run(notebook: Notebook, labs: Mapping[str, Lab]) -> None:
    """A lab without an answer needs no examiner, and its cells say what they are."""
    answers, room = read_answers(notebook.dumped(), "x", labs), PlayedRoom()
    assert answers is not None
    assert {GREET: "not started", PRICE: "not started"} == grades(grade_answers(answers, room))
    assert [] == room.specs


def test_a_refused_cell_does_not_run(answers: Answers) -> None:
    """A tampered exercise is not judged, and the starter stands in its place for the others."""
    answers.refused[GREET] = "two of them"
    room = PlayedRoom()
    assert {GREET: "tampered", PRICE: "passed"} == grades(grade_answers(answers, room))
    sources = {cell["id"]: cell["source"] for cell in room.specs[0]["cells"]}
    assert answers.lab.exercises[GREET][0].source == sources[cell_of(answers, GREET)]


@pytest.mark.parametrize(
    ("expected", "end"),
    [
        ("timed out", {"is_timed_out": True}),
        ("hostile", {"ended": "used too much", "is_hostile": True}),
    ],
)
def test_a_bad_cell_costs_its_own_exercise_only(
    expected: str, end: dict[str, Any], answers: Answers
) -> None:
    """After an early end the lab is gone through again, without the cell that caused it."""

    def play(spec: Mapping[str, Any]) -> Sat:
        if GREET in spec["wanted"]:
            return Sat(at=cell_of(answers, GREET), **end)
        return Sat(outcomes={PRICE: outcome(PRICE)})

    room = PlayedRoom(play=play)
    assert {GREET: expected, PRICE: "passed"} == grades(grade_answers(answers, room))
    assert [[GREET, PRICE], [PRICE]] == [spec["wanted"] for spec in room.specs]
    sources = {cell["id"]: cell["source"] for cell in room.specs[1]["cells"]}
    assert "greet = 1" not in sources.values()


def test_a_late_end_is_blamed_on_the_answer_before_it(answers: Answers) -> None:
    """When the lab's own cell does not end, the last answer that ran is the cause, even passed."""
    between = answers.lab.cells[
        [c.id for c in answers.lab.cells].index(cell_of(answers, PRICE)) - 1
    ]

    def play(spec: Mapping[str, Any]) -> Sat:
        if GREET in spec["wanted"]:
            return Sat(outcomes={GREET: outcome(GREET)}, at=between.id, is_timed_out=True)
        return Sat(outcomes={PRICE: outcome(PRICE, "not yet", "nothing")})

    graded = grade_answers(answers, PlayedRoom(play=play))
    assert {GREET: "timed out", PRICE: "not yet"} == grades(graded)
    assert "sent 3 orders · nothing" == graded.findings[PRICE].evidence


def test_the_kits_own_failure_is_nobodys_fault(answers: Answers) -> None:
    """An examination that ends before an answer ran, or by itself, is broken, not hostile."""
    room = PlayedRoom(play=lambda _: Sat(ended="the checks ended: MemoryError"))
    assert {GREET: "broken", PRICE: "broken"} == grades(grade_answers(answers, room))
    room = PlayedRoom(play=lambda _: Sat(at="begin", is_timed_out=True))
    assert {Grade.BROKEN} == set(grades(grade_answers(answers, room)).values())
