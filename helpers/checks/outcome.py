"""What a check can say: five outcomes, and the exceptions by which a check says them.

A check returns nothing when the exercise is passed and raises otherwise; `submission` turns
either into an `Outcome`. Feedback has one form: what was done, what was seen, what was expected
and why, what to try, and the hint that fits.
"""
# ruff: noqa: N818 - the exceptions read as what a check says: NotYet, NotStarted

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from helpers.views.panel import Tone, aligned, panel, rows


class Status(StrEnum):
    """How an exercise stands after a check."""

    PASSED = "passed"
    NOT_YET = "not yet"
    NOT_STARTED = "not started"
    BROKEN = "broken"
    NOT_AVAILABLE = "not available here"


SYMBOLS = {
    Status.PASSED: ("✔", Tone.GOOD),
    Status.NOT_YET: ("△", Tone.WAIT),
    Status.NOT_STARTED: ("○", Tone.QUIET),
    Status.BROKEN: ("✖", Tone.BAD),
    Status.NOT_AVAILABLE: ("–", Tone.CALM),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one check; shows itself in a notebook, a terminal and a log."""

    exercise: str
    status: Status
    did: str
    seen: str = ""
    expected: str = ""
    advice: str = ""
    hint: int | None = None
    needs: str = ""

    @property
    def heading(self) -> str:
        """The first line: the exercise, how it stands, and what the check did."""
        symbol, _ = SYMBOLS[self.status]
        return f"{symbol} {self.exercise} {self.status} · {self.did}"

    def feedback(self) -> list[tuple[str, str]]:
        """Return the parts that have something to say, in the order they are read."""
        parts = [
            ("Needs", self.needs),
            ("Seen", self.seen),
            ("Expected", self.expected),
            ("Try", self.advice),
            ("Hint", self._hint_call()),
        ]
        return [(name, text) for name, text in parts if text]

    def _hint_call(self) -> str:
        if self.hint is not None:
            return f'lab.hint("{self.exercise}", {self.hint})'
        return f'lab.hint("{self.exercise}")' if self.status is Status.NOT_YET else ""

    def __str__(self) -> str:
        """Return the plain-text form."""
        return "\n".join(part for part in (self.heading, aligned(self.feedback())) if part)

    def __repr__(self) -> str:
        """Return the plain-text form, so that a terminal shows what a notebook shows."""
        return str(self)

    def _repr_html_(self) -> str:
        _, tone = SYMBOLS[self.status]
        return panel(tone, self.heading, rows(self.feedback()) if self.feedback() else "")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}


class NotYet(Exception):
    """The answer does not do what the exercise asks; the message is the feedback."""

    def __init__(
        self, seen: str, *, expected: str = "", advice: str = "", hint: int | None = None
    ) -> None:
        super().__init__(seen)
        self.seen = seen
        self.expected = expected
        self.advice = advice
        self.hint = hint


class NotStarted(Exception):
    """The starter is untouched."""


class NotAvailable(Exception):
    """This backend cannot show what the exercise is about."""


class CheckFailed(AssertionError):
    """Raised under COLDSTART_STRICT=1 by a check that is not passed."""
