"""Charts of a few series: curves, steps, bars and points, drawn by the kit itself.

Each series is told by its colour, by its marks or its dashes, and by its name; the text twin is
a table. A series longer than the picture is wide is thinned to the lowest and highest value of
each pixel, so that no peak is lost. Left out: zoom, dates, and more than seven series.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from helpers.cloud.errors import KitError
from helpers.views.axes import BOTTOM, LEFT, RIGHT, TOP, Axis, Plot, Point, amount, named, over
from helpers.views.picture import Picture, draw
from helpers.views.svg import Svg, element, group, label, rectangle
from helpers.views.theme import Fill, Ink, Shape, shape

STYLES = (
    (Fill.BLUE, Shape.CIRCLE, None),
    (Fill.ORANGE, Shape.UP, "8 3"),
    (Fill.GREEN, Shape.SQUARE, "2 3"),
    (Fill.PURPLE, Shape.DIAMOND, "10 3 2 3"),
    (Fill.RED, Shape.CROSS, "5 5"),
    (Fill.TEAL, Shape.DOWN, "12 4"),
    (Fill.GREY, Shape.PLUS, "1 4"),
)
MARKS_ON_A_CURVE = 8
ROWS_OF_TWIN = 12
LETTER = 7.2
WIDEST_BAR = 60
SIZE = (760, 280)


class Kind(StrEnum):
    """How the points of a series are drawn."""

    LINE = "line"
    STEP = "step"
    BAR = "bar"
    SCATTER = "scatter"


@dataclass(frozen=True, slots=True)
class Series:
    """Named points (x, y) in the order of x; a step keeps its value until the next point."""

    name: str
    points: Sequence[Point]
    kind: Kind = Kind.LINE


def chart(
    title: str,
    *series: Series,
    x: str,
    y: str,
    names: Sequence[str] = (),
    size: tuple[int, int] = SIZE,
) -> Picture:
    """Draw one to seven series over common axes; `x` and `y` name the axes and their units.

    With `names`, x counts them: 0 is the first. Bars stand beside each other.

    >>> print(chart("Squares", Series("n²", [(0, 0), (1, 1), (2, 4)]), x="n", y="n²"))
    Squares
    n  n²
    0  0
    1  1
    2  4
    """
    points = [point for each in series for point in each.points]
    if not 0 < len(series) <= len(STYLES) or not all(each.points for each in series):
        raise KitError(
            f"A chart shows 1 to {len(STYLES)} series, each with a point or more.",
            why=f"It was given {len(series)} with {len(points)} points.",
            anchor="chart",
        )
    room = _half_a_bar([[px for px, _ in s.points] for s in series if s.kind is Kind.BAR])
    across = named(x, names) if names else over(x, [px for px, _ in points], room=room)
    upward = over(y, [0.0, *(py for _, py in points)])
    plot = Plot(across, upward, size[0] - LEFT - RIGHT, size[1] - TOP - BOTTOM)
    # bars first: they would cover curves
    order = sorted(range(len(series)), key=lambda place: series[place].kind is not Kind.BAR)
    drawn = [group(*_drawn(plot, series, place)) for place in order]
    return draw(title, table(series, across), size, *plot.drawn(), *drawn, *_legend(series, y))


def table(series: Sequence[Series], axis: Axis) -> str:
    """Return the series as text: a row for each x, or twelve evenly spread and the highest."""
    places = sorted({px for px, _ in min((s.points for s in series), key=len)})
    chosen = [places[round(n)] for n in _even(len(places), ROWS_OF_TWIN)]
    words = dict(axis.ticks)
    rows = [[axis.name, *(each.name for each in series)]]
    for px in chosen:
        values = [_value_at(each, px) for each in series]
        first = words.get(px, amount(px))
        rows.append([first, *("–" if v is None else amount(v) for v in values)])
    if any(len(each.points) > len(chosen) for each in series):
        rows.append(["highest", *(amount(max(py for _, py in s.points)) for s in series)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _value_at(series: Series, x: float) -> float | None:
    """Return the value at `x`: on the line between its neighbours, or where the step stands."""
    place = bisect_right(series.points, x, key=lambda point: point[0])
    if place == 0:
        return None
    before = series.points[place - 1]
    if before[0] == x or series.kind is Kind.STEP:
        return before[1]
    if series.kind is not Kind.LINE or place == len(series.points):
        return None
    after = series.points[place]
    return before[1] + (after[1] - before[1]) * (x - before[0]) / (after[0] - before[0])


def _half_a_bar(bars: Sequence[Sequence[float]]) -> float:
    places = sorted({px for xs in bars for px in xs})
    if len(places) < 2:
        return 0.5 if places else 0
    return min(b - a for a, b in pairwise(places)) / 2


def _legend(series: Sequence[Series], y: str) -> Iterator[Svg]:
    x = max(LEFT, 24 + len(y) * LETTER)
    for (fill, outline, _), each in zip(STYLES, series, strict=False):
        yield shape(outline, x + 8, 12, fill)
        yield label(each.name, x + 20, 16)
        x += 36 + len(each.name) * LETTER


def _drawn(plot: Plot, all_series: Sequence[Series], place: int) -> Iterator[Svg]:
    series = all_series[place]
    fill, outline, dashes = STYLES[place]
    yield element("title", series.name)
    if series.kind is Kind.BAR:
        yield from _bars(plot, all_series, place)
        return
    points = [plot.at(point) for point in series.points]
    if series.kind is not Kind.SCATTER:
        yield element(
            "path",
            d=_path(_thinned(points), step=series.kind is Kind.STEP),
            fill="none",
            stroke=fill,
            stroke_width=2,
            stroke_dasharray=dashes,
            stroke_linejoin="round",
        )
        points = [points[round(n)] for n in _even(len(points), MARKS_ON_A_CURVE)]
    for x, y in points:
        yield shape(outline, x, y, fill, size=9)


def _bars(plot: Plot, all_series: Sequence[Series], place: int) -> Iterator[Svg]:
    fill, outline, _ = STYLES[place]
    series = all_series[place]
    beside = [n for n, each in enumerate(all_series) if each.kind is Kind.BAR]
    each_px = plot.width / (plot.x.end - plot.x.start)
    slot = 2 * _half_a_bar([[px for px, _ in all_series[n].points] for n in beside]) * each_px
    width = min(slot * 0.8, WIDEST_BAR * len(beside)) / len(beside)
    floor = plot.at((plot.x.start, max(0.0, plot.y.start)))[1]
    for point in series.points:
        x, y = plot.at(point)
        left = x + (beside.index(place) - len(beside) / 2) * width
        told = element("title", f"{series.name}: {amount(point[1])}")
        box = rectangle(left, min(y, floor), width - 1, abs(floor - y), fill=fill, stroke=Ink.PAPER)
        yield group(told, box, shape(outline, left + width / 2, y, fill, size=9))


def _even(length: int, count: int) -> list[float]:
    if length <= count:
        return [float(n) for n in range(length)]
    return [n * (length - 1) / (count - 1) for n in range(count)]


def _thinned(points: Sequence[Point]) -> list[Point]:
    """Keep the first, lowest, highest and last point of each pixel column."""
    columns: dict[int, list[Point]] = {}
    for point in points:
        columns.setdefault(int(point[0]), []).append(point)
    kept: list[Point] = []
    for column in columns.values():
        if len(column) > 4:
            low = min(range(len(column)), key=lambda n: column[n][1])
            high = max(range(len(column)), key=lambda n: column[n][1])
            kept += [column[n] for n in sorted({0, low, high, len(column) - 1})]
        else:
            kept += column
    return kept


def _path(points: Sequence[Point], *, step: bool) -> str:
    (x, y), *rest = points
    parts = [f"M{x:.1f} {y:.1f}"]
    for px, py in rest:
        parts.append(f"H{px:.1f}V{py:.1f}" if step else f"L{px:.1f} {py:.1f}")
    return "".join(parts)
