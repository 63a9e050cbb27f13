"""The same thing as each source delivers it, side by side: where it is, and what became of it.

Cells of a row with the same letter are read by the same line of Python; "≠" marks a value that is
not as it was sent. Every value is read out of a sample event, none is written here.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from helpers.cloud.errors import KitError
from helpers.cloud.events.samples import Sample, sample_named
from helpers.views.event_facts import NOTHING, SUBJECTS, Fact, Kind, Subject
from helpers.views.event_paths import MISSING, EventPath
from helpers.views.panel import MONO, RULE, TEXT, Tone, details, indented, panel, paragraph
from helpers.views.text import as_json, pretty

LEGEND = (
    "Same letter in a row: the same line of Python reads it. "
    "≠: not as it was sent. —: not in this event."
)
PLAIN = f"text-align:left;vertical-align:top;padding:2px 12px 6px 0;{TEXT}"
CELL = f"{PLAIN};border-top:{RULE}"
LONGEST = 48
BADGE = (
    f"display:inline-block;min-width:1.3em;text-align:center;border:{RULE};border-radius:3px;"
    f"margin-right:4px;font-weight:600;{TEXT}"
)
WRAPPED = f"overflow-wrap:anywhere;white-space:pre-wrap;{MONO};{TEXT}"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one event holds of a fact: `letter` names the code that reads it; None: nothing."""

    source: str
    code: str
    value: Any
    letter: str | None
    changed: bool

    def words(self) -> str:
        """Return the value with its marks, on one line."""
        if self.letter is None:
            return "—"
        return f"{self.letter} {'≠ ' if self.changed else ''}{as_json(self.value)}"


