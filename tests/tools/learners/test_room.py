"""A room of kernels measures each learner, tells what failed, and leaves nothing behind."""

from __future__ import annotations

import _thread
import io
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbformat import v4

from tests.waiting import until
from tools.learners.learner import Kind
from tools.learners.room import Outcome, Plan, Room

CHILD = """\
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
"""
PASSED, REFUSED = "print('✔ 1.1 passed · sent 3 orders')", "print('✘ 1.2 not yet · sent 3 orders')"


def notebook(*cells: tuple[str, str]) -> Any:
    """Return a notebook of code cells, each with one tag."""
    return v4.new_notebook(
        cells=[v4.new_code_cell(source, metadata={"tags": [tag]}) for tag, source in cells]
    )


def run(room: Any, plan: Plan) -> Outcome:
    """Run a room without its progress."""
    return Room(room, plan, tell=io.StringIO()).run()


@pytest.fixture(scope="module")
def two() -> Outcome:
    """Two learners with a good answer, a refused one, and a child process each."""
    cells = [("setup", f"def Lab(name): pass\nLab('x')\n{CHILD}"), ("check-1.1", PASSED)]
    return run(notebook(*cells, ("check-1.2", REFUSED)), Plan(2, within_s=0))


def test_each_wait_is_measured_by_its_kind(two: Outcome):
    """The kernel, the cell that makes the Lab, and each check are told apart."""
    kinds = [Kind.KERNEL, Kind.LAB, Kind.CHECK, Kind.CHECK]

    assert [kinds, kinds] == [[step.kind for step in who.steps] for who in two.learners]
    assert all(step.seconds > 0 for who in two.learners for step in who.steps)


def test_a_right_answer_that_does_not_pass_is_a_failure(two: Outcome):
    """What the check said is told, with the learner's number."""
    said = "✘ 1.2 not yet · sent 3 orders"

    assert [f"learner 1: {said}", f"learner 2: {said}"] == [f.strip() for f in two.failures]


def test_memory_is_that_of_the_kernel_and_of_what_it_started(two: Outcome):
    """The last look is before the kernel ends: it counts the child among the environments."""
    for who in two.learners:
        last = who.footprints[-1]
        assert last.kernel_mb > 10
        assert 1 == last.environments
        assert last.total_mb > last.kernel_mb
        assert last.cpu_s > 0


def test_a_cell_that_raises_ends_that_learner_and_is_told():
    """The other cells are not run, as nobody could have gone on; the room does not stop."""
    raising = notebook(("run", "raise ValueError('no prices')"), ("check-1.1", REFUSED))

    outcome = run(raising, Plan(1, within_s=0))

    assert 1 == len(outcome.failures)
    assert "learner 1: CellExecutionError" in outcome.failures[0]
    assert "ValueError: no prices" in outcome.failures[0]


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files of its own, with a name short enough for sockets in it."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_an_interrupt_ends_every_kernel(tmp_path: Path, temporary: Path):
    """Ctrl-C leaves no process and no folder; who has not arrived yet does not come."""
    here = tmp_path / "kernels"
    here.mkdir()
    announce = f"import os, pathlib\npathlib.Path({str(here)!r}, str(os.getpid())).touch()\n"
    endless = notebook(("run", f"{announce}import threading\nthreading.Event().wait()"))

    def interrupt() -> None:
        until(lambda: len([*here.iterdir()]) == 2)
        _thread.interrupt_main()

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        run(endless, Plan(2, within_s=0))

    kernels = [int(file.name) for file in here.iterdir()]
    until(lambda: not any(psutil.pid_exists(pid) for pid in kernels))
    assert [] == [*temporary.iterdir()]


def test_arrivals_are_the_same_for_a_seed():
    """A room can be repeated: the first comes at once, the others within the time."""
    plan = Plan(30, within_s=60, seed=7)

    assert plan.arrivals() == plan.arrivals() != Plan(30, within_s=60, seed=8).arrivals()
    assert 0 == plan.arrivals()[0] <= plan.arrivals()[-1] <= 60
    assert [0.0] * 5 == Plan(5, within_s=0).arrivals()
