"""nbval, strict: solutions/ reproduce what they store, and a changed handler turns them red."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools.notebooks.checkout import BUILD_PYTHON, ROOT, Checkout
from tools.notebooks.execute import kernel_environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        sys.version_info[:2] != BUILD_PYTHON, reason="outputs are stored from the build Python"
    ),
]


def test_solution_reproduces(each_lesson, tmp_path):
    """Every stored output comes again."""
    done = nbval(solution(each_lesson), tmp_path)

    assert done.returncode == 0, done.stdout


def test_mutation_turns_red(each_lesson, tmp_path):
    """A handler that answers something else does not go unnoticed."""
    notebook = solution(each_lesson)
    mutate_a_handler(notebook)
    done = nbval(notebook, tmp_path)

    assert done.returncode == 1, done.stdout
    assert "Notebook cell execution failed" in done.stdout


def solution(lesson) -> nbformat.NotebookNode:
    """Return the stored solution with counts: nbval compares no cell that has none."""
    notebook = nbformat.read(Checkout().solution_path(lesson.slug), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
    return notebook


def nbval(notebook: nbformat.NotebookNode, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run nbval on a copy of the notebook, in a folder of its own, up to the first difference."""
    work = folder / "work"
    work.mkdir()
    nbformat.write(notebook, work / "solution.ipynb")
    sanitize = ROOT / "tests" / "lessons" / "sanitize.cfg"
    options = ["--nbval", "--nbval-current-env", f"--nbval-sanitize-with={sanitize}", "-x", "-q"]
    plugins = ["-p", "tests.lessons.nbval_kernels", "-p", "no:cacheprovider", "-p", "no:xdist"]
    apart = [*plugins, "--rootdir", str(work), "-c", "/dev/null"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *apart, "--color=no", "solution.ipynb"],
        cwd=work,
        env=kernel_environment(ROOT, folder, strict=True),
        capture_output=True,
        text=True,
        check=False,
    )


def mutate_a_handler(notebook: nbformat.NotebookNode) -> None:
    """Let the first handler of a demo answer something else."""
    for cell in notebook.cells:
        if "demo" not in cell.metadata.get("tags", []):
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.FunctionDef) and len(node.args.args) == 2:
                lines = cell.source.splitlines()
                first = node.body[0]
                lines.insert(first.lineno - 1, " " * first.col_offset + 'return "mutated"')
                cell.source = "\n".join(lines)
                return
    raise AssertionError("no demo has a handler to change")
