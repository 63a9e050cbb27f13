"""Running notebooks: in an empty folder, with this Python, and by their tags."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools.notebooks.execute import RunError, execute, kernel_environment

LOOK = """
import os, sys
print(sys.executable, os.listdir(), os.environ.get("COLDSTART_STRICT"),
      [name for name in os.environ if name.startswith("AWS_")], sep="|")
"""


def cells(*sources: str, tags: tuple[str, ...] = ()):
    return new_notebook(cells=[new_code_cell(s, metadata={"tags": list(tags)}) for s in sources])


def test_surroundings(tmp_path, monkeypatch):
    """The kernel is this Python, in an empty folder, without AWS settings; strict if asked."""
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    notebook = execute(cells(LOOK), root=tmp_path, strict=True)

    assert notebook.cells[0].outputs[0].text == f"{sys.executable}|[]|1|[]\n"


def test_a_failing_cell(tmp_path):
    """A cell that raises without a tag stops the run and is named."""
    notebook = cells("x = 1", "raise KeyError('order')", "y = 2")

    with pytest.raises(RunError, match="KeyError: 'order'") as stopped:
        execute(notebook, root=tmp_path)

    assert stopped.value.cell_id == notebook.cells[1].id


def test_a_cell_that_should_fail(tmp_path):
    """A cell tagged raises-exception has to raise."""
    with pytest.raises(RunError, match="raised nothing"):
        execute(cells("x = 1", tags=("raises-exception",)), root=tmp_path)


def test_cells_that_may_raise(tmp_path):
    """A cell that may raise may also not."""
    notebook = cells("x = 1", "1 / 0", tags=("raises-exception", "may-raise"))

    assert len(execute(notebook, root=tmp_path).cells[1].outputs) == 1


def test_environment(tmp_path):
    """Only the machine's variables and its file level are inherited; folders are the run's own."""
    inherited = {"AWS_ENDPOINT_URL": "x", "COLDSTART_OPEN": "1", "PYTEST_ADDOPTS": "", "HOME": "/h"}
    found = kernel_environment(Path("/kit"), tmp_path, strict=False, environ=inherited)

    inherited["COLDSTART_FILE_LEVEL"] = "A"
    assert kernel_environment(Path("/kit"), tmp_path, strict=False, environ=inherited) == found | {
        "COLDSTART_FILE_LEVEL": "A"
    }
    assert found == {
        "HOME": "/h",
        "COLDSTART_DATA": str(tmp_path / "data"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONPATH": "/kit",
    }
