"""Watching where a lab connects to: the kernel, and the cloud that it starts.

Execution environments start without the module `site` and are not watched; all that leads them out
is the endpoint in their environment, which is the cloud's.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOOK = Path(__file__).resolve().parent / "watch"
WATCHED = "watched "


@dataclass(frozen=True, slots=True)
class Watch:
    """One ledger of connections; several processes write it."""

    ledger: Path

    def variables(self, root: Path) -> dict[str, str]:
        """Return what to add to a kernel's environment so that it is watched."""
        path = os.pathsep.join((str(HOOK), str(root)))
        return {"PYTHONPATH": path, "COLDSTART_CONNECTIONS": str(self.ledger)}

    def processes(self) -> list[str]:
        """Return the command lines of the Pythons that were watched."""
        lines = self._lines()
        return [line.removeprefix(WATCHED) for line in lines if line.startswith(WATCHED)]

    def departures(self) -> list[str]:
        """Return what left this machine, or was about to: the call and the host."""
        return [line for line in self._lines() if not line.startswith(WATCHED)]

    def _lines(self) -> list[str]:
        return self.ledger.read_text("utf-8").splitlines() if self.ledger.exists() else []
