"""Running a lab to its end whatever its cells do, and what is told of it."""

from __future__ import annotations

import threading
from asyncio import CancelledError
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools.proof.results import Verdict
from tools.proof.running import How, Limits, Running, run_answers, run_solved
from tools.proof.tables import Proved, failures, table
from tools.proof.targets import Backend, Target

HERE = Target(Backend.EMBEDDED)


def how(course, **limits):
    """Return how to run a lesson of the test's own course."""
    return How(Limits(**limits), course.root)


def in_a_thread(run, *arguments):
    """Run labs as the proof does; this thread may have the loop that drives a browser."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run, *arguments).result()


def test_a_solved_lab_is_run_whole(course, lesson):
    """Every exercise passes, every cell does what its tags say, and nothing is a failure."""
    run = in_a_thread(run_solved, lesson, HERE, how(course))

    assert ["7.1", "7.2"] == run.with_verdict(Verdict.PASSED)
    assert () == run.different
    assert [] == failures([run])
    assert "07-parcels  embedded cloud  7.1 7.2  –        –" in table([run])
    assert ("7.1", "7.2") == Proved.of(run).passed


def test_a_cell_that_fails_is_told_and_the_next_one_runs(course, spoil):
    """An error is noted with its line, and so is a cell that should raise and does not."""
    spoil("lab.saw(", "nothing.saw(")
    lesson = spoil('lab.invoke("scale-demo", {})', "lab.saw('7.a')")

    run = in_a_thread(run_solved, lesson, HERE, how(course))

    assert ["raised nothing, and should"] == [cell.raised for cell in run.different]
    assert lesson.path.read_text("utf-8").splitlines().index("# ### Break it · no weight") < (
        run.different[0].line
    )
    assert ["7.1", "7.2"] == run.with_verdict(Verdict.PASSED)


def test_an_endless_cell_is_interrupted(course, spoil):
    """A cell that never ends is stopped after its time, and the lab goes on."""
    lesson = spoil("lab.receipt()", "while True: pass")

    run = in_a_thread(run_solved, lesson, HERE, how(course, cell_s=5))

    assert ["KeyboardInterrupt: "] == [cell.raised for cell in run.different]
    assert ["7.1", "7.2"] == run.with_verdict(Verdict.PASSED)


def test_a_lab_that_lasts_too_long_is_left(course, lesson):
    """What did not run is failed, and the reason is told."""
    run = in_a_thread(run_solved, lesson, HERE, how(course, lab_s=0))

    assert ["7.1", "7.2"] == run.with_verdict(Verdict.FAILED)
    assert ["07-parcels on embedded cloud: stopped after 0 s"] == failures([run])[:1]


def test_wrong_answers_are_tried_with_their_checks(course, lesson):
    """Each gets what it should; one that passed would be false."""
    runs = in_a_thread(run_answers, lesson, HERE, how(course))

    assert [False] * 9 == [run.is_false for run in runs]
    assert {"wrong": "not yet", "solution": "passed", "alternative": "passed"} == {
        run.answer: run.status for run in runs
    }


def test_labs_that_run_can_be_stopped(course, spoil):
    """Whoever interrupts the proof does not wait for a cell's end."""
    lesson = spoil("lab.receipt()", "while True: pass")
    running, begun = Running(), threading.Event()
    reached = how(course)
    watched = How(reached.limits, reached.root, lambda _: begun.set(), running)
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(run_solved, lesson, HERE, watched)
        assert begun.wait(60)
        running.stop()

        with pytest.raises(CancelledError):
            result.result(60)
