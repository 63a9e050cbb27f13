"""One go through a set of questions: a value; every answer makes the next one.

In practice each answer shows its reasons at once. A timed sitting shows them when it is over:
when it is handed in or its minutes have passed; what has no answer then is not right.
Left out: points, scaled scores, pass marks. AWS's own scoring is not public.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from helpers.cloud.errors import KitError
from helpers.quiz.bank import Item

MINUTES_PER_QUESTION = 2.0
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mark:
    """One question of a sitting, what was chosen, and whether that is right."""

    item: Item
    chosen: frozenset[str]

    @property
    def answered(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.chosen)

    @property
    def right(self) -> bool:
        """Whether exactly the right options were chosen."""
        return self.chosen == self.item.question.right_letters()


@dataclass(frozen=True, slots=True)
class Sitting:
    """Questions, answers so far, and where one is; `minutes` None: nobody looks at a clock.

    Moments are seconds of any clock that only goes forward.
    """

    items: tuple[Item, ...]
    minutes: float | None = None
    started_s: float = 0.0
    place: int = 0
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    handed_in: bool = False

    def __post_init__(self) -> None:
        if not self.items:
            raise KitError(
                "A sitting has at least one question.", next_step="Name a lab.", anchor="quiz"
            )
        if self.minutes is not None and not self.minutes > 0:
            raise KitError(
                f"minutes={self.minutes!r} is no time limit.",
                next_step="Give a number above 0, or leave it away: two minutes a question.",
                anchor="quiz",
            )

    @classmethod
    def timed(
        cls, items: tuple[Item, ...], *, now_s: float, minutes: float | None = None
    ) -> Sitting:
        """Begin with a time limit, by default two minutes for each question."""
        limit = MINUTES_PER_QUESTION * len(items) if minutes is None else minutes
        return cls(items, minutes=limit, started_s=now_s)

    @property
    def current(self) -> Item:
        """The question one looks at."""
        return self.items[self.place]

    def mark(self, item: Item) -> Mark:
        """Return how one question stands."""
        return Mark(item, self.answers.get(item.key, NOTHING))

    def marks(self) -> list[Mark]:
        """Return how every question stands."""
        return [self.mark(item) for item in self.items]

    def answer(self, letters: Iterable[str], *, now_s: float = 0.0) -> Sitting:
        """Choose these options for the current question; nothing changes once it is over.

        In practice the first answer stands: its reasons have been read.
        """
        item = self.current
        closed = self.minutes is None and item.key in self.answers
        if closed or self.is_over(now_s):
            return self
        chosen = frozenset(letters)
        known = {letter for letter, _ in item.question.lettered()}
        if not chosen <= known:
            raise KitError(
                f"Question {item.key} has no option {', '.join(sorted(chosen - known))}.",
                next_step=f"Choose from {', '.join(sorted(known))}.",
                anchor="quiz",
            )
        answers = {key: value for key, value in self.answers.items() if key != item.key}
        return replace(self, answers={**answers, item.key: chosen} if chosen else answers)

    def go(self, place: int) -> Sitting:
        """Look at another question; beyond either end stays at it."""
        return replace(self, place=min(max(place, 0), len(self.items) - 1))

    def hand_in(self) -> Sitting:
        """End it: reasons and score may be read."""
        return replace(self, handed_in=True)

    def left_s(self, now_s: float) -> float | None:
        """Return the seconds that are left, 0 when time is over; None without a limit."""
        if self.minutes is None:
            return None
        return max(0.0, self.started_s + self.minutes * 60 - now_s)

    def is_over(self, now_s: float) -> bool:
        """Say whether it was handed in or its time has passed."""
        return self.handed_in or self.left_s(now_s) == 0

    def shows_reasons(self, item: Item, now_s: float) -> bool:
        """Say whether the reasons of a question may be read now."""
        return self.is_over(now_s) or (self.minutes is None and item.key in self.answers)

    def missed(self) -> tuple[Item, ...]:
        """Return the questions that were not answered rightly; unanswered ones if it is timed."""
        return tuple(m.item for m in self.counted() if not m.right)

    def counted(self) -> list[Mark]:
        """Return the marks that count: all in a timed sitting, the answered ones in practice."""
        return [mark for mark in self.marks() if mark.answered or self.minutes is not None]
