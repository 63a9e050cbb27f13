"""What was sent in this console, the newest first; nothing that was sent is lost while it lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

KEPT = 50
Sent = TypeVar("Sent")


@dataclass(frozen=True, slots=True)
class Attempt(Generic[Sent]):
    """One thing that was sent, and what came of it in a few words."""

    number: int
    sent: Sent
    what: str
    outcome: str

    @property
    def title(self) -> str:
        """Return a line for a menu."""
        return f"#{self.number} {self.what} → {self.outcome}"


@dataclass(frozen=True, slots=True)
class History(Generic[Sent]):
    """The attempts of one console, the newest first; a value, so no thread can spoil it."""

    attempts: tuple[Attempt[Sent], ...] = ()

    def adding(self, sent: Sent, what: str, outcome: str) -> History[Sent]:
        """Return the history with one more; the oldest of too many goes."""
        number = self.attempts[0].number + 1 if self.attempts else 1
        newest = Attempt(number, sent, what, outcome)
        return History((newest, *self.attempts)[:KEPT])

    def find(self, number: int) -> Attempt[Sent] | None:
        """Return an attempt; None when it is gone."""
        return next((one for one in self.attempts if one.number == number), None)
