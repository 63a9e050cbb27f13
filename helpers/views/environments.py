"""The execution environments of a function, read from records: how many, and in what state.

Numbered in the order they were created, because their ids differ on each run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.views.panel import Tone, aligned, panel, rows

# the state an environment is in after a record of this kind
STATES = {
    "environment.created": "starting",
    "environment.init": "ready",
    "environment.restored": "ready",
    "environment.frozen": "frozen",
    "environment.thawed": "running",
    "invocation.started": "running",
    "environment.timed_out": "ended: timeout",
    "environment.killed": "ended: killed",
    "environment.reaped": "ended: shut down",
}


@dataclass(frozen=True, slots=True)
class EnvironmentState:
    """One execution environment as the last record left it."""

    number: int
    version: str
    state: str
    invocations: int

    def words(self) -> str:
        """Return its state and how often it was invoked."""
        times = "1 invocation" if self.invocations == 1 else f"{self.invocations} invocations"
        return f"{self.state} · {times} · version {self.version}"


@dataclass(frozen=True, slots=True)
class EnvironmentTable:
    """All environments that a function has had."""

    function: str
    environments: tuple[EnvironmentState, ...]

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return "\n".join(part for part in (self._heading(), aligned(self._rows())) if part)

    def _repr_html_(self) -> str:
        return panel(Tone.CALM, self._heading(), rows(self._rows()))

    def _heading(self) -> str:
        count = len(self.environments)
        noun = "execution environment" if count == 1 else "execution environments"
        return f"{self.function}: {count} {noun}"

    def _rows(self) -> list[tuple[str, str]]:
        return [(f"#{each.number}", each.words()) for each in self.environments]


def environments_in(records: Iterable[Mapping[str, Any]], *, function: str) -> EnvironmentTable:
    """Return the environments that the records of one function tell of."""
    states: dict[str, str] = {}
    versions: dict[str, str] = {}
    invocations: dict[str, int] = {}
    for record in records:
        identity = record.get("environment")
        if identity is None:
            continue
        versions.setdefault(identity, str(record["version"]))
        states[identity] = STATES.get(record["kind"], states.get(identity, "starting"))
        invocations[identity] = invocations.get(identity, 0) + (
            record["kind"] == "invocation.started"
        )
    return EnvironmentTable(
        function,
        tuple(
            EnvironmentState(number, versions[identity], states[identity], invocations[identity])
            for number, identity in enumerate(states, 1)
        ),
    )
