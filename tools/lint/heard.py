"""Heard elsewhere: two to six sentences that the learner marks as true, half true or false."""

from __future__ import annotations

from tools.lint.anatomy import sections
from tools.lint.exercises import PREDICT
from tools.lint.problem import Problem
from tools.notebooks.source import Lesson

FEWEST, MOST = 2, 6


def sentences(lesson: Lesson) -> list[Problem]:
    """Find a section with too few or too many sentences to mark."""
    for section in sections(lesson):
        if section.title != "Heard elsewhere":
            continue
        code = [cell for cell in section.cells if not (cell.is_markdown or cell.is_answer)]
        count = sum(len(PREDICT.findall(cell.source)) for cell in code)
        if not FEWEST <= count <= MOST:
            message = (
                f"{count} sentences to mark; {FEWEST} to {MOST} are wanted. "
                'Ask each with `lab.predict("1.g", ...)  # the sentence`.'
            )
            return [Problem(lesson.path, section.line, message)]
    return []
