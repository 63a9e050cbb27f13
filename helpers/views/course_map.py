"""The map of the labs: what is done, what one can now do, what was hard. No points, no streaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from html import escape

from helpers.views.panel import TEXT, Tone, indented, panel, paragraph

CELL = "text-align:left;vertical-align:top;padding:2px 16px 2px 0"
COLUMNS = ("Lab", "State", "What you can do", "What was hard")


class LabState(StrEnum):
    """How far one is in a lab; the words that are shown."""

    AHEAD = "not begun"
    BEGUN = "begun"
    DONE = "done"
    MASTERED = "mastered"


MARKS = {
    LabState.AHEAD: "○",
    LabState.BEGUN: "◐",
    LabState.DONE: "✔",
    LabState.MASTERED: "✔",
}


@dataclass(frozen=True, slots=True)
class LabRow:
    """One lab of the map."""

    slug: str
    state: LabState
    core: tuple[int, int]
    can: tuple[str, ...] = ()
    hard: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The lab as people say it: `01 handlers`."""
        return self.slug.replace("-", " ")

    def state_words(self) -> str:
        """Return symbol, state, and the core exercises passed while there is something to do."""
        counted = f", {self.core[0]} of {self.core[1]} core" if self.state is LabState.BEGUN else ""
        return f"{MARKS[self.state]} {self.state}{counted}"


@dataclass(frozen=True, slots=True)
class CourseMap:
    """Every lab of the course for one learner, and the next step."""

    rows: tuple[LabRow, ...]
    next_step: str = ""

    @property
    def heading(self) -> str:
        """How many labs are done."""
        done = sum(row.state in (LabState.DONE, LabState.MASTERED) for row in self.rows)
        return f"The course: {done} of {len(self.rows)} labs done"

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        width = max((len(row.name) for row in self.rows), default=0)
        lines = [self.heading]
        for row in self.rows:
            lines.append(f"  {row.name:<{width}}  {row.state_words()}")
            lines += [indented(f"you can  {can}", indent="      ") for can in row.can]
            lines += [indented(f"hard     {hard}", indent="      ") for hard in row.hard]
        return "\n".join([*lines, *([f"Next: {self.next_step}"] if self.next_step else [])])

    def _repr_html_(self) -> str:
        heads = "".join(_heading(column, "col") for column in COLUMNS)
        body = "".join(_row(row) for row in self.rows)
        table = (
            f'<table style="border-collapse:collapse;margin:0"><thead><tr>{heads}</tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )
        closing = paragraph(f"**Next:** {self.next_step}") if self.next_step else ""
        return panel(Tone.CALM, self.heading, table, closing)


def _row(row: LabRow) -> str:
    return (
        f'<tr style="background:transparent">{_heading(row.name, "row")}'
        f"{_cell(row.state_words())}{_cell(*row.can)}{_cell(*row.hard)}</tr>"
    )


def _heading(text: str, scope: str) -> str:
    return f'<th scope="{scope}" style="{CELL};font-weight:600;{TEXT}">{escape(text)}</th>'


def _cell(*lines: str) -> str:
    return f'<td style="{CELL};{TEXT}">{"<br>".join(map(escape, lines))}</td>'
