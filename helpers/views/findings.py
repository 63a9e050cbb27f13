"""What a doctor found: what needs a look first, each with its cause and command, then the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from helpers.firstaid.finding import Finding, Mark
from helpers.views.panel import MONO, RULE, TEXT, Tone, aligned, details, panel, rows

SIGNS = {Mark.OK: "✔ ok", Mark.NOTE: "• note", Mark.WARN: "! look", Mark.FAIL: "✖ wrong"}
COLUMNS = {"": 8, "What": 11, "Seen": 25, "Why": 23, "Do this": 22, "More": 11}
"""Headings and their share of the width; long paths and addresses break within it."""
CELL = f"text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-bottom:{RULE};{TEXT}"


@dataclass(frozen=True, slots=True)
class FindingTable:
    """Findings as text and HTML; `page` is the way from the notebook to TROUBLESHOOTING.md."""

    findings: tuple[Finding, ...]
    page: str = ""

    @property
    def ill(self) -> tuple[Finding, ...]:
        """What needs a look, the worst first."""
        found = [finding for finding in self.findings if not finding.is_well]
        return tuple(sorted(found, key=lambda finding: finding.mark is not Mark.FAIL))

    @property
    def heading(self) -> str:
        """One line that says whether anything needs a look."""
        if not self.ill:
            return "Everything a lab needs is there"
        count = len(self.ill)
        return "1 thing needs a look" if count == 1 else f"{count} things need a look"

    def __str__(self) -> str:
        """Return the plain-text twin."""
        told = [line for finding in self.ill for line in _told(finding)]
        well = aligned(_lines(self._others()))
        return "\n".join(part for part in (self.heading, *told, well) if part)

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return str(self)

    def _repr_html_(self) -> str:
        others = list(self._others())
        well = "1 more is as it should be" if len(others) == 1 else f"{len(others)} more are well"
        if not self.ill:
            return panel(Tone.GOOD, self.heading, rows(_lines(others)))
        return panel(Tone.WAIT, self.heading, self._table(), details(well, rows(_lines(others))))

    def _others(self) -> Iterable[Finding]:
        return (finding for finding in self.findings if finding.is_well)

    def _table(self) -> str:
        head = "".join(
            f'<th scope="col" style="{CELL};width:{share}%">{name}</th>'
            for name, share in COLUMNS.items()
        )
        body = "".join(self._row(finding) for finding in self.ill)
        return (
            f'<table style="border-collapse:collapse;margin:4px 0;width:100%;table-layout:fixed">'
            f'<thead><tr style="background:transparent">{head}</tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )

    def _row(self, finding: Finding) -> str:
        wrapped = f"{CELL};overflow-wrap:anywhere"
        command = escape(finding.command)
        if command:
            command = f'<code style="{MONO};white-space:pre-wrap;{TEXT}">{command}</code>'
        return (
            f'<tr style="background:transparent">'
            f'<td style="{CELL};white-space:nowrap">{SIGNS[finding.mark]}</td>'
            f'<th scope="row" style="{CELL};font-weight:600">{escape(finding.subject)}</th>'
            f'<td style="{wrapped}">{escape(finding.seen)}</td>'
            f'<td style="{wrapped}">{escape(finding.cause)}</td>'
            f'<td style="{wrapped}">{command}</td>'
            f'<td style="{wrapped}">{self._link(finding)}</td></tr>'
        )

    def _link(self, finding: Finding) -> str:
        if not (self.page and finding.anchor):
            return escape(finding.more)
        target = escape(f"{self.page}#{finding.anchor}", quote=True)
        return f'<a href="{target}">{escape(finding.anchor)}</a>'


def _told(finding: Finding) -> list[str]:
    parts = (("Why", finding.cause), ("Next", finding.command), ("More", finding.more))
    lines = [f"      {name:<5} {words}" for name, words in parts if words]
    return [f"  {SIGNS[finding.mark]}  {finding.subject}: {finding.seen}", *lines]


def _lines(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(f.subject, f"{SIGNS[f.mark].split()[0]} {f.seen}") for f in findings]
