"""The Lineage field of a trace header: which functions a chain of events has passed, how often.

Lambda hands it to the handler in _X_AMZN_TRACE_ID, an AWS SDK sends it on in X-Amzn-Trace-Id, and
so the next function knows how often this chain has been there. The field is `1:HASH:COUNT`, more
functions follow after `|`; a count says how many runs came before. Leaves out a chain that passes
so many functions that AWS would begin to forget the first.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html,
docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html (Tracing header).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

MAX_RUNS = 16
FORMAT = "1"
VISIT = re.compile(r"(?:[0-9]+:)?([0-9a-f]{8}):([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace header, its Lineage taken apart: the runs that came before, by function."""

    fields: tuple[str, ...]
    visits: tuple[tuple[str, int], ...] = ()

    def runs(self, function_arn: str) -> int:
        """Return how often this chain has run the function."""
        return dict(self.visits).get(_mark(function_arn), -1) + 1

    def field(self, name: str) -> str | None:
        """Return a field of the header, such as Root or Sampled."""
        start = f"{name}="
        return next((f.removeprefix(start) for f in self.fields if f.startswith(start)), None)

    def through(self, function_arn: str) -> Trace:
        """Return the trace as the function sees it: its own run counted."""
        visits = dict(self.visits) | {_mark(function_arn): self.runs(function_arn)}
        return replace(self, visits=tuple(visits.items()))

    def __str__(self) -> str:
        """Write the header."""
        visits = "|".join(f"{mark}:{count}" for mark, count in self.visits)
        return ";".join([*self.fields, *([f"Lineage={FORMAT}:{visits}"] if visits else [])])


def parse_trace(header: str) -> Trace:
    """Read an X-Amzn-Trace-Id header; what is no lineage stays as it is.

    >>> parse_trace("Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:a87bd80c:1").visits
    (('a87bd80c', 1),)
    """
    # a queue's AWSTraceHeader may hold anything, and the runtime gets it as one line of ASCII
    fields = [f for f in header.split(";") if f and f.isascii() and f.isprintable()]
    lineage = [field for field in fields if field.startswith("Lineage=")]
    visits = [
        (match[1], int(match[2]))
        for field in lineage
        for visit in unquote(field.removeprefix("Lineage=")).split("|")
        if (match := VISIT.fullmatch(visit))
    ]
    return Trace(tuple(field for field in fields if field not in lineage), tuple(visits))


def _mark(function_arn: str) -> str:
    """Return what names a function in a lineage: eight digits of its ARN's hash."""
    return hashlib.sha256(function_arn.encode()).hexdigest()[:8]
