"""Our way beside yours: the solution's cells, and the courtesy gate before them.

It opens after a pass, after three different attempts, ten minutes after the first, or by force.
The solutions lie in the repository; the gate only keeps a reader from reading too soon.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from helpers.checks.outcome import Status
from helpers.cloud.errors import KitError
from helpers.course.entries import Attempt
from helpers.views.panel import RULE, Tone, code, panel, paragraph

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
DIFFERENT_ATTEMPTS = 3
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Solution:
    """The solution of one exercise, and the learner's own once it has passed."""

    exercise: str
    code: str
    reasoning: str
    yours: str = ""

    def __str__(self) -> str:
        """Return the plain-text twin."""
        parts = [f"{self.exercise} our way", self.code]
        if self.yours:
            parts = [f"{self.exercise} your way", self.yours, *parts]
        return "\n\n".join(part for part in (*parts, self.reasoning) if part)

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return str(self)

    def _repr_html_(self) -> str:
        columns = [("Your way", self.yours), ("Our way", self.code)]
        boxes = "".join(
            f'<div style="flex:1 1 22em;min-width:0;padding-right:12px">'
            f"{paragraph(title)}{code(text)}</div>"
            for title, text in columns
            if text
        )
        return panel(
            Tone.CALM,
            f"{self.exercise} solution",
            f'<div style="display:flex;flex-wrap:wrap">{boxes}</div>',
            f'<div style="border-top:{RULE};margin-top:6px">{paragraph(self.reasoning)}</div>'
            if self.reasoning
            else "",
        )


def is_open(attempts: Sequence[Attempt], *, now: datetime, environ: Mapping[str, str]) -> bool:
    """Say whether the attempts at an exercise have opened its solution."""
    if environ.get("COLDSTART_OPEN") == "1":
        return True
    if any(attempt.status == Status.PASSED for attempt in attempts):
        return True
    if len({attempt.answer for attempt in attempts}) >= DIFFERENT_ATTEMPTS:
        return True
    return bool(attempts) and now - datetime.fromisoformat(attempts[0].at) >= PATIENCE


def closed_message(exercise: str, attempts: Sequence[Attempt]) -> tuple[tuple[str, str], ...]:
    """Return what opens the solution and how far the learner is."""
    tried = len({attempt.answer for attempt in attempts})
    return (
        ("So far", f"{tried} of {DIFFERENT_ATTEMPTS} different attempts"),
        ("Opens", "with a pass, three different attempts, or ten minutes after the first"),
        ("Meanwhile", f'lab.hint("{exercise}"), or lab.solution("{exercise}", force=True)'),
    )


def read_solution(slug: str, exercise: str, *, folder: Path = SOLUTIONS) -> tuple[str, str]:
    """Return the code and the reasoning of an exercise from the solved notebook."""
    path = folder / f"{slug}.ipynb"
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
    except FileNotFoundError:
        raise KitError(
            f"There is no {path.name} in {str(folder)!r}.",
            next_step="Run: python3 kit.py build",
            anchor="no-solution",
        ) from None
    code_parts, reasons = _of_exercise(cells, exercise)
    if not code_parts:
        raise KitError(
            f"{path.name} has no solution of exercise {exercise}.",
            next_step="Run: python3 kit.py build",
            anchor="no-solution",
        )
    return "\n\n".join(code_parts), "\n\n".join(reasons)


def _of_exercise(cells: list[dict[str, Any]], exercise: str) -> tuple[list[str], list[str]]:
    code_parts: list[str] = []
    reasons: list[str] = []
    current = ""
    for cell in cells:
        tags = cell["metadata"].get("tags", [])
        named = [tag.removeprefix("exercise-") for tag in tags if tag.startswith("exercise-")]
        if named:
            current = named[0]
        if current != exercise:
            continue
        text = "".join(cell["source"])
        if named:
            code_parts.append(text)
        elif "solution-only" in tags:
            reasons.append(text)
    return code_parts, reasons
