"""The kit's plainest picture: a heading, a few named lines and a closing sentence."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.views.panel import Tone, aligned, panel, paragraph, rows


@dataclass(frozen=True, slots=True)
class Card:
    """A heading, a few named lines and a closing sentence, as text and HTML."""

    tone: Tone
    heading: str
    lines: tuple[tuple[str, str], ...] = ()
    closing: str = ""

    def __str__(self) -> str:
        """Return the plain-text twin."""
        return "\n".join(p for p in (self.heading, aligned(self.lines), self.closing) if p)

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return str(self)

    def _repr_html_(self) -> str:
        parts = [rows(self.lines)] if self.lines else []
        if self.closing:
            parts.append(paragraph(self.closing))
        return panel(self.tone, self.heading, *parts)
