"""The colours and shapes of every picture, in JupyterLab's light and dark themes.

Text and lines have the theme's own colours. Fills are fixed middle tones with a contrast of 3:1
or more against both themes, and each comes with a shape and a word: colour only repeats them.
Contrast is that of WCAG 2.2 (w3.org/TR/WCAG22/#contrast-minimum and #non-text-contrast).
"""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType

from helpers.views.svg import Svg, element

VARIABLE = re.compile(r"var\((--[\w-]+), ([^()]*(?:\([^()]*\))?)\)")
FONT = "var(--jp-ui-font-family, system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif)"
DARK = MappingProxyType(
    {
        "--jp-content-font-color1": "#ffffff",
        "--jp-content-font-color2": "#c7c7c7",
        "--jp-layout-color0": "#111111",
        "--jp-layout-color2": "#424242",
        "--jp-border-color1": "#616161",
    }
)
"""JupyterLab's dark theme, for pictures that are saved to a file."""


class Ink(StrEnum):
    """Colours that follow JupyterLab's theme; the fallback is that of the light one."""

    TEXT = "var(--jp-content-font-color1, #212121)"
    SOFT = "var(--jp-content-font-color2, #545454)"
    GRID = "var(--jp-border-color1, #bdbdbd)"
    PAPER = "var(--jp-layout-color0, #ffffff)"
    SHADE = "var(--jp-layout-color2, #eeeeee)"


class Fill(StrEnum):
    """Colours that stay the same in both themes."""

    BLUE = "#2f7ed8"
    ORANGE = "#c8640a"
    GREEN = "#2e8b57"
    PURPLE = "#9161d1"
    RED = "#dd3b3b"
    TEAL = "#148a94"
    GREY = "#7d7d7d"


class Shape(StrEnum):
    """Outlines of marks, 12 pixels wide around (0, 0), told apart without colour."""

    CIRCLE = "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z"
    SQUARE = "M-4.5 -4.5H4.5V4.5H-4.5Z"
    DIAMOND = "M0 -6L6 0L0 6L-6 0Z"
    UP = "M0 -6L6 5H-6Z"
    DOWN = "M0 6L6 -5H-6Z"
    CROSS = "M-6 -4L-4 -6L0 -2L4 -6L6 -4L2 0L6 4L4 6L0 2L-4 6L-6 4L-2 0Z"
    PLUS = "M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z"
    STAR = "M0 -6.5L1.7 -2.2L6.2 -2L2.7 0.9L3.9 5.3L0 2.8L-3.9 5.3L-2.7 0.9L-6.2 -2L-1.7 -2.2Z"
    RING = "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0ZM-3 0a3 3 0 1 1 6 0a3 3 0 1 1 -6 0Z"
    FLAG = "M-4 6V-6L6 -2.5L-2 1V6Z"


SIGNS = MappingProxyType(
    {
        Shape.CIRCLE: "●",
        Shape.SQUARE: "■",
        Shape.DIAMOND: "◆",
        Shape.UP: "▲",
        Shape.DOWN: "▼",
        Shape.CROSS: "✖",
        Shape.PLUS: "✚",
        Shape.STAR: "★",
        Shape.RING: "○",
        Shape.FLAG: "⚑",
    }
)
"""Each shape as a character, for the text twins."""


def shape(outline: Shape, x: float, y: float, fill: Fill, *, size: float = 12) -> Svg:
    """Return a mark around (x, y), edged in the paper's colour so that neighbours stay apart."""
    scale = "" if size == 12 else f" scale({size / 12:.2f})"
    return element(
        "path",
        d=outline,
        transform=f"translate({x:.1f} {y:.1f}){scale}",
        fill=fill,
        stroke=Ink.PAPER,
        stroke_width=0.8,
    )


def resolved(markup: str, *, dark: bool = False) -> str:
    """Return markup with values in the place of JupyterLab's variables, for use outside it."""
    values = DARK if dark else {}
    return VARIABLE.sub(lambda found: values.get(found[1], found[2]), markup)