@dataclass(frozen=True, slots=True)
class Row:
    """A fact and what each event holds of it."""

    fact: str
    sent: Any
    cells: tuple[Cell, ...]

    def heading(self) -> str:
        """Return the fact and, where the sender gave it, what was sent."""
        return self.fact if self.sent is NOTHING else f"{self.fact} (sent: {as_json(self.sent)})"


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The events of several sources for one thing; shows itself as a table and as text."""

    title: str
    sent: str
    samples: tuple[Sample, ...]
    rows: tuple[Row, ...]
    documents: bool = field(default=True, kw_only=True)

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def events_side_by_side(kind: Kind, *, sources: Sequence[str] | None = None) -> SideBySide:
    """Return one request, upload or message as each source delivers it.

    `sources` are names of samples, such as "rest-api"; without it, the usual ones. Raises KitError
    for a kind or a source that there is not.

    >>> events_side_by_side("upload", sources=["s3", "s3-eventbridge"]).rows[2].fact
    'bucket'
    """
    subject = _subject(kind)
    chosen = tuple(sources) if sources is not None else subject.shown
    unknown = [name for name in chosen if name not in subject.sources]
    if unknown or not chosen:
        raise KitError(
            f"No source of this {kind} is named {', '.join(map(repr, unknown))}."
            if unknown
            else "No source was named.",
            next_step=f"Choose from {', '.join(map(repr, subject.sources))}.",
            anchor="which-one",
        )
    samples = tuple(sample_named(name) for name in chosen)
    events = [sample.build() for sample in samples]
    rows = tuple(_row(fact, samples, events) for fact in subject.facts)
    return SideBySide(subject.title, subject.sent, samples, rows)


def as_text(table: SideBySide) -> str:
    """Render the table as plain text: a block for each fact, a line for each source."""
    width = max(len(sample.source) for sample in table.samples)
    parts = [table.title, f"Sent: {table.sent}", LEGEND]
    for row in table.rows:
        parts += ["", row.heading()]
        parts += [indented(f"{cell.source:<{width}}  {cell.words()}") for cell in row.cells]
        parts += [indented(f"{letter} = {code}") for letter, code in _codes(row)]
    return "\n".join(parts)


def as_html(table: SideBySide) -> str:
    """Render the table as HTML; a narrow page scrolls it sideways, also by keyboard."""
    head = "".join(
        f'<th scope="col" style="{CELL};font-weight:600">{escape(sample.source)}</th>'
        for sample in table.samples
    )
    body = "".join(_html_row(row) for row in table.rows)
    drawn = (
        f'<div role="region" tabindex="0" aria-label="{escape(table.title)}" '
        f'style="overflow-x:auto"><table style="border-collapse:collapse;margin:4px 0">'
        f'<thead><tr style="background:transparent"><th scope="col" style="{CELL};font-weight:600">'
        f"What you look for</th>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    whole = [_document(sample) for sample in table.samples] if table.documents else []
    return panel(
        Tone.CALM, table.title, paragraph(f"Sent: {table.sent}"), drawn, paragraph(LEGEND), *whole
    )


def _subject(kind: str) -> Subject:
    found = {str(name): subject for name, subject in SUBJECTS.items()}.get(kind)
    if found is None:
        raise KitError(
            f"There is no {kind!r} to compare.",
            next_step=f"Choose from {', '.join(map(repr, SUBJECTS))}.",
            anchor="which-one",
        )
    return found


def _row(fact: Fact, samples: Sequence[Sample], events: Sequence[Any]) -> Row:
    letters: dict[str, str] = {}
    cells = []
    for sample, event in zip(samples, events, strict=True):
        notation = fact.paths.get(sample.name)
        path = EventPath(notation or "")
        value = MISSING if notation is None else path.follow(event)
        if value is MISSING:
            cells.append(Cell(sample.source, "", None, None, changed=False))
            continue
        code = path.code()
        letter = letters.setdefault(code, string.ascii_uppercase[len(letters)])
        changed = fact.sent is not NOTHING and value != fact.sent
        cells.append(Cell(sample.source, code, value, letter, changed=changed))
    return Row(fact.name, fact.sent, tuple(cells))


def _codes(row: Row) -> list[tuple[str, str]]:
    """Return each letter of a row once, with its code."""
    return [*{cell.letter: cell.code for cell in row.cells if cell.letter is not None}.items()]


def _html_row(row: Row) -> str:
    """Return two rows of the table: the values, and below them the code that reads them."""
    sent = (
        ""
        if row.sent is NOTHING
        else f'<div style="{WRAPPED};font-weight:400">sent: {escape(_shown(row.sent))}</div>'
    )
    codes = _codes(row)
    cells = "".join(
        f'<td style="{CELL};min-width:6.5em">{_html_cell(cell)}</td>' for cell in row.cells
    )
    values = (
        f'<tr style="background:transparent"><th scope="row" rowspan="{2 if codes else 1}" '
        f'style="{CELL};font-weight:600;min-width:10em;max-width:16em">'
        f"{escape(row.fact)}{sent}</th>{cells}</tr>"
    )
    if not codes:
        return values
    lines = "".join(
        f'<div style="{WRAPPED}"><span style="{BADGE}">{letter}</span>{escape(code)}</div>'
        for letter, code in codes
    )
    return (
        f'{values}<tr style="background:transparent">'
        f'<td colspan="{len(row.cells)}" style="{PLAIN}">{lines}</td></tr>'
    )


def _html_cell(cell: Cell) -> str:
    if cell.letter is None:
        return "— not there"
    mark = '<strong title="not as it was sent">≠ </strong>' if cell.changed else ""
    return (
        f'<span style="{BADGE}">{cell.letter}</span>{mark}'
        f'<span style="{WRAPPED}">{escape(_shown(cell.value))}</span>'
    )


def _shown(value: Any) -> str:
    """Return a value as a cell shows it: long ones are cut, the whole event is below."""
    written = as_json(value)
    return written if len(written) <= LONGEST else f"{written[: LONGEST - 1]}…"


def _document(sample: Sample) -> str:
    text = escape(pretty(sample.build()))
    return details(
        f"The whole event: {sample.source}",
        f'<pre style="margin:2px 0;padding:4px 8px;border:{RULE};background:transparent;'
        f'{WRAPPED}">{text}</pre>',
    )
