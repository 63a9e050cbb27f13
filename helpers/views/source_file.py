"""A file of a deployment package, given as text because it must not run in the notebook."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.views.panel import Tone, code, panel


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A named text; shows itself with line numbers, as tracebacks count them."""

    name: str
    text: str

    def numbered(self) -> str:
        """Return the text with a line number before each line."""
        lines = self.text.splitlines()
        width = len(str(len(lines)))
        return "\n".join(f"{n:>{width}}  {line}".rstrip() for n, line in enumerate(lines, 1))

    def __repr__(self) -> str:
        """Return the file's name and its numbered lines."""
        return f"{self.name}\n{self.numbered()}"

    def _repr_html_(self) -> str:
        return panel(Tone.QUIET, self.name, code(self.numbered()))
