"""The one frame every card of the kit is drawn in: HTML that reads in light and dark themes.

Colours are JupyterLab's own variables with fallbacks that inherit; text always has the theme's
text colour, and the coloured edge only repeats what the symbol and the words say.
Left out: interaction. A panel is a picture and is saved with the notebook.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from html import escape

TEXT = "color:var(--jp-content-font-color1, inherit)"
RULE = "1px solid var(--jp-border-color2, #9e9e9e)"
BOLD = re.compile(r"\*\*(.+?)\*\*")
CODE = re.compile(r"`([^`\n]+)`")
MONO = "font-family:var(--jp-code-font-family, monospace);font-size:var(--jp-code-font-size, 13px)"


class Tone(StrEnum):
    """The mood of a panel: the colour of its edge, never its only message."""

    GOOD = "var(--jp-success-color1, #2e7d32)"
    WAIT = "var(--jp-warn-color1, #b26a00)"
    BAD = "var(--jp-error-color1, #c62828)"
    CALM = "var(--jp-info-color1, #1565c0)"
    QUIET = "var(--jp-border-color1, #757575)"


def panel(tone: Tone, heading: str, *parts: str) -> str:
    """Return a bordered box with a plain-text `heading` and parts that are already HTML."""
    return (
        f'<div style="border-left:4px solid {tone};padding:2px 0 2px 12px;margin:4px 0;{TEXT}">'
        f'<div style="font-weight:600;margin-bottom:4px">{escape(heading)}</div>'
        f"{''.join(parts)}</div>"
    )


def rows(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a two-column table: a row heading and its plain-text value."""
    body = "".join(
        f'<tr style="background:transparent"><th scope="row" style="text-align:left;'
        f"vertical-align:top;white-space:nowrap;padding:2px 16px 2px 0;"
        f'font-weight:600;{TEXT}">{escape(name)}</th>'
        f'<td style="text-align:left;padding:2px 0;white-space:pre-wrap;{TEXT}">'
        f"{_with_code(value)}</td></tr>"
        for name, value in pairs
    )
    return f'<table style="border-collapse:collapse;margin:0">{body}</table>'


def code(text: str) -> str:
    """Return `text` as a block of code that wraps instead of scrolling."""
    return (
        f'<pre style="margin:2px 0;padding:4px 8px;border:{RULE};white-space:pre-wrap;'
        f'overflow-wrap:anywhere;background:transparent;{MONO};{TEXT}">{escape(text)}</pre>'
    )


def paragraph(text: str) -> str:
    """Return the kit's own prose: line breaks stay, **bold** and `code` are drawn."""
    drawn = BOLD.sub(r"<strong>\1</strong>", _with_code(text))
    return f'<p style="margin:2px 0;white-space:pre-wrap;{TEXT}">{drawn}</p>'


def _with_code(text: str) -> str:
    return CODE.sub(rf'<code style="{TEXT}">\1</code>', escape(text))


def details(summary: str, *parts: str) -> str:
    """Return parts folded under `summary`; works with the keyboard and without JavaScript."""
    return (
        f'<details style="margin:4px 0;{TEXT}"><summary style="cursor:pointer">'
        f"{escape(summary)}</summary>{''.join(parts)}</details>"
    )


def aligned(pairs: Iterable[tuple[str, str]], *, indent: str = "  ") -> str:
    """Return the plain-text twin of `rows`: names padded to one width."""
    listed = list(pairs)
    width = max((len(name) for name, _ in listed), default=0)
    lines = []
    for name, value in listed:
        first, *rest = value.splitlines() or [""]
        lines.append(f"{indent}{name:<{width}}  {first}".rstrip())
        lines.extend(f"{indent}{'':<{width}}  {line}".rstrip() for line in rest)
    return "\n".join(lines)


def indented(text: str, *, indent: str = "  ") -> str:
    """Return `text` with every line moved to the right."""
    return "\n".join(f"{indent}{line}".rstrip() for line in text.splitlines())
