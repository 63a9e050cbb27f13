"""Running a notebook as a learner's kernel does: this Python, an empty folder, no AWS settings.

The kernel is always the interpreter that builds, whatever kernel specs the machine has; its home
for progress and IPython's history is a folder that is deleted with the run.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets import default

from tools.notebooks.sockets import ListensAtFiles

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from tools.notebooks.watching import Watch

CELL_TIMEOUT_S = 180


class RunError(Exception):
    """A notebook that did not run as its tags say: which cell, and what it raised instead."""

    def __init__(self, cell_id: str, what: str) -> None:
        super().__init__(what)
        self.cell_id = cell_id


class ThisPython(KernelSpecManager):
    """The only kernel there is: the running interpreter's ipykernel, without its chatter."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the spec of the running interpreter, by whatever name it is asked for."""
        launcher = [sys.executable, "-m", "ipykernel_launcher", "--log-level=ERROR"]
        argv = [*launcher, "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


class KitKernelManager(ListensAtFiles, AsyncKernelManager):
    """Starts and ends kernels of this interpreter."""

    @default("kernel_spec_manager")
    def _this_python(self) -> KernelSpecManager:
        return ThisPython(parent=self)


def execute(
    notebook: NotebookNode, *, root: Path, strict: bool = False, watch: Watch | None = None
) -> NotebookNode:
    """Run a notebook's cells in place, in an empty folder, and return it.

    Cells tagged `raises-exception` must raise (unless `may-raise` stands beside it), all others
    must not: RunError says which did.
    With `strict`, a check that is not passed raises; `watch` notes what leaves this machine.
    """
    with tempfile.TemporaryDirectory(prefix="coldstart-run-", ignore_cleanup_errors=True) as folder:
        work = Path(folder, "work")
        work.mkdir()
        environment = kernel_environment(root, Path(folder), strict=strict)
        if watch is not None:
            environment |= watch.variables(root)
        client = NotebookClient(
            notebook,
            kernel_manager_class=KitKernelManager,
            timeout=CELL_TIMEOUT_S,
            record_timing=False,
            store_widget_state=False,
        )
        try:
            client.execute(cwd=str(work), env=environment)
        except CellExecutionError as error:
            raise RunError(_failed_cell(notebook), f"{error.ename}: {error.evalue}") from error
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "raises-exception" in tags and "may-raise" not in tags and not _raised(cell):
            raise RunError(cell.id, "is tagged raises-exception and raised nothing")
    return notebook


def kernel_environment(
    root: Path, folder: Path, *, strict: bool, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the kernel's variables: the machine's, without AWS's and with folders of its own.

    Of the kit's own variables COLDSTART_FILE_LEVEL stays: with A, this machine is like one without
    mount namespaces.
    """
    inherited = os.environ if environ is None else environ
    kept = {
        name: value
        for name, value in inherited.items()
        if name == "COLDSTART_FILE_LEVEL" or not name.startswith(("AWS_", "COLDSTART_", "PYTEST_"))
    }
    own = {
        "COLDSTART_DATA": str(folder / "data"),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONPATH": str(root),
    }
    return kept | own | ({"COLDSTART_STRICT": "1"} if strict else {})


def _raised(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _failed_cell(notebook: NotebookNode) -> str:
    """Return the id of the cell that stopped the run: the last one that raised."""
    return next((str(cell.id) for cell in reversed(notebook.cells) if _raised(cell)), "")
