"""The event explorer: one request, upload or message as two sources deliver it, side by side."""

from __future__ import annotations

from dataclasses import replace

import ipywidgets

from helpers.cloud.events.samples import sample_named
from helpers.consoles import fields
from helpers.consoles.live import present
from helpers.views.comparison import Comparison
from helpers.views.event_facts import SUBJECTS, Kind
from helpers.views.side_by_side import SideBySide, events_side_by_side

WHAT: dict[str, Kind] = {
    "an HTTP request": "request",
    "an upload to S3": "upload",
    "an order as a message": "message",
}


class EventExplorer:
    """A choice of two sources and what differs in their events; lives as long as its output.

    It needs no account: every event is a sample.

    >>> EventExplorer(lab, "upload")                           # doctest: +SKIP
    """

    def __init__(self, lab: object = None, kind: Kind = "request") -> None:
        """Begin with the two usual sources of a kind: request, upload or message."""
        self._twin = events_side_by_side(kind)
        names = {given: words for words, given in WHAT.items()}
        self.kind = fields.options("Compare", [*WHAT])
        self.kind.value = names[kind]
        self.left = fields.choice("First source", [])
        self.right = fields.choice("Second source", [])
        self.table = ipywidgets.HTML()
        self.widget = fields.console(fields.indented(self.kind), self.left, self.right, self.table)
        self._offering = False
        self._offer()
        self.kind.observe(lambda _: self._offer(), "value")
        for source in (self.left, self.right):
            source.observe(lambda _: self._draw(), "value")

    def _offer(self) -> None:
        """Offer the sources of the kind, and draw the first two."""
        subject = SUBJECTS[WHAT[self.kind.value]]
        titles = [(sample_named(name).source, name) for name in subject.sources]
        self._offering = True
        for source, chosen in zip((self.left, self.right), _usual(subject.shown), strict=True):
            source.options = titles
            source.value = chosen
        self._offering = False
        self._draw()

    def _draw(self) -> None:
        if self._offering:
            return
        table, comparison = self.compared()
        self.table.value = fields.drawn(table) + fields.drawn(comparison)

    def compared(self) -> tuple[SideBySide, Comparison]:
        """Return what is shown now: where each fact is, and both events line by line."""
        chosen = [sample_named(source.value) for source in (self.left, self.right)]
        kind = WHAT[self.kind.value]
        names = [*dict.fromkeys(sample.name for sample in chosen)]
        table = replace(events_side_by_side(kind, sources=names), documents=False)
        left, right = chosen
        return table, Comparison((left.source, right.source), (left.build(), right.build()))

    def __repr__(self) -> str:
        """Return the plain-text twin: the usual sources, all facts."""
        return repr(self._twin)

    def _ipython_display_(self) -> None:
        present(self._twin, self.widget)


def _usual(shown: tuple[str, ...]) -> tuple[str, str]:
    """Return the two sources that differ most: the first and the last of the plain table."""
    return shown[0], shown[-1]
