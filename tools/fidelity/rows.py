"""A row of the fidelity table, and an area: the rows that belong together, beside their probes.

A probe measures, and says in words what it saw. What it returns must be the same at every run:
words and round numbers, no times or ports.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tools.fidelity.account import ProbedAccount

LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/"
LAMBDA_API = "https://docs.aws.amazon.com/lambda/latest/api/"
BOTH = ("00", "01")

Probe = Callable[[ProbedAccount], str]


class NotHereError(Exception):
    """This machine cannot show what the probe asks for; the committed text stays."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact: its id and area, AWS's side with its source, the probe, the labs that meet it."""

    id: str
    area: str
    aws: str
    source: str
    probe: Probe
    labs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """One part of the account under its title, with rows in the order in which they are added."""

    title: str
    rows: list[Row] = field(default_factory=list)

    def row(
        self, id_: str, aws: str, source: str, *, labs: tuple[str, ...] = ()
    ) -> Callable[[Probe], Probe]:
        """Return a decorator that makes a probe the measure of a new row."""

        def add(probe: Probe) -> Probe:
            self.rows.append(Row(id_, self.title, aws, source, probe, labs))
            return probe

        return add
