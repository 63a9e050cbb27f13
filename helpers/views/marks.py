"""Parts that several pictures share: a stop for the keyboard, and a mark with its words."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.views.svg import Child, Svg, element, group, label, rectangle
from helpers.views.theme import Fill, Shape, shape


@dataclass(frozen=True, slots=True)
class Box:
    """A place in a picture: left, top, width, height."""

    left: float
    top: float
    width: float
    height: float


def stop(key: str, title: str, box: Box, *children: Child) -> Svg:
    """Return children as one thing to stop at: `title` says what it is, a frame shows it."""
    frame = rectangle(
        box.left, box.top, box.width, box.height, fill="none", rx=3, pointer_events="all"
    )
    # a live view strokes what stands directly in a stop; words must not get an outline
    inside = group(group(*children, stroke="none"))
    return group(element("title", title), frame, inside, data_mark=key)


def mark(outline: Shape, fill: Fill, words: str, x: float, middle: float) -> Svg:
    """Return a mark and, to its right, what it means."""
    return group(
        shape(outline, x + 6, middle, fill), label(words, x + 18, middle + 4, font_size=11)
    )


def seconds(milliseconds: float) -> str:
    """Return a duration as people read it.

    >>> seconds(78.9), seconds(2500), seconds(95_000)
    ('79 ms', '2.5 s', '95 s')
    """
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:{'.1f' if milliseconds < 10_000 else ',.0f'}} s"
