"""The checkout's course: where lessons and their notebooks lie, building them, what is stale.

`stale` compares without executing: labs byte for byte, solutions in everything but outputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.notebooks.execute import RunError, execute
from tools.notebooks.notebook import dumps, lab_notebook, solution_notebook
from tools.notebooks.sanitize import Pattern, read_patterns, stored_outputs
from tools.notebooks.source import Lesson, LessonError, read_lesson

ROOT = Path(__file__).resolve().parents[2]
# The Python whose outputs are stored; on others nbclient and the checks decide.
BUILD_PYTHON = (3, 11)
BUILD = "Run: python3 kit.py build"


@dataclass(frozen=True, slots=True)
class Checkout:
    """One checkout of the course, by its root folder."""

    root: Path = ROOT

    def lesson_paths(self, name: str | None = None) -> list[Path]:
        """Return the lessons in order, or those whose number, slug or name is `name`."""
        paths = sorted(self.root.glob("lessons/[0-9][0-9]-*.py"))
        if name is None:
            return paths
        wanted = Path(name).stem
        found = [path for path in paths if wanted in (path.stem, *path.stem.split("-", maxsplit=1))]
        if not found:
            known = ", ".join(path.stem for path in paths) or "none"
            raise SystemExit(f"There is no lesson {name!r}. There are: {known}.")
        return found

    def lab_path(self, slug: str) -> Path:
        """Return where the learner's notebook of a lesson lies."""
        return self.root / "labs" / f"{slug}.ipynb"

    def solution_path(self, slug: str) -> Path:
        """Return where the solved notebook of a lesson lies."""
        return self.root / "solutions" / f"{slug}.ipynb"

    def patterns(self) -> tuple[Pattern, ...]:
        """Return what is sanitised in stored outputs."""
        return read_patterns(self.root / "tests" / "lessons" / "sanitize.cfg")

    def build(self, path: Path) -> list[Path]:
        """Write both notebooks of a lesson; return their paths."""
        lesson = read_lesson(path)
        lab = self.lab_path(lesson.slug)
        solution = self.solution_path(lesson.slug)
        lab_text = dumps(lab_notebook(lesson))
        solution_text = dumps(self._executed(lesson, solution))
        for target, text in ((lab, lab_text), (solution, solution_text)):
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
        return [lab, solution]

    def stale(self, lesson: Lesson) -> list[str]:
        """Return one message per notebook of a lesson that is missing or older than it."""
        source = f"lessons/{lesson.path.name}"
        lab, solution = self.lab_path(lesson.slug), self.solution_path(lesson.slug)
        expected = {
            lab: dumps(lab_notebook(lesson)),
            solution: dumps(solution_notebook(lesson)),
        }
        messages = []
        for path, text in expected.items():
            name = path.relative_to(self.root).as_posix()
            if not path.exists():
                messages.append(f"{name} is missing. {BUILD}")
                continue
            written = path.read_text(encoding="utf-8")
            if (without_outputs(written) if path == solution else written) != text:
                messages.append(f"{name} is older than {source}. {BUILD}")
        return messages

    def orphans(self) -> list[str]:
        """Return one message per notebook that no lesson makes."""
        slugs = {path.stem for path in self.lesson_paths()}
        return [
            f"{folder}/{path.name} has no lesson. Run: git rm {folder}/{path.name}"
            for folder in ("labs", "solutions")
            for path in sorted((self.root / folder).glob("*.ipynb"))
            if path.stem not in slugs
        ]

    def _executed(self, lesson: Lesson, stored_at: Path) -> NotebookNode:
        notebook = solution_notebook(lesson)
        try:
            execute(notebook, root=self.root, strict=True)
        except RunError as error:
            raise LessonError(
                lesson.path,
                line_of(lesson, error.cell_id),
                f"This cell failed: {error}.",
                "Mend it.",
            ) from error
        patterns = self.patterns()
        for cell in notebook.cells:
            cell.metadata = {
                name: cell.metadata[name] for name in ("tags",) if name in cell.metadata
            }
            if cell.cell_type == "code":
                cell.outputs = stored_outputs(cell.outputs, patterns)
                cell.execution_count = None
        _keep_ignored(notebook, stored_at)
        fresh = solution_notebook(lesson)
        fresh.cells = notebook.cells
        return fresh


def without_outputs(text: str) -> str:
    """Return a notebook's text as if it had never run."""
    try:
        notebook = nbformat.reads(text, as_version=4)
    except nbformat.reader.NotJSONError:
        return ""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    return dumps(notebook)


def line_of(lesson: Lesson, cell_id: str) -> int:
    """Return the line of the lesson where the cell with this id begins."""
    shown = [cell for cell in lesson.cells if not cell.is_answer]
    ids = [cell.id for cell in solution_notebook(lesson).cells]
    return shown[ids.index(cell_id)].line if cell_id in ids else 1


def _keep_ignored(notebook: NotebookNode, stored_at: Path) -> None:
    """Keep what is stored where outputs are not compared: else every rebuild is a change."""
    if not stored_at.exists():
        return
    stored = {cell.id: cell for cell in nbformat.read(stored_at, as_version=4).cells}
    for cell in notebook.cells:
        ignored = "nbval-ignore-output" in cell.metadata.get("tags", [])
        if ignored and cell.id in stored and stored[cell.id].get("outputs"):
            cell.outputs = stored[cell.id].outputs
