"""A picture of what happened: drawn as SVG, told as text, and both saved with the notebook.

The HTML holds the SVG inline, so that it follows the theme and its marks tell what they are.
A page that does not trust a notebook, JupyterLab or a code host, takes SVG and style sheets out of
it. So the style sheet is what folds the text twin: without it the twin is read, and a sentence says
how to see the drawing. The labels of a drawing that was taken out are set in no size.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from helpers.cloud.errors import KitError
from helpers.views.panel import MONO, TEXT
from helpers.views.svg import Child, Svg, Value, element, rectangle
from helpers.views.theme import FONT, Ink, resolved

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = "http://www.w3.org/2000/svg"
LEAST_SHARE = 0.75
"""A narrow page shrinks a drawing so far, where its letters can still be read, and then scrolls."""
UNTRUSTED = (
    "The drawing is hidden, because this notebook is not trusted here. "
    "In JupyterLab: View, Activate Command Palette, Trust Notebook."
)
FOLDED = (
    "<style>.coldstart-untrusted,.coldstart-text{display:none}"
    ".coldstart-fold{display:block!important}"
    ".coldstart-fold[open]+.coldstart-text{display:block}</style>"
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, the same as text, and its title; shows itself in notebooks and terminals."""

    drawing: Svg
    text: str
    title: str

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return f"{self.title}\n{self.text}".rstrip()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}

    def html(self) -> str:
        """Return the drawing under its title, and the text twin folded below it."""
        return (
            f'<div style="margin:4px 0;overflow-x:auto;{TEXT}">'
            f'<div style="font-weight:600;margin-bottom:4px">{escape(self.title)}</div>'
            f'<div style="font-size:0;line-height:0">{self.drawing}</div>{as_text(self.text)}</div>'
        )

    def svg(self, *, dark: bool = False) -> str:
        """Return a document of its own, in the light or the dark theme."""
        return XML + resolved(
            self.drawing.replace("<svg ", f'<svg xmlns="{NAMESPACE}" ', 1), dark=dark
        )

    def png(self, *, zoom: float = 2, dark: bool = False) -> bytes:
        """Return the drawing as a PNG file, `zoom` pixels to one of the drawing's."""
        from resvg_py import svg_to_bytes  # noqa: PLC0415 - only whoever saves pictures needs it

        return bytes(
            svg_to_bytes(
                svg_string=self.svg(dark=dark),
                zoom=zoom,
                background=resolved(Ink.PAPER, dark=dark),
            )
        )

    def save(self, path: str | Path, *, dark: bool = False) -> Path:
        """Write the drawing to a .svg or .png file and return its path.

        >>> timeline(lab.records()).save("burst.png")       # doctest: +SKIP
        """
        target = Path(path)
        if target.suffix == ".svg":
            target.write_text(self.svg(dark=dark), encoding="utf-8")
        elif target.suffix == ".png":
            target.write_bytes(self.png(dark=dark))
        else:
            raise KitError(
                f"A picture cannot be saved as {target.name!r}.",
                why="It is written as SVG or PNG.",
                next_step='End the name in ".svg" or ".png".',
                anchor="picture-name",
            )
        return target


def draw(
    title: str, text: str, size: tuple[float, float], *children: Child, **attributes: Value
) -> Picture:
    """Return a picture of `size` (width, height) that shrinks with its page, but not too far."""
    width, height = size
    drawing = element(
        "svg",
        element("title", title),
        element("desc", text),
        rectangle(0, 0, width, height, fill=Ink.PAPER),
        *children,
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        font_family=FONT,
        font_size=12,
        fill=Ink.TEXT,
        style=f"max-width:100%;min-width:{LEAST_SHARE * width:g}px;height:auto",
        **attributes,
    )
    return Picture(drawing, text, title)


def as_text(text: str) -> str:
    """Return a text twin as HTML, folded under a line that opens it where style sheets work."""
    return (
        f'{FOLDED}<p class="coldstart-untrusted" style="margin:2px 0">{UNTRUSTED}</p>'
        f'<details class="coldstart-fold" style="display:none;margin:4px 0;{TEXT}">'
        '<summary style="cursor:pointer">As text</summary></details>'
        '<pre class="coldstart-text" style="margin:2px 0;white-space:pre-wrap;'
        f'background:transparent;{MONO};{TEXT}">{escape(text)}</pre>'
    )
