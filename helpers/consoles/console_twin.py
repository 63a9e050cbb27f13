"""What stands for a console where no kernel is: what it offers, and its last result."""

from __future__ import annotations

from dataclasses import dataclass, field

from helpers.consoles.fields import Drawn, drawn
from helpers.views.card import Card
from helpers.views.panel import Tone


@dataclass(frozen=True, slots=True)
class ConsoleTwin:
    """A console as a saved notebook keeps it."""

    title: str
    facts: tuple[tuple[str, str], ...]
    last: Drawn | None = field(default=None)

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return "\n".join([repr(self._card()), *([repr(self.last)] if self.last else [])])

    def _repr_html_(self) -> str:
        return drawn(self._card()) + (drawn(self.last) if self.last else "")

    def _card(self) -> Card:
        closing = "Run this cell to use it."
        return Card(
            Tone.QUIET,
            self.title,
            self.facts,
            f"{closing} Its last result:" if self.last else closing,
        )
