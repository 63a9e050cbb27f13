"""One learner: a kernel as JupyterLab starts it, going through a solved lab cell by cell.

Each has a copy of the notebook, and a home, a data folder and a temporary folder of its own. There
are no pauses between cells: nobody reads, so this asks more of a machine than people do.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import re
import time
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbclient import NotebookClient

from tools.learners.footprint import Footprint, families, measure
from tools.notebooks.checkout import ROOT
from tools.notebooks.execute import KitKernelManager, kernel_environment
from tools.rehearse import shown_text, status_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

KERNEL_WITHIN_S = 300
CELL_WITHIN_S = 900
"""Limits that a full room does not reach: what is slow is measured, what hangs is a failure."""
STATED = 300
"""So many characters of a failure are kept."""
COLOUR = re.compile(r"\x1b\[[\d;]*m")
RESTARTS = 5
"""As often JupyterLab starts a kernel anew whose ports were taken before it had them."""


class Kind(StrEnum):
    """What somebody waited for."""

    KERNEL = "kernel"
    LAB = "Lab()"
    CHECK = "check"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Step:
    """One wait of a learner."""

    kind: Kind
    seconds: float


@dataclass
class Learner:
    """One learner, from arriving to having left; `failures` say what went wrong, and where."""

    number: int
    arrives_s: float
    folder: Path
    kernel: int | None = None
    is_done: bool = False
    restarts: int = 0
    steps: list[Step] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    footprints: list[Footprint] = field(default_factory=list)
    _began: float = 0.0
    _client: NotebookClient | None = None

    async def go_through(self, notebook: NotebookNode) -> None:
        """Arrive, run every cell, and leave; what goes wrong is kept in `failures`."""
        try:
            await asyncio.sleep(self.arrives_s)
            for name in ("home", "tmp", "work"):
                (self.folder / name).mkdir(parents=True)
            own = deepcopy(notebook)
            self._begin()
            while await self._dies_at_birth(own):
                self.restarts += 1
            self.failures += _refusals(own)
        except Exception as error:  # the room goes on without whoever's kernel does not start
            self.failures.append(f"{type(error).__name__}: {_end_of(str(error))}")
            if not self.steps:
                self.failures[-1] += f" {_end_of((self.folder / 'kernel.log').read_text())}"
        finally:
            self.kernel, self.is_done = None, True

    def hurry(self) -> None:
        """Let the kernel be killed at the end, not asked to leave."""
        if self._client is not None:
            self._client.shutdown_kernel = "immediate"

    def look(self, footprint: Footprint) -> None:
        """Keep what the learner's processes took at a moment."""
        self.footprints.append(footprint)

    async def _dies_at_birth(self, notebook: NotebookNode) -> bool:
        """Run the notebook; tell whether the kernel ended before its first cell and may again."""
        try:
            await self._work(notebook)
        except RuntimeError as error:
            if self.steps or self.restarts >= RESTARTS or "Kernel died" not in str(error):
                raise
            return True
        return False

    async def _work(self, notebook: NotebookNode) -> None:
        last = max(i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code")

        def ended(cell: NotebookNode, cell_index: int, **_: Any) -> None:
            self._end(_kind_of(cell))
            if cell_index == last and self.kernel is not None:
                self.look(measure(families([self.kernel])[self.kernel]))
                self.kernel = None  # while it ends, it is nobody's

        client: NotebookClient = NotebookClient(
            notebook,
            kernel_manager_class=KitKernelManager,
            timeout=CELL_WITHIN_S,
            startup_timeout=KERNEL_WITHIN_S,
            record_timing=False,
            store_widget_state=False,
            on_notebook_start=lambda **_: self._kernel_is_ready(client),
            on_cell_execute=lambda **_: self._begin(),
            on_cell_executed=ended,
        )
        self._client = client
        try:
            with (self.folder / "kernel.log").open("ab") as log:
                where = {"cwd": str(self.folder / "work"), "stderr": log}
                await client.async_execute(env=self._variables(), **where)
        finally:  # where nbclient was stopped while it started the kernel, it leaves both
            atexit.unregister(client._cleanup_kernel)
            if client.km is not None and client.km.has_kernel:
                with contextlib.suppress(RuntimeError):
                    await client.km.shutdown_kernel(now=True)

    def _variables(self) -> Mapping[str, str]:
        home = str(self.folder / "home")
        own = {"HOME": home, "USERPROFILE": home, "TMPDIR": str(self.folder / "tmp")}
        return kernel_environment(ROOT, self.folder, strict=False) | own

    def _kernel_is_ready(self, client: NotebookClient) -> None:
        assert client.km is not None
        self.kernel = client.km.provisioner.pid
        self._end(Kind.KERNEL)

    def _begin(self) -> None:
        self._began = time.perf_counter()

    def _end(self, kind: Kind) -> None:
        self.steps.append(Step(kind, time.perf_counter() - self._began))


def _kind_of(cell: NotebookNode) -> Kind:
    tags = cell.metadata.get("tags", [])
    if any(tag.startswith("check-") for tag in tags):
        return Kind.CHECK
    return Kind.LAB if "setup" in tags and "Lab(" in cell.source else Kind.CELL


def _refusals(notebook: NotebookNode) -> Iterator[str]:
    """Yield what each check said that did not pass: every answer here is a right one."""
    for cell in notebook.cells:
        if _kind_of(cell) is Kind.CHECK and status_of(text := shown_text(cell)) != "passed":
            yield text[:STATED]


def _end_of(text: str) -> str:
    """Return the last lines of an error, without the colours of a traceback's terminal."""
    lines = [line for line in COLOUR.sub("", text).strip().splitlines() if line.strip()]
    return " ".join(lines[-3:])[-STATED:]
