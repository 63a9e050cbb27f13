"""Exercises and predictions: stated, checked, answered wrongly, agreeing with helpers/checks."""

from __future__ import annotations

import ast
import re

from helpers.checks.exercise import Exercise, LabChecks
from tools.lint.anatomy import sections
from tools.lint.markdown import headings
from tools.lint.problem import Problem
from tools.notebooks.source import Cell, Lesson
from tools.notebooks.stub import has_solution
from tools.rehearse import bound_names

PREDICT = re.compile(r'lab\.predict\("(\d+\.[a-z])", \.\.\.\)')
SAW = re.compile(r'lab\.saw\("(\d+\.[a-z])"\)')
MIN_WRONG = 3
STATEMENT = ("**Given**", "**Goal**", "**Done when**")
WHY = "**Why this works.**"


def statements(lesson: Lesson) -> list[Problem]:
    """Find exercises without their statement, solution, check or explanation."""
    problems = []
    for exercise in lesson.exercise_ids():
        cells = [cell for cell in lesson.cells if cell.about("exercise") == exercise]
        messages = [
            *_statement(lesson, exercise),
            *_check(lesson, exercise),
            *_explanation(lesson, exercise),
        ]
        if not any(has_solution(cell) for cell in cells):
            messages.append(f"Exercise {exercise} has no SOLUTION: the lab would show the answer.")
        problems += [Problem(lesson.path, cells[0].line, message) for message in messages]
    return problems


def answers(lesson: Lesson) -> list[Problem]:
    """Find exercises whose feedback is not tested by enough wrong and other right answers."""
    problems = []
    for exercise in lesson.exercise_ids():
        line = next(cell.line for cell in lesson.cells if cell.about("exercise") == exercise)
        wrong = [cell for cell in lesson.cells if cell.about("wrong") == exercise]
        if len({cell.source for cell in wrong}) < MIN_WRONG:
            message = (
                f"Exercise {exercise} has {len(wrong)} wrong answers; at least {MIN_WRONG} that "
                f'differ. Add cells `# %% tags=["wrong-{exercise}"] expect="…"`.'
            )
            problems.append(Problem(lesson.path, line, message))
        open_ended = exercise not in lesson.front.closed
        if open_ended and not any(cell.about("alternative") == exercise for cell in lesson.cells):
            message = (
                f'Exercise {exercise} has no other right answer. Add `# %% tags=["alternative-'
                f'{exercise}"]`, or list it under "closed" in the front matter.'
            )
            problems.append(Problem(lesson.path, line, message))
    known = set(lesson.exercise_ids())
    for cell in lesson.cells:
        about = cell.about("wrong") or cell.about("alternative") or cell.about("check")
        if about is not None and about not in known:
            message = f"{cell.tags} belongs to no exercise of this lab. Correct its id."
            problems.append(Problem(lesson.path, cell.line, message))
    return problems


def independence(lesson: Lesson) -> list[Problem]:
    """Find cells that use a name only an exercise defines: a lab survives skipping."""
    problems = []
    elsewhere: set[str] = set()
    for cell in lesson.cells:
        if not (cell.is_markdown or cell.is_answer or cell.about("exercise")):
            elsewhere |= bound_names(cell.source)
    own: dict[str, str] = {}
    for cell in lesson.cells:
        if cell.is_markdown or cell.is_answer or cell.has("solution-only"):
            continue
        mine = cell.about("exercise") or cell.about("check")
        for name in sorted(_used_names(cell.source) & set(own)):
            if own[name] != mine and name not in bound_names(cell.source):
                message = (
                    f"{name!r} comes from exercise {own[name]}, which may be skipped. "
                    "Define it here."
                )
                problems.append(Problem(lesson.path, cell.line, message))
        if cell.about("exercise"):
            own |= dict.fromkeys(bound_names(cell.source) - elsewhere, mine or "")
    return problems


def agreement(lesson: Lesson, lab: LabChecks) -> list[Problem]:
    """Find exercises and predictions on which the lesson and helpers/checks differ."""
    problems = []
    listed = tuple(exercise.id for exercise in lab.exercises)
    if sorted(listed) != sorted(lesson.exercise_ids()):
        message = (
            f"Exercises here: {sorted(lesson.exercise_ids())}; in {_module(lesson)}: "
            f"{sorted(listed)}. Make them one."
        )
        problems.append(Problem(lesson.path, 1, message))
    problems += _predictions(lesson, {prediction.id for prediction in lab.predictions})
    for exercise in lab.exercises:
        problems += [Problem(lesson.path, 1, message) for message in _facts(lesson, exercise)]
    return problems


