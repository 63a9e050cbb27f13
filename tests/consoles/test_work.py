"""Work off the main thread: progress, an end, and Cancel."""

from __future__ import annotations

import threading

from helpers.consoles.work import Task

PATIENCE_S = 60


def test_work_runs_beside_the_kernel_and_hands_over_its_result():
    """The bar moves as the work reports, and `done` gets what it returned."""
    goes_on, got = threading.Event(), []

    def work(task: Task) -> int:
        task.report(0.5, "half of it")
        goes_on.wait(PATIENCE_S)
        return 42

    task = Task("simulation").start(work, done=got.append)

    assert not task.wait(0)
    goes_on.set()
    assert task.wait(PATIENCE_S)
    assert (42, [42]) == (task.result, got)
    assert 1 == task.bar.value
    assert task.button.disabled


def test_cancel_ends_the_work_at_its_next_report():
    """The button is heard, nothing is handed over, and a sentence says so."""
    begun, got = threading.Event(), []

    def work(task: Task) -> None:
        while True:
            begun.set()
            task.report(0.1)

    task = Task("simulation").start(work, done=got.append)
    begun.wait(PATIENCE_S)
    task.button.click()

    assert task.wait(PATIENCE_S)
    assert task.cancelled
    assert [] == got
    assert "cancelled" in task.message.value


def test_a_failure_is_a_sentence_under_the_bar():
    """No traceback: what happened, and what to do."""

    def work(task: Task) -> None:
        raise ValueError("no seed")

    task = Task("simulation").start(work)

    assert task.wait(PATIENCE_S)
    assert "ValueError: no seed" in task.message.value
