"""One finding of the linter: where, what, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; its message ends with the edit or the command that mends it."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        """Return it as editors and terminals link it."""
        return f"{self.path}:{self.line}: {self.message}"
