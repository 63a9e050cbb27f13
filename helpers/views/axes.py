"""Axes of a chart: round ticks, where values lie between them, and how they are drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpers.views.svg import Svg, label, line
from helpers.views.theme import Ink

Point = tuple[float, float]

LEFT, RIGHT, TOP, BOTTOM = 64, 24, 34, 40
TICKS = 6
CLOSEST = 1e-9


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: what it counts, its ticks with their words, and where it begins and ends."""

    name: str
    ticks: tuple[tuple[float, str], ...]
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Plot:
    """The rectangle between the axes, and where values lie in it."""

    x: Axis
    y: Axis
    width: float
    height: float

    def at(self, point: Point) -> Point:
        """Return where a point is drawn."""
        return (
            LEFT + (point[0] - self.x.start) / (self.x.end - self.x.start) * self.width,
            TOP + (1 - (point[1] - self.y.start) / (self.y.end - self.y.start)) * self.height,
        )

    def drawn(self) -> Iterator[Svg]:
        """Yield grid, ticks and names."""
        bottom, right = TOP + self.height, LEFT + self.width
        for value, words in self.y.ticks:
            _, y = self.at((self.x.start, value))
            yield line(LEFT, y, right, y, stroke=Ink.GRID, stroke_width=0.6)
            yield label(words, LEFT - 8, y + 4, text_anchor="end", fill=Ink.SOFT)
        for value, words in self.x.ticks:
            x, _ = self.at((value, self.y.start))
            yield line(x, bottom, x, bottom + 4, stroke=Ink.SOFT)
            yield label(words, x, bottom + 17, text_anchor="middle", fill=Ink.SOFT)
        yield line(LEFT, bottom, right, bottom, stroke=Ink.SOFT)
        yield label(self.x.name, LEFT + self.width / 2, bottom + 34, text_anchor="middle")
        yield label(self.y.name, 8, 16, font_weight=600)


def over(name: str, values: Sequence[float], *, room: float = 0) -> Axis:
    """Return an axis that covers values, and with `room` as much beyond them on both sides."""
    if room:
        low, high = min(values) - room, max(values) + room
        inside = [value for value in ticks(values) if low <= value <= high]
    else:
        inside = [*ticks(values)]
        low, high = inside[0], inside[-1]
    return Axis(name, tuple((value, amount(value)) for value in inside), low, high)


def named(name: str, words: Sequence[str]) -> Axis:
    """Return an axis of categories, which stand at 0, 1, 2, …"""
    return Axis(
        name, tuple((float(n), word) for n, word in enumerate(words)), -0.5, len(words) - 0.5
    )


def ticks(values: Sequence[float]) -> tuple[float, ...]:
    """Return round values, evenly apart, that cover all of `values`.

    >>> ticks([0, 97])
    (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
    """
    low, high = min(values), max(values)
    if high - low <= CLOSEST * max(1, abs(low), abs(high)):
        high = low + max(1, abs(low))
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(n * power for n in (1, 2, 5, 10, 20) if n * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(f"{n * step:.15g}") for n in range(first, last + 1))


def amount(value: float) -> str:
    """Return a value as axes and tables show it.

    >>> amount(12500), amount(0.25), amount(3.0), amount(0.0000166667)
    ('12,500', '0.25', '3', '1.67e-05')
    """
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
