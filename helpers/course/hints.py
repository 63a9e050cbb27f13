"""Three hints per exercise: a nudge, the concept, nearly the code. Never gated."""

from __future__ import annotations

from collections.abc import Callable

from helpers.checks.exercise import Exercise
from helpers.cloud.errors import KitError
from helpers.views.card import Card
from helpers.views.panel import Tone

KINDS = ("a nudge", "the concept", "nearly the code")


Read = Callable[[str, int], None]
"""Gets the exercise and the number of a hint that is shown."""


class Hints:
    """Which hint comes next for each exercise; lives as long as the kernel."""

    def __init__(self, read: Read | None = None) -> None:
        self._given: dict[str, int] = {}
        self._read = read

    def show(self, exercise: Exercise, number: int | None = None) -> Card:
        """Return the next hint, or the one asked for by number."""
        if number is None:
            number = min(self._given.get(exercise.id, 0) + 1, len(KINDS))
        if number not in range(1, len(KINDS) + 1):
            raise KitError(
                f"Exercise {exercise.id} has no hint {number!r}.",
                next_step=f'Hints are 1, 2 and 3: lab.hint("{exercise.id}", 3).',
                anchor="no-such-exercise",
            )
        self._given[exercise.id] = number
        if self._read is not None:
            self._read(exercise.id, number)
        more = f'lab.hint("{exercise.id}")' if number < len(KINDS) else ""
        return Card(
            Tone.CALM,
            f"{exercise.id} hint {number} of 3, {KINDS[number - 1]}",
            closing=exercise.hints[number - 1] + (f"\nNext: {more}" if more else ""),
        )
