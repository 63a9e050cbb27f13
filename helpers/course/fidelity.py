"""What is not exact here, in one table: AWS does this, here it is that.

The rows come from helpers/cloud/fidelity.json, whose "here" is the output of a probe.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path

from helpers.views.panel import TEXT, Tone, panel

FILE = Path(__file__).resolve().parents[1] / "cloud" / "fidelity.json"
CELL = f"text-align:left;vertical-align:top;padding:2px 16px 2px 0;{TEXT}"

NOT_MEASURED = (
    "What differs from AWS was measured on the kit's own account. Nobody has measured it for this "
    "one; the card at the top of the lab says what was tried."
)


@dataclass(frozen=True, slots=True)
class FidelityRow:
    """One difference: what AWS does with its source, and what a probe saw here."""

    aws: str
    source: str
    here: str


@dataclass(frozen=True, slots=True)
class FidelityTable:
    """The rows a lab meets."""

    slug: str
    rows: tuple[FidelityRow, ...]

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        parts = [self._heading()]
        parts += [f"  AWS   {r.aws}\n  Here  {r.here}\n  See   {r.source}" for r in self.rows]
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="{CELL}">{t}</th>' for t in ("AWS", "Here"))
        body = "".join(
            f'<tr style="background:transparent"><td style="{CELL}">{escape(row.aws)} '
            f'(<a href="{escape(row.source, quote=True)}">source</a>)</td>'
            f'<td style="{CELL}">{escape(row.here)}</td></tr>'
            for row in self.rows
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return panel(Tone.CALM, self._heading(), table if self.rows else "")

    def _heading(self) -> str:
        if not self.rows:
            return f"In real AWS · lab {self.slug} meets no known difference"
        return f"In real AWS · lab {self.slug}"


def fidelity_of(slug: str, *, file: Path = FILE) -> FidelityTable:
    """Return the rows of a lab, by its number."""
    number = slug.split("-", maxsplit=1)[0]
    entries = json.loads(file.read_text("utf-8")) if file.exists() else []
    return FidelityTable(
        slug,
        tuple(
            FidelityRow(entry["aws"], entry["source"], entry["here"])
            for entry in entries
            if number in entry["labs"]
        ),
    )
