"""The fields and buttons of consoles: each label stays in sight and can be read aloud."""

from __future__ import annotations

from typing import Any, Protocol

import ipywidgets

from helpers.consoles.keys import Keys

LABELLED = {"description_width": "8em"}
INDENT = "2px 2px 2px calc(8em + 12px)"
FULL = "calc(100% - 4px)"
"""As wide as the page; the rest is the margin of a widget."""
CLOSE = "line-height:1.4"
"""Widgets have the height of a button for each line."""


def choice(label: str, options: Any) -> Any:
    """Return a menu."""
    return ipywidgets.Dropdown(
        description=label, options=options, style=LABELLED, layout=_one_line()
    )


def line(label: str, value: str = "", *, hint: str = "") -> Any:
    """Return a field of one line."""
    return ipywidgets.Text(
        description=label,
        value=value,
        placeholder=hint,
        style=LABELLED,
        layout=_one_line(),
        continuous_update=False,
    )


def text(label: str, value: str = "", *, rows: int, hint: str = "") -> Any:
    """Return a field of several lines."""
    return ipywidgets.Textarea(
        description=label,
        value=value,
        placeholder=hint,
        rows=rows,
        style=LABELLED,
        layout=ipywidgets.Layout(width=FULL, max_width="62em"),
    )


def options(label: str, given: Any) -> Any:
    """Return a set of options of which one is chosen."""
    return ipywidgets.RadioButtons(
        description=label, options=given, style=LABELLED, layout=ipywidgets.Layout(width="auto")
    )


def button(words: str, tooltip: str, *, primary: bool = False) -> Any:
    """Return a button."""
    made = ipywidgets.Button(
        description=words, tooltip=tooltip, layout=ipywidgets.Layout(width="auto")
    )
    if primary:
        made.button_style = "primary"
    return made


def console(*children: Any) -> Any:
    """Return widgets below each other, as one that keeps the keys pressed in it."""
    return ipywidgets.VBox([*children, Keys()])


def row(*children: Any) -> Any:
    """Return widgets side by side; they wrap on a narrow page."""
    return ipywidgets.Box(
        children=children, layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center")
    )


def _one_line() -> Any:
    return ipywidgets.Layout(width="44em", max_width=FULL)


class Drawn(Protocol):
    """What shows itself in notebooks."""

    def _repr_html_(self) -> str: ...


def drawn(view: Drawn) -> str:
    """Return the HTML of a view, with lines as close as in any output."""
    return f'<div style="{CLOSE}">{view._repr_html_()}</div>'


def said(html: str) -> str:
    """Return HTML that screen readers speak when it changes."""
    return f'<div role="status" aria-live="polite" style="{CLOSE}">{html}</div>'


def indented(widget: Any) -> Any:
    """Return a widget that begins where the fields do, below their labels."""
    widget.layout.margin = INDENT
    return widget
