"""Lab 00 from start to end in a kernel of its own, for `kit.py doctor --room`: prints JSON.

It runs the solved notebook as a learner would: a function is deployed and invoked, and both checks
have to pass. Memory is each process's own share (PSS) where the system tells it, else what it holds
alone (USS).
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

LAB = Path(__file__).resolve().parents[1] / "solutions" / "00-welcome.ipynb"
TIMEOUT_S = 120


def main() -> int:
    """Run the lab and print what was measured."""
    with tempfile.TemporaryDirectory() as data:
        os.environ["COLDSTART_DATA"] = data  # the user's own progress stays as it is
        print(json.dumps(run_lab(data)))
    return 0


def run_lab(folder: str) -> dict[str, object]:
    """Return seconds, megabytes, which checks passed, and the first error that no cell expects."""
    notebook = nbformat.read(LAB, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT_S,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": folder}},
    )
    started = time.monotonic()
    with client.setup_kernel():
        kernel_s = time.monotonic() - started
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        memory_mb = _memory_mb()
    passed = [name for name in ("0.1", "0.2") if f"✔ {name} passed" in _text(notebook)]
    return {
        "kernel_s": kernel_s,
        "lab_s": time.monotonic() - started,
        "memory_mb": memory_mb,
        "passed": passed,
        "error": _unexpected(notebook),
    }


def _memory_mb() -> float:
    """Sum this learner's processes: the kernel, the cloud, its environments."""
    total = 0
    for process in psutil.Process().children(recursive=True):
        try:
            memory = process.memory_full_info()
        except psutil.Error:  # it ended meanwhile
            continue
        total += getattr(memory, "pss", memory.uss)
    return total / 1e6


def _text(notebook: nbformat.NotebookNode) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "\n".join(output.get("data", {}).get("text/plain", "") for output in outputs)


def _unexpected(notebook: nbformat.NotebookNode) -> str:
    for cell in notebook.cells:
        if "raises-exception" in cell.metadata.get("tags", []):
            continue
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return f"{output.ename}: {output.evalue}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
