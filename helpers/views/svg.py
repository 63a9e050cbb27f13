"""A small builder of SVG: elements are strings that know they are markup, and all else is escaped.

Coordinates are rounded to hundredths of a pixel, so that the same records give the same text.
"""

from __future__ import annotations

import re
from html import escape

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Svg(str):
    """A piece of finished markup; text that is not one is escaped where it is put in."""

    __slots__ = ()


Child = Svg | str | None
Value = str | float | None


def element(name: str, *children: Child, **attributes: Value) -> Svg:
    """Return one element; `stroke_width=2` is written stroke-width, and None leaves out.

    >>> element("text", "a < b", x=1.50, class_="label")
    '<text x="1.5" class="label">a &lt; b</text>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{quoted(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(inner(child) for child in children if child is not None)
    return Svg(f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>")


def inner(child: Svg | str) -> str:
    """Return a child as markup: an element as it is, text escaped."""
    return child if isinstance(child, Svg) else escape(clean(child), quote=False)


def quoted(value: str | float) -> str:
    """Return an attribute's value: numbers rounded, text escaped."""
    return escape(clean(value)) if isinstance(value, str) else number(value)


def clean(text: str) -> str:
    """Return text without what XML cannot hold, such as control characters."""
    return NOT_XML.sub("\ufffd", text)


def number(value: float) -> str:
    """Return a number as short as it can be written, to hundredths.

    >>> number(3.0), number(2.125), number(-0.001)
    ('3', '2.12', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def group(*children: Child, **attributes: Value) -> Svg:
    """Return children under common attributes."""
    return element("g", *children, **attributes)


def label(text: str, x: float, y: float, **attributes: Value) -> Svg:
    """Return a line of text whose baseline begins at (x, y)."""
    return element("text", text, x=x, y=y, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: Value) -> Svg:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def rectangle(x: float, y: float, width: float, height: float, **attributes: Value) -> Svg:
    """Return a rectangle; one without width is still a line that can be seen."""
    return element("rect", x=x, y=y, width=max(width, 1.0), height=height, **attributes)


def shortened(text: str, longest: int) -> str:
    """Return text that fits into `longest` characters, the end cut off."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
