"""Rehearsing a lesson: running it as learners will, untouched, solved, skipping, and wrong.

`python -m tools.rehearse [NAME]` runs every wrong and alternative answer with its check and prints
what each got. The answers of one lesson share one kernel and one account. First comes the whole
lesson without its exercises and checks, as for a learner who skips them; then the answers, from
the last exercise to the first: when an exercise's turn comes, none before it has been done, so
that needing one shows.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat.v4 import new_code_cell, new_notebook

from tools.notebooks.checkout import ROOT, Checkout, line_of
from tools.notebooks.execute import RunError, execute
from tools.notebooks.notebook import lab_notebook, solution_notebook
from tools.notebooks.source import Cell, Lesson, LessonError, read_lesson
from tools.notebooks.stub import solved

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from tools.notebooks.watching import Watch

CLEAN_UP = "lab.cleanup("
"""What ends a lab by emptying its account, and so comes after the answers."""
MAY_RAISE = ("raises-exception", "may-raise")
HEADING = re.compile(
    r"^\S+ (\d+\.\d+) (passed|not yet|not started|broken|not available here)\b", re.MULTILINE
)


class Variant(StrEnum):
    """How a learner may go through a lab."""

    UNTOUCHED = "untouched"
    SOLVED = "solved"


class Answer(StrEnum):
    """What stands in an exercise's cell while its check runs."""

    SOLUTION = "solution"
    ALTERNATIVE = "alternative"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Case:
    """One answer to one exercise: the cells to run, then the check."""

    exercise: str
    answer: Answer
    cell: Cell
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What an answer's check said; `status` is "" when the check said nothing readable."""

    case: Case
    status: str
    text: str

    def problem(self) -> str:
        """Return why this is not what the lesson says, or nothing."""
        if self.case.answer is not Answer.WRONG:
            return "" if self.status == "passed" else "should pass"
        if self.status != "not yet":
            return "should get 'not yet'"
        expect = self.case.cell.expect
        return "" if _flat(expect) in _flat(self.text) else f"its feedback lacks {expect!r}"


def run_lesson(
    lesson: Lesson, variant: Variant, *, root: Path = ROOT, watch: Watch | None = None
) -> NotebookNode:
    """Run a lesson's notebook as one variant; raise LessonError where a cell fails."""
    notebook = lab_notebook(lesson) if variant is Variant.UNTOUCHED else solution_notebook(lesson)
    try:
        return execute(notebook, root=root, watch=watch)
    except RunError as error:
        line = line_of(lesson, error.cell_id)
        what = f"This cell failed in the {variant} lab: {error}."
        raise LessonError(lesson.path, line, what, "Mend it.") from error


def outcomes(notebook: NotebookNode) -> dict[str, str]:
    """Return what the checks of an executed notebook said: exercise id to status."""
    found = {}
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", []):
            if tag.startswith("check-"):
                found[tag.removeprefix("check-")] = status_of(shown_text(cell))
    return found


def status_of(text: str) -> str:
    """Return the status in a check's text, or "" when there is none."""
    found = HEADING.search(text)
    return found[2] if found else ""


def shown_text(cell: NotebookNode) -> str:
    """Return what an executed cell shows, as text."""
    parts = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
        else:
            parts.append(str(output.data.get("text/plain", "")))
    return "\n".join(parts)


