"""One HTTP request of a console: the event it became beside the answer, and who gave that answer.

The records say which front answered and whether a function did; nothing is guessed from a status.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from http import HTTPStatus
from typing import Any

from helpers.views.panel import Tone, aligned, code, indented, panel, paragraph, rows
from helpers.views.text import pretty

FRONTS = {
    "lambda-url": "the function URL",
    "http-api": "the HTTP API",
    "rest-api": "the REST API",
    "load-balancer": "the load balancer",
}
LONGEST = 20_000


class Origin(StrEnum):
    """Where the shown event comes from."""

    KEPT = "the very event that the function got"
    BUILT = (
        "built here from the same request by the rules of this front, because the account no "
        "longer has the real one; ids, times and the trace differ"
    )
    NONE = "no event: no function was called"
    UNKNOWN = "unknown: this endpoint keeps no records"


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: headers are pairs, so that a name may come twice."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    signed: bool = False

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def words(self) -> str:
        """Return the first line of the request."""
        return f"{self.method} {self.target}{' (signed)' if self.signed else ''}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def heading(self) -> str:
        """Return the status with its name.

        >>> Reply(404, (), b"").heading()
        '404 Not Found'
        """
        known = {int(status): status.phrase for status in HTTPStatus}
        return f"{self.status} {known.get(self.status, '')}".rstrip()

    def text(self) -> str:
        """Return the body as text: JSON indented, bytes that are no text counted."""
        try:
            text = self.body.decode()
        except UnicodeDecodeError:
            return f"{len(self.body):,} bytes that are no text"
        with suppress(ValueError):  # whatever it is, it is shown as it came
            text = pretty(json.loads(text))
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n…"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to a front, its answer, its record, and the event between them."""

    front: str
    request: Request
    reply: Reply
    record: Mapping[str, Any] | None
    ran: Sequence[str] = ()
    event: Any = None
    event_of: str = ""
    origin: Origin = Origin.NONE

    def heading(self) -> str:
        """Return the first line: the request and its status."""
        sign = "✓" if self.reply.status < 400 else "✗"
        return f"{sign} {self.request.words()} → {self.reply.heading()}"

    def facts(self) -> list[tuple[str, str]]:
        """Return who answered and which functions ran."""
        route = (self.record or {}).get("route")
        return [
            ("To", self.front),
            ("Who answered", who_answered(self.record, self.ran)),
            *([("Route", str(route))] if route else []),
            ("Functions that ran meanwhile", ", ".join(self.ran) or "none"),
            ("Event", self.origin.value),
        ]

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        parts = [self.heading(), aligned(self.facts())]
        if self.event is not None:
            parts += [self._event_title(), indented(pretty(self.event))]
        parts += ["The answer", indented(self._answer())]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        shown = self.event is not None
        event = [_side(self._event_title(), pretty(self.event))] if shown else []
        sides = "".join([*event, _side("The answer", self._answer())])
        drawn = f'<div style="display:flex;flex-wrap:wrap;gap:12px">{sides}</div>'
        tone = Tone.GOOD if self.reply.status < 400 else Tone.BAD
        return panel(tone, self.heading(), rows(self.facts()), drawn)

    def _event_title(self) -> str:
        return f"The event of {self.event_of}" if self.event_of else "The event"

    def _answer(self) -> str:
        headers = "\n".join(f"{name}: {value}" for name, value in self.reply.headers)
        return "\n".join([self.reply.heading(), headers, "", self.reply.text()]).rstrip()


def who_answered(record: Mapping[str, Any] | None, ran: Sequence[str] = ()) -> str:
    """Return who made an answer and why, by its record and the functions that ran meanwhile.

    >>> who_answered({"front": "http-api", "request_id": None, "reason": "no route matches"})
    'the HTTP API itself, and no function ran: no route matches'
    """
    if record is None:
        return "nobody that keeps records: there may be no API or URL at this address"
    front = FRONTS.get(record["front"], record["front"])
    reason = record.get("reason") or ""
    if record.get("request_id") is None:
        because = f": {reason}" if reason else ""
        return f"{front} itself{'' if ran else ', and no function ran'}{because}"
    if reason:
        return f"{front}, in place of the function {record['function']}: {reason}"
    return f"the function {record['function']}, through {front}"


def _side(title: str, text: str) -> str:
    return (
        f'<div role="region" tabindex="0" aria-label="{escape(title)}" '
        f'style="flex:1 1 20em;min-width:0;overflow:auto;max-height:32em">'
        f"{paragraph(f'**{title}**')}{code(text)}</div>"
    )
