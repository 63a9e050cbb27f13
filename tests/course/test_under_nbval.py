"""The cell is the file also where nbval runs the notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
HANDLER = "RATE = 3\n\ndef price(event, context):\n    return RATE\n"
PACKED = """import io, zipfile
from helpers.course.packaging import package
zipfile.ZipFile(io.BytesIO(package(price).content)).read("app.py").decode()
"""


@pytest.mark.slow
def test_a_package_holds_the_cell_under_nbval(tmp_path: Path):
    """nbval compares the package's text with the cell's and finds them equal."""
    notebook = nbformat.v4.new_notebook()
    output = nbformat.v4.new_output(
        "execute_result", {"text/plain": repr(HANDLER)}, execution_count=2
    )
    notebook.cells = [
        nbformat.v4.new_code_cell(HANDLER, execution_count=1),
        nbformat.v4.new_code_cell(PACKED, execution_count=2, outputs=[output]),
    ]
    file = tmp_path / "packed.ipynb"
    nbformat.write(notebook, file)

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-q", str(file)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert "2 passed" in run.stdout, run.stdout
