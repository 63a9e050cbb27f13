"""What cells say they teach: only what the inventory knows, and all that it asks of a lab.

A row of lessons/coverage is owed from the day its lab is there; any lab may teach it.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.coverage.inventory import Inventory
from tools.lint.problem import Problem
from tools.notebooks.source import Lesson


def unknown(lesson: Lesson, inventory: Inventory) -> list[Problem]:
    """Find cells that say they teach what lessons/coverage does not know."""
    known = inventory.known()
    problems = []
    for cell in lesson.cells:
        for each in cell.teaches:
            if each in inventory.left_out:
                message = f"{each} is left out: {inventory.left_out[each]}. Take it out here too."
            elif each not in known:
                message = f"lessons/coverage has no {each!r}. Correct the id."
            else:
                continue
            problems.append(Problem(lesson.path, cell.line, message))
    return problems


def untaught(lessons: Sequence[Lesson], inventory: Inventory) -> list[Problem]:
    """Find what the labs that are there owe, and no cell of any lab says it teaches."""
    taught = {each for lesson in lessons for cell in lesson.cells for each in cell.teaches}
    return [
        Problem(
            lesson.path,
            1,
            f'No cell teaches {id_} ({what}). Teach it, then tag the cell: teaches=["{id_}"].',
        )
        for lesson in lessons
        for id_, what in inventory.owed_by(lesson.front.number).items()
        if id_ not in taught
    ]
