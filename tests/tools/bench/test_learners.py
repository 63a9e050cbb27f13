"""The table of a room: waits, memory against its bound, and every failure with its cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.bench.__main__ import main
from tools.bench.learners import percentile, rows, solved_lab
from tools.learners.footprint import Footprint
from tools.learners.learner import Kind, Learner, Step
from tools.learners.room import Outcome, Plan


def learner(number: int, *, peak_mb: float, lab_s: float) -> Learner:
    """Return a learner who has left."""
    who = Learner(number, 0.0, Path("nowhere"))
    who.footprints = [Footprint(90, 90, 0, 0, 4), Footprint(90, 90, peak_mb - 180, 9, 5)]
    who.steps = [Step(Kind.LAB, lab_s)]
    return who


def table(*learners: Learner, lab: str = "02") -> dict[str, tuple[float | None, str, str]]:
    """Return the rows of a room by their last words."""
    measures = rows(Outcome([*learners], wall_s=60), Plan(len(learners)), lab)
    return {m.what.split(": ")[1]: (m.value, m.verdict, m.detail) for m in measures}


def test_the_largest_learner_is_held_against_the_bound():
    """350 MB for lab 02; a lab that uses many services may take 450."""
    room = learner(1, peak_mb=300, lab_s=1), learner(2, peak_mb=400, lab_s=2)
    largest = (400, "kernel 90, cloud 90, 9 environments 220")

    value, verdict, detail = table(*room)["largest learner at the peak"]
    assert (*largest, "OVER") == (value, detail, verdict)
    assert "ok" == table(*room, lab="11")["largest learner at the peak"][1]


def test_a_failure_is_over_its_bound_and_named():
    """None is allowed, and the row says whose it was and what it said."""
    unlucky = learner(1, peak_mb=300, lab_s=1)
    unlucky.failures = ["2.5 not yet"]

    assert (1, "OVER", "learner 1: 2.5 not yet") == table(unlucky)["failures"]


def test_waits_are_told_with_their_middle_and_their_end():
    """Nineteen of twenty waits are no longer than the value; a wait nobody had is not measured."""
    room = [learner(n, peak_mb=300, lab_s=float(n)) for n in range(1, 21)]

    value, _, detail = table(*room)["imports and Lab(), 95 % within"]
    assert (19.0, "half 10.0 s, longest 20.0 s of 20") == (value, detail)
    assert (None, "not measured", "") == table(*room)["a check, 95 % within"]


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.95, 4), (0.01, 1)])
def test_a_percentile_is_one_of_the_values(share: float, value: float):
    """The smallest that so large a share does not exceed."""
    assert value == percentile([4, 1, 3, 2], share)


@pytest.mark.parametrize("name", ["02", "environments", "02-environments"])
def test_a_lab_is_named_as_everywhere(name: str):
    """By number, name or both."""
    assert "02-environments" == solved_lab(name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--learners", "0"], "'0' learners cannot come: say 1 or more"),
        (["--learners", "many"], "'many' learners cannot come"),
        (["--learners", "1", "--lab", "99"], "There is no solved lab '99'"),
    ],
)
def test_a_room_that_cannot_be_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    """Before anything is started."""
    with pytest.raises(SystemExit) as refused:
        main(words)

    assert said in capsys.readouterr().err + str(refused.value)
