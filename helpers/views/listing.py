"""Lines of text under a heading: logs, receipts, shell exports."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.views.panel import Tone, code, indented, panel


@dataclass(frozen=True, slots=True)
class Listing:
    """A heading and the lines below it, as text and HTML."""

    heading: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        """Return the lines alone, ready to be copied or searched."""
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return "\n".join(part for part in (self.heading, indented(str(self))) if part)

    def _repr_html_(self) -> str:
        return panel(Tone.QUIET, self.heading, code(str(self)) if self.lines else "")


class LogLines(list[str]):
    """The messages of a log group: a list that shows itself line by line."""

    def __repr__(self) -> str:
        """Return the messages as the log holds them."""
        return "\n".join(self) if self else "no log lines yet"

    def _repr_html_(self) -> str:
        return code(repr(self))
