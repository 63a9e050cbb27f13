"""Running one lab on one backend to its end, whatever its cells do there.

Errors of cells are noted and the next cell runs, as for a learner who reads on. A cell that never
ends is interrupted, and a lab that lasts too long is left: both are said in the result.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from helpers.course.calm import HEADING
from tools.notebooks.checkout import ROOT, line_of
from tools.notebooks.execute import KitKernelManager, kernel_environment
from tools.notebooks.notebook import solution_notebook
from tools.proof.results import AnswerRun, CellRun, ExerciseRun, LabRun
from tools.proof.targets import Target
from tools.rehearse import Answer, rehearsal, shown_text, status_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from tools.notebooks.source import Lesson

GIVEN_UP_AFTER = 2
"""A cell that goes on after so many interrupts is not waited for any more."""
INTERRUPTED = "KeyboardInterrupt"
DID_NOT_RUN = "did not run"
DID_NOT_RAISE = "raised nothing, and should"

Told = Callable[[str], None]


class Running:
    """The labs that run now, each in a thread of its own; `stop` ends all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: set[asyncio.Task[str]] = set()
        self._stopped = False

    def run(self, lab: Coroutine[None, None, str]) -> str:
        """Run a lab to its end; CancelledError when it was stopped."""
        return asyncio.run(self._watched(lab))

    def stop(self) -> None:
        """End every lab that runs, with its kernel, and start none any more."""
        with self._lock:
            self._stopped = True
            tasks = list(self._tasks)
        for task in tasks:
            task.get_loop().call_soon_threadsafe(task.cancel)

    async def _watched(self, lab: Coroutine[None, None, str]) -> str:
        task = asyncio.ensure_future(lab)
        with self._lock:
            self._tasks.add(task)
            if self._stopped:
                task.cancel()
        try:
            result = await task
        finally:
            with self._lock:
                self._tasks.discard(task)
                stopped = self._stopped
        if stopped:  # nbclient takes a cancellation for a dead kernel, and the lab ends as if by it
            raise asyncio.CancelledError
        return result


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a cell and a lab may take before they are stopped."""

    cell_s: int = 120
    lab_s: int = 900


@dataclass(frozen=True, slots=True)
class How:
    """How labs are run: within which limits, from which checkout, who is told, who may stop."""

    limits: Limits = Limits()
    root: Path = ROOT
    told: Told = lambda _: None
    running: Running = field(default_factory=Running)


def run_solved(lesson: Lesson, target: Target, how: How) -> LabRun:
    """Run the solved lab in an emptied account; return what its checks and cells came to."""
    notebook = solution_notebook(lesson)
    began = time.monotonic()
    cut_short = _run(notebook, target, how)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return LabRun(
        lesson.slug,
        target.backend,
        tuple(_exercise(cell) for cell in code if _checked(cell)),
        len(code),
        tuple(
            CellRun(line_of(lesson, cell.id), cell.source, what)
            for cell in code
            if (what := _difference(cell)) and not _checked(cell)
        ),
        time.monotonic() - began,
        cut_short,
    )


def run_answers(lesson: Lesson, target: Target, how: How) -> list[AnswerRun]:
    """Run every wrong and alternative answer with its check; return what each got."""
    prepared = rehearsal(lesson)
    _run(prepared.notebook, target, how)
    return [
        AnswerRun(
            result.case.exercise,
            result.case.answer,
            result.case.cell.line,
            "not yet" if result.case.answer is Answer.WRONG else "passed",
            result.status,
            result.text,
        )
        for result in prepared.results()
    ]


def _run(notebook: NotebookNode, target: Target, how: How) -> str:
    """Run the cells one by one; return why the rest did not run, or nothing."""
    target.reset()
    return how.running.run(_cell_by_cell(notebook, target, how))


async def _cell_by_cell(notebook: NotebookNode, target: Target, how: How) -> str:
    limits = how.limits
    client = NotebookClient(
        notebook,
        kernel_manager_class=KitKernelManager,
        timeout=limits.cell_s,
        interrupt_on_timeout=True,
        allow_errors=True,
        record_timing=False,
        store_widget_state=False,
    )
    client.log.disabled = True  # a cell that is interrupted is in the result
    deadline = time.monotonic() + limits.lab_s
    with tempfile.TemporaryDirectory(prefix="coldstart-run-", ignore_cleanup_errors=True) as folder:
        work = Path(folder, "work")
        work.mkdir()
        environment = kernel_environment(how.root, Path(folder), strict=False)
        variables = {**environment, **target.environment}
        async with client.async_setup_kernel(cwd=str(work), env=variables):
            for number, cell in enumerate(notebook.cells):
                if cell.cell_type != "code":
                    continue
                if time.monotonic() > deadline:
                    return f"stopped after {limits.lab_s} s"
                how.told(f"cell {number + 1} of {len(notebook.cells)}")
                try:
                    await asyncio.wait_for(
                        client.async_execute_cell(cell, number), limits.cell_s * GIVEN_UP_AFTER
                    )
                except (TimeoutError, DeadKernelError, CellTimeoutError):
                    return f"cell {number + 1} could not be interrupted, or ended the kernel"
                cell.metadata.ran = True
    return ""


def _checked(cell: NotebookNode) -> str:
    """Return the exercise that the cell checks, or nothing."""
    tags = (tag for tag in cell.metadata.get("tags", []) if tag.startswith("check-"))
    return next(tags, "").removeprefix("check-")


def _exercise(cell: NotebookNode) -> ExerciseRun:
    text = shown_text(cell)
    return ExerciseRun(_checked(cell), status_of(text), text or DID_NOT_RUN)


def _difference(cell: NotebookNode) -> str:
    """Return how the cell did not do what its tags say, or nothing."""
    if not cell.metadata.get("ran"):
        return DID_NOT_RUN
    if HEADING in shown_text(cell):
        return HEADING
    should = "raises-exception" in cell.metadata.get("tags", [])
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return DID_NOT_RAISE if should else ""
    last = errors[-1]
    return f"{last.ename}: {last.evalue}" if last.ename == INTERRUPTED or not should else ""
