"""One thing looked at, and where TROUBLESHOOTING.md says more of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from helpers.cloud.errors import TROUBLESHOOTING


class Mark(StrEnum):
    """How much a finding matters: well, good to know, a hindrance, labs cannot run."""

    OK = "ok"
    NOTE = "note"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; a cause, a command and an anchor when it is not as it should be."""

    mark: Mark
    subject: str
    seen: str
    cause: str = ""
    command: str = ""
    anchor: str = ""

    @property
    def more(self) -> str:
        """Where to read more; empty when all is well."""
        return f"{TROUBLESHOOTING}#{self.anchor}" if self.anchor else ""

    @property
    def is_well(self) -> bool:
        """Say whether nothing has to be done for labs to run as they should."""
        return self.mark in {Mark.OK, Mark.NOTE}