def _predictions(lesson: Lesson, known: set[str]) -> list[Problem]:
    """Find predictions that are asked here and not in helpers/checks, or never looked back at."""
    code = [cell for cell in lesson.cells if not (cell.is_markdown or cell.is_answer)]
    asked = {found: cell.line for cell in code for found in PREDICT.findall(cell.source)}
    seen = {found for cell in code for found in SAW.findall(cell.source)}
    problems = []
    if set(asked) != known:
        message = (
            f"Predictions here: {sorted(asked)}; in {_module(lesson)}: {sorted(known)}. "
            "Make them one."
        )
        problems.append(Problem(lesson.path, 1, message))
    for cell in code:
        tagged = cell.about("predict")
        if tagged and tagged not in PREDICT.findall(cell.source):
            message = (
                f'A cell tagged predict-{tagged} without `lab.predict("{tagged}", ...)`. Add it.'
            )
            problems.append(Problem(lesson.path, cell.line, message))
    problems += [
        Problem(lesson.path, line, f'Nothing looks back at {found}. Add `lab.saw("{found}")`.')
        for found, line in asked.items()
        if found not in seen
    ]
    return problems


def _statement(lesson: Lesson, exercise: str) -> list[str]:
    heading = _heading(lesson, exercise)
    if heading is None:
        return [f"Exercise {exercise} has no heading. Add `### Exercise {exercise} · Title`."]
    lacking = [part for part in STATEMENT if part not in heading.source]
    return (
        [f"Exercise {exercise} does not say {lacking}. Add them under its heading."]
        if lacking
        else []
    )


def _check(lesson: Lesson, exercise: str) -> list[str]:
    cells = [cell for cell in lesson.cells if cell.about("check") == exercise]
    call = f'lab.check("{exercise}"'
    if len(cells) != 1 or not cells[0].source.startswith(call) or "\n" in cells[0].source:
        return [
            f"Exercise {exercise} needs one cell tagged check-{exercise}: one line `{call}, …)`."
        ]
    return []


def _explanation(lesson: Lesson, exercise: str) -> list[str]:
    """Return what is wrong with the text that follows the exercise's check in solutions/."""
    mine = False
    for cell in lesson.cells:
        other = cell.about("exercise") or cell.about("check")
        mine = other == exercise if other else mine
        if mine and cell.is_markdown and cell.has("solution-only") and cell.source.startswith(WHY):
            text = cell.source.lower()
            lacking = [word for word in ("alternative", "production") if word not in text]
            return (
                [f"{WHY} of {exercise} names no {' and no '.join(lacking)}. Say it."]
                if lacking
                else []
            )
    return [f'Exercise {exercise} has no text tagged solution-only that starts "{WHY}". Add it.']


def _facts(lesson: Lesson, exercise: Exercise) -> list[str]:
    """Return where an exercise of helpers/checks differs from the lesson's."""
    messages = []
    if len(set(exercise.hints)) != 3 or not all(hint.strip() for hint in exercise.hints):
        messages.append(
            f"Exercise {exercise.id} needs three hints that differ. "
            f"Write them in {_module(lesson)}."
        )
    cell = _heading(lesson, exercise.id)
    title = f"Exercise {exercise.id} · {exercise.title}"
    if cell is not None and title not in [heading.title for heading in headings(cell)]:
        messages.append(
            f"The heading is not {title!r}, its title in {_module(lesson)}. Make them one."
        )
    section = next((part for part in sections(lesson) if cell in part.cells), None)
    if section is not None and (section.title == "More") == exercise.core:
        place = "an idea" if exercise.core else "`## More`"
        messages.append(f"Exercise {exercise.id} has core={exercise.core}. Move it to {place}.")
    return messages


def _heading(lesson: Lesson, exercise: str) -> Cell | None:
    start = f"Exercise {exercise} · "
    found = (c for c in lesson.cells if any(h.title.startswith(start) for h in headings(c)))
    return next(found, None)


def _used_names(source: str) -> set[str]:
    nodes = ast.walk(ast.parse(source))
    return {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _module(lesson: Lesson) -> str:
    return f"helpers/checks/lab_{lesson.front.number}.py"