def cases(lesson: Lesson) -> list[Case]:
    """Return every answer a lesson knows, the last exercise first."""
    found = []
    for exercise in reversed(lesson.exercise_ids()):
        cells = [cell for cell in lesson.cells if cell.about("exercise") == exercise]
        sources = tuple(solved(cell) for cell in cells)
        found.append(Case(exercise, Answer.SOLUTION, cells[-1], sources))
        for answer in (Answer.ALTERNATIVE, Answer.WRONG):
            found += [
                Case(exercise, answer, cell, _replaced(cells, cell))
                for cell in lesson.cells
                if cell.about(answer) == exercise
            ]
    return found


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A notebook with every answer of a lesson and its check; `checks` are their cells."""

    notebook: NotebookNode
    checks: tuple[tuple[Case, tuple[NotebookNode, ...]], ...]

    def results(self) -> list[Rehearsed]:
        """Return what each answer got, once the notebook has run."""
        return [
            _rehearsed(case, [shown_text(cell) for cell in cells]) for case, cells in self.checks
        ]


def rehearsal(lesson: Lesson) -> Rehearsal:
    """Return the notebook that tries every answer of a lesson in one kernel."""
    around = [_as_notebook_cell(cell) for cell in _around_exercises(lesson)]
    ends = [cell for cell in around if CLEAN_UP in cell.source]
    cells = [cell for cell in around if cell not in ends]
    checks = []
    for number, case in enumerate(cases(lesson)):
        sources = [*case.sources, _check_source(lesson, case.exercise)]
        answer = tuple(
            new_code_cell(source, metadata={"tags": list(MAY_RAISE)}, id=f"case-{number}-{part}")
            for part, source in enumerate(sources)
        )
        cells += answer
        checks.append((case, answer))
    return Rehearsal(new_notebook(cells=[*cells, *ends]), tuple(checks))


def rehearse(lesson: Lesson, *, root: Path = ROOT) -> list[Rehearsed]:
    """Run every answer of a lesson with its check in one kernel; return what each got.

    LessonError where a cell fails that a learner meets who skips every exercise.
    """
    prepared = rehearsal(lesson)
    try:
        execute(prepared.notebook, root=root)
    except RunError as error:
        line = int(error.cell_id.removeprefix("line-") or 1)
        what = f"This cell failed in the lab without its exercises: {error}."
        raise LessonError(lesson.path, line, what, "Mend it.") from error
    return prepared.results()


def _rehearsed(case: Case, texts: list[str]) -> Rehearsed:
    text = "\n".join(text for text in texts if text)
    return Rehearsed(case, status_of(texts[-1]), text)


def _around_exercises(lesson: Lesson) -> list[Cell]:
    """Return the code cells of a learner who skips every exercise and check."""
    return [
        cell
        for cell in lesson.cells
        if not (cell.is_markdown or cell.is_answer or cell.has("solution-only"))
        and cell.about("exercise") is None
        and cell.about("check") is None
    ]


def _as_notebook_cell(cell: Cell) -> NotebookNode:
    tags = {"tags": list(cell.tags)}
    return new_code_cell(cell.source, metadata=tags, id=f"line-{cell.line}")


def _check_source(lesson: Lesson, exercise: str) -> str:
    for cell in lesson.cells:
        if cell.about("check") == exercise:
            return cell.source
    raise LessonError(
        lesson.path, 1, f"Exercise {exercise} has no check.", f'Add tags=["check-{exercise}"].'
    )


def _replaced(cells: list[Cell], answer: Cell) -> tuple[str, ...]:
    """Return an exercise's cells with the one that binds the answer's names replaced."""
    wanted = bound_names(answer.source)
    same = [number for number, cell in enumerate(cells) if bound_names(cell.source) & wanted]
    place = same[0] if same else len(cells) - 1
    return tuple(
        answer.source if number == place else solved(cell) for number, cell in enumerate(cells)
    )


def bound_names(source: str) -> set[str]:
    """Return the names a cell defines at its top level, imports left out."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {
                name.id
                for target in targets
                for name in ast.walk(target)
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
            }
    return names


def _flat(text: str) -> str:
    return " ".join(text.split())


def main(arguments: list[str] | None = None) -> int:
    """Rehearse the answers of all lessons or one; return 0 when each got what it should."""
    parser = argparse.ArgumentParser(prog="python -m tools.rehearse", description=__doc__)
    parser.add_argument("name", nargs="?", help="a lesson: 01, handlers or 01-handlers")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    paths = Checkout(options.root).lesson_paths(options.name)
    return max([_print_rehearsal(path, options.root) for path in paths], default=0)


def _print_rehearsal(path: Path, root: Path) -> int:
    """Print what each answer of a lesson got; return 1 when one got something else."""
    try:
        results = rehearse(read_lesson(path), root=root)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    for result in results:
        case = result.case
        where = f"{path.name}:{case.cell.line}"
        print(f"{where} {case.answer} {case.exercise}: {result.status or 'error'}")
        if result.problem():
            said = result.text.replace("\n", "\n    ")
            print(f"  {result.problem()}; it said:\n    {said}")
    return int(any(result.problem() for result in results))


if __name__ == "__main__":
    sys.exit(main())
