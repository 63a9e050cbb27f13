"""Cells on an account that lacks something, in a real kernel as *Run All* drives it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers.course.calm import GO_ON, HEADING, MAY_FAIL, names_made

CHECKOUT = Path(__file__).resolve().parents[2]
SETUP = """
from helpers.checks.outcome import CheckFailed, NotAvailable
from helpers.course.calm import keep_cells_calm
keep_cells_calm()
def records(): raise NotAvailable("Nobody keeps records here.")
"""
CELLS = {
    "setup": SETUP,
    "asks": "print('before')\nfirst = records()[0]\nfor each in first: last = each",
    "follows": "first['time']",
    "inside": "def twice(): return 2 * last\ntwice()",
    "mistyped": "frist",
    "fails": "{}['key']",
    "works": "first = 7\nfirst",
    "again": "first",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Run all cells in one kernel, which stops at the first that counts as failed."""
    return run(CELLS, tmp_path_factory.mktemp("data"))


def run(cells: dict[str, str], folder: Path) -> dict[str, str]:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells.values()]
    )
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "IPYTHONDIR": str(folder)}
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute(env=environment)
    return dict(zip(cells, (text_of(cell.outputs) for cell in notebook.cells), strict=True))


def text_of(outputs: list[Any]) -> str:
    parts = [
        f"{output.ename}: {output.evalue}"
        if output.output_type == "error"
        else output.get("text") or output["data"]["text/plain"]
        for output in outputs
    ]
    return "\n".join(parts)


def test_a_cell_that_asks_for_what_is_missing_ends_with_a_card(outputs: dict[str, str]):
    """What it did before is shown, then the reason; nothing is an error."""
    assert outputs["asks"].startswith("before\n")
    assert HEADING in outputs["asks"]
    assert "Nobody keeps records here." in outputs["asks"]
    assert GO_ON in outputs["asks"]
    assert "Error" not in outputs["asks"]


@pytest.mark.parametrize(("cell", "name"), [("follows", "first"), ("inside", "last")])
def test_a_cell_that_goes_on_with_it_is_told_so(outputs: dict[str, str], cell: str, name: str):
    """A name that a cut cell would have made is no NameError."""
    assert HEADING in outputs[cell]
    assert f"goes on with {name!r}" in outputs[cell]


@pytest.mark.parametrize(
    ("cell", "error"), [("mistyped", "NameError: name 'frist'"), ("fails", "KeyError: 'key'")]
)
def test_any_other_error_is_shown_and_the_cells_after_it_run(
    outputs: dict[str, str], cell: str, error: str
):
    """The traceback is IPython's; a line says that the account may be the reason."""
    assert error in outputs[cell]
    assert MAY_FAIL in outputs[cell]
    assert HEADING not in outputs[cell]


def test_a_name_that_is_made_after_all_is_an_ordinary_name(outputs: dict[str, str]):
    """Nothing sticks to a name."""
    assert ("7", "7") == (outputs["works"], outputs["again"])


@pytest.mark.parametrize("stop", ["CheckFailed('no')", "KeyboardInterrupt()"])
def test_a_strict_check_and_an_interrupt_stop_as_ever(tmp_path: Path, stop: str):
    """COLDSTART_STRICT=1 is for those who count failures, and ■ is for those who mean it."""
    with pytest.raises(CellExecutionError):
        run({"setup": SETUP, "stops": f"raise {stop}"}, tmp_path)


def test_the_names_that_a_cell_makes_are_those_of_its_top_level():
    """Assignments, loops, imports, functions and classes count; what is inside these does not."""
    source = (
        "import os.path as p, json\na, (b, *c) = 1, (2, 3)\nd: int = 1\n"
        "with open('x') as e: f = 1\ndef g(h): i = 1\nclass J: k = 1\n"
        "for l in []: pass\nif (m := 1): n = 2\nx.attribute = 1\n"
    )

    assert set("abcdefglmnpJ") | {"json"} == names_made(source)
    assert set() == names_made("no python at all")
