"""Two documents side by side: which lines say the same, which moved, which only one has.

A line is a member of the document at its place; order does not count, as it does not in JSON.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Any

from helpers.views.panel import MONO, RULE, TEXT, Tone, indented, panel, paragraph
from helpers.views.text import as_json

Place = tuple[str | int, ...]
INDENT = "  "
TELLING = 4
"""From so many characters on, an equal text elsewhere is no accident."""


class Mark(StrEnum):
    """How a line stands to the other document; the sign is its first character."""

    SAME = "= in both"
    DIFFERENT = "≠ another value there"
    MOVED = "→ the same value, elsewhere there"
    ALONE = "+ only here"
    STRUCTURE = " "

    @property
    def sign(self) -> str:
        """One character."""
        return self.value[0]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document, and how it stands to the other."""

    mark: Mark
    text: str


def marked(document: Any, other: Any) -> list[Line]:
    """Return the lines of a document, each with its mark.

    >>> [f"{line.mark.sign}{line.text}" for line in marked({"a": 1, "b": 2}, {"a": 1})]
    [' {', '=  "a": 1,', '+  "b": 2', ' }']
    """
    return _lines(document, (), _Other(dict(_leaves(other, ()))), _Around())


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two titled documents and what is the same in them; shows itself in notebooks."""

    titles: tuple[str, str]
    documents: tuple[Any, Any]

    def sides(self) -> tuple[list[Line], list[Line]]:
        """Return the marked lines of both."""
        left, right = self.documents
        return marked(left, right), marked(right, left)

    def counts(self) -> str:
        """Return how many values of the first stand how to the second."""
        marks = Counter(line.mark for line in self.sides()[0])
        words = " · ".join(
            f"{mark.value}: {marks[mark]}" for mark in Mark if mark is not Mark.STRUCTURE
        )
        return f"Values of {self.titles[0]}, beside {self.titles[1]}: {words}"

    def __repr__(self) -> str:
        """Return the plain-text twin: one document below the other."""
        parts = [self.counts()]
        for title, lines in zip(self.titles, self.sides(), strict=True):
            parts += ["", title, indented("\n".join(f"{x.mark.sign} {x.text}" for x in lines))]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        sides = "".join(
            f'<div role="region" tabindex="0" aria-label="{escape(title)}" '
            f'style="flex:1 1 20em;min-width:0;overflow:auto;max-height:32em">'
            f'<div style="font-weight:600;{TEXT}">{escape(title)}</div>'
            f'<pre style="margin:2px 0;padding:4px 8px;border:{RULE};background:transparent;'
            f'white-space:pre-wrap;overflow-wrap:anywhere;{MONO};{TEXT}">'
            f"{''.join(map(_html_line, lines))}</pre></div>"
            for title, lines in zip(self.titles, self.sides(), strict=True)
        )
        drawn = f'<div style="display:flex;flex-wrap:wrap;gap:12px">{sides}</div>'
        heading = " and ".join(self.titles)
        return panel(Tone.CALM, heading, paragraph(self.counts()), drawn)


def _leaves(document: Any, place: Place) -> list[tuple[Place, Any]]:
    """Return every value that holds no other, with its place; empty ones are values."""
    if isinstance(document, dict) and document:
        pairs: list[tuple[str | int, Any]] = [*document.items()]
    elif isinstance(document, list) and document:
        pairs = [*enumerate(document)]
    else:
        return [(place, document)]
    return [leaf for key, value in pairs for leaf in _leaves(value, (*place, key))]


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a value on its line."""

    name: str = ""
    comma: str = ""
    depth: int = 0

    def text(self, written: str, *, name: bool = True, comma: bool = True) -> str:
        start = f"{INDENT * self.depth}{self.name if name else ''}"
        return f"{start}{written}{self.comma if comma else ''}"


def _lines(document: Any, place: Place, other: _Other, around: _Around) -> list[Line]:
    if not isinstance(document, (dict, list)) or not document:
        return [Line(other.mark(place, document), around.text(as_json(document)))]
    opening, closing = "{}" if isinstance(document, dict) else "[]"
    pairs = [*document.items()] if isinstance(document, dict) else [*enumerate(document)]
    lines = [Line(Mark.STRUCTURE, around.text(opening, comma=False))]
    for number, (key, value) in enumerate(pairs, 1):
        label = f"{as_json(key)}: " if isinstance(document, dict) else ""
        after = "," if number < len(pairs) else ""
        within = _Around(label, after, around.depth + 1)
        lines += _lines(value, (*place, key), other, within)
    return [*lines, Line(Mark.STRUCTURE, around.text(closing, name=False))]


class _Other:
    """The document that another one is compared with."""

    def __init__(self, leaves: dict[Place, Any]) -> None:
        self._leaves = leaves
        self._texts = {value for value in leaves.values() if isinstance(value, str)}

    def mark(self, place: Place, value: Any) -> Mark:
        if place in self._leaves:
            return Mark.SAME if _same(self._leaves[place], value) else Mark.DIFFERENT
        moved = isinstance(value, str) and len(value) >= TELLING and value in self._texts
        return Mark.MOVED if moved else Mark.ALONE


def _same(one: Any, two: Any) -> bool:
    """Compare as JSON does: true is not 1."""
    return type(one) is type(two) and one == two


def _html_line(line: Line) -> str:
    weight = "400" if line.mark in (Mark.SAME, Mark.STRUCTURE) else "600"
    said = "" if line.mark is Mark.STRUCTURE else f' title="{line.mark.value[2:]}"'
    return f'<span style="font-weight:{weight}"{said}>{line.mark.sign} {escape(line.text)}\n</span>'
