"""The pre-flight as a page: one file, no script, readable on paper and without colour."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from helpers.firstaid.finding import Finding, Mark

STYLE = """\
body { font: 14px/1.4 system-ui, sans-serif; max-width: 60em; margin: 2em auto; color: #111; }
h1 { font-size: 18px; } p.verdict { font-size: 18px; font-weight: bold; border: 2px solid;
padding: .6em; } table { border-collapse: collapse; width: 100%; } td, th { text-align: left;
vertical-align: top; border-bottom: 1px solid #bbb; padding: .3em .6em .3em 0; }
tr.warn td, tr.fail td { background: #f4f4f4; } td.mark { font-weight: bold; }
small { display: block; } @media print { body { margin: 0; font-size: 11px; } }"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page says: which machine and when, the verdict, and each thing looked at."""

    title: str
    verdict: str
    findings: tuple[Finding, ...]


def html_page(sheet: Sheet) -> str:
    """Return the page; what went wrong stands first."""
    worst = {Mark.FAIL: 0, Mark.WARN: 1}
    rows = sorted(sheet.findings, key=lambda finding: worst.get(finding.mark, 2))
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(sheet.title)}</title>\n<style>\n{STYLE}\n</style>\n"
        f'<h1>{escape(sheet.title)}</h1>\n<p class="verdict">{escape(sheet.verdict)}</p>\n'
        '<table>\n<tr><th scope="col">mark<th scope="col">what<th scope="col">seen</tr>\n'
        + "".join(_row(finding) for finding in rows)
        + "</table>\n</html>\n"
    )


def _row(finding: Finding) -> str:
    parts = (("Why", finding.cause), ("Next", finding.command), ("More", finding.more))
    more = "".join(f"<small>{name}: {escape(text)}</small>" for name, text in parts if text)
    mark = escape(str(finding.mark))
    return (
        f'<tr class="{mark.lower()}"><td class="mark">{mark}<td>{escape(finding.subject)}'
        f"<td>{escape(finding.seen)}{more}</tr>\n"
    )
