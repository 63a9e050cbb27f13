"""The drawing of a timeline: lanes below each other, bars and marks on them, an axis, a legend.

A hollow bar is init, a solid one an invocation, a thin line the frozen time between; every mark
has a shape and a word of its own. Elements carry what the page needs to zoom by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpers.views.axes import ticks
from helpers.views.lanes import Act, Lane, Mark, Scene, Sign, Span
from helpers.views.picture import Picture, draw
from helpers.views.svg import Svg, element, group, label, line, shortened
from helpers.views.theme import Fill, Ink, Shape
from helpers.views.timeline_scale import EDGE, Ruler, Scale

SHAPES: Mapping[Sign, tuple[Shape, Fill]] = {
    Sign.TIMED_OUT: (Shape.DIAMOND, Fill.ORANGE),
    Sign.KILLED: (Shape.CROSS, Fill.RED),
    Sign.FAILED: (Shape.DOWN, Fill.PURPLE),
    Sign.REAPED: (Shape.SQUARE, Fill.GREY),
    Sign.THROTTLED: (Shape.UP, Fill.RED),
    Sign.QUEUED: (Shape.CIRCLE, Fill.TEAL),
    Sign.RETRIED: (Shape.RING, Fill.BLUE),
    Sign.DROPPED: (Shape.PLUS, Fill.GREY),
    Sign.SENT_ON: (Shape.FLAG, Fill.GREEN),
    Sign.SNAPSHOT: (Shape.STAR, Fill.PURPLE),
}
BARS: Mapping[Act, tuple[Fill, int, bool]] = {
    Act.FROZEN: (Fill.GREY, 3, False),
    Act.INIT: (Fill.ORANGE, 12, True),
    Act.RESTORE: (Fill.PURPLE, 12, True),
    Act.INVOKE: (Fill.BLUE, 16, False),
}
"""Colour and height of each bar, and whether it is hollow; later ones lie above earlier ones."""

WIDTH, LANE, TOP, END = 860, 26, 8, 26
LETTER = 6.8
MOST_LANES = 40
SAID: Mapping[Scale, list[str]] = {
    "time": [],
    "order": ["Not to scale: events in their order"],
    "steps": ["Not to scale: each lane counts its own steps"],
}


@dataclass(frozen=True, slots=True)
class Event:
    """A bar or a mark, its lane, and the lane's row."""

    thing: Span | Mark
    lane: Lane
    row: int

    @property
    def start(self) -> float:
        """When it began, or was."""
        return self.thing.start if isinstance(self.thing, Span) else self.thing.at

    @property
    def y(self) -> float:
        """The middle of its row."""
        return TOP + (self.row + 0.5) * LANE


def draw_lanes(
    title: str, text: str, scene: Scene, facts: Sequence[tuple[str, str]], *, scale: Scale
) -> Picture:
    """Draw a scene with its counts below it."""
    names = scene.names()[:MOST_LANES]
    left = min(230.0, max(map(len, names), default=0) * LETTER + 20)
    ruler = Ruler(scene, scale, WIDTH - left - EDGE - END)
    floor = TOP + len(names) * LANE
    middles = [TOP + (row + 0.5) * LANE for row in range(len(names))]
    labels = [label(shortened(n, 32), 4, y + 4) for n, y in zip(names, middles, strict=True)]
    rules = [line(left, y, WIDTH, y) for y in middles]
    plot = element(
        "svg",
        group(*_axis(ruler, floor), data_axis=""),
        *_events(scene, ruler),
        x=left,
        y=0,
        width=WIDTH - left,
        height=floor + 22,
        overflow="hidden",
    )
    more = len(scene.lanes) - len(names)
    notes = [f"and {more} more lanes, not drawn"] if more else []
    notes += [f"{name}: {value}" for name, value in facts] + SAID[scale]
    legend, height = _legend(scene, notes, floor + (30 if ruler.span else 10))
    zoom: dict[str, str | float] = {}
    if ruler.span:
        zoom = {"data_span": f"{ruler.span:.6f}", "data_left": EDGE, "data_width": ruler.width}
    grid = group(*rules, stroke=Ink.GRID, stroke_width=0.5)
    return draw(title, text, (WIDTH, height), grid, *labels, plot, *legend, **zoom)


def _events(scene: Scene, ruler: Ruler) -> Iterator[Svg]:
    """Yield a group for each kind of bar and mark; numbers tell the order in time."""
    events = [
        Event(thing, lane, row)
        for row, lane in enumerate(scene.lanes[:MOST_LANES])
        for thing in lane.events()
    ]
    events.sort(key=lambda event: (ruler.fraction(event.start, event.row), event.row))
    bars: dict[Act, list[Svg]] = {act: [] for act in BARS}
    marks: dict[Sign, list[Svg]] = {sign: [] for sign in SHAPES}
    for number, event in enumerate(events):
        if isinstance(event.thing, Span):
            bars[event.thing.act].append(_bar(event.thing, event, ruler, number))
        else:
            marks[event.thing.sign].append(_mark(event.thing, event, ruler, number))
    for act, drawn in bars.items():
        if drawn:
            yield group(*drawn, **_colours(act))
    for sign, drawn in marks.items():
        if drawn:
            yield group(*drawn, fill=SHAPES[sign][1], stroke=Ink.PAPER, stroke_width=0.8)


def _colours(act: Act) -> dict[str, str | float | None]:
    fill, _, hollow = BARS[act]
    if hollow:
        return {"fill": Ink.PAPER, "stroke": fill, "stroke_width": 2}
    return {"fill": fill, "stroke": Ink.PAPER, "stroke_width": 0.5}


def _bar(span: Span, event: Event, ruler: Ruler, number: int) -> Svg:
    height = BARS[span.act][1]
    end = ruler.end if span.end is None else span.end
    begin, stop = ruler.fraction(span.start, event.row), ruler.fraction(end, event.row)
    lasted = span.words or f"{(end - span.start) * 1000:,.0f} ms"
    goes_on = ", goes on" if span.end is None else ""
    told = f"{span.act} in {event.lane.function} {event.lane.name}"
    return element(
        "rect",
        element("title", f"{told}{goes_on}{ruler.told(lasted, span.start)}"),
        data_mark=str(number),
        data_lane=str(event.row),
        data_x=f"{begin:.5f}",
        data_x2=f"{stop:.5f}",
        x=ruler.x(begin),
        y=event.y - height / 2,
        width=max(ruler.x(stop) - ruler.x(begin), 1.5),
        height=height,
    )


def _mark(mark: Mark, event: Event, ruler: Ruler, number: int) -> Svg:
    place = ruler.fraction(mark.at, event.row)
    name = f" {event.lane.name}" if event.lane.number else ""
    told = f"{mark.sign}: {event.lane.function}{name}"
    return element(
        "path",
        element("title", f"{told}{ruler.told(mark.words, mark.at)}"),
        d=SHAPES[mark.sign][0],
        data_mark=str(number),
        data_lane=str(event.row),
        data_x=f"{place:.5f}",
        data_y=event.y,
        transform=f"translate({ruler.x(place):.1f} {event.y:g})",
    )


def _axis(ruler: Ruler, floor: float) -> Iterator[Svg]:
    if not ruler.span:
        return
    inside = [value for value in ticks([0.0, ruler.span]) if value <= ruler.span]
    for value in inside:
        # live.js writes the same words when it zooms
        words = f"{value:.6g} s" if ruler.span >= 1 else f"{value * 1000:.6g} ms"
        yield group(
            line(0, TOP, 0, floor + 4, stroke=Ink.GRID, stroke_width=0.5),
            label(words, 0, floor + 17, text_anchor="middle", fill=Ink.SOFT),
            data_tick="",
            transform=f"translate({ruler.x(value / ruler.span):.1f} 0)",
        )


def _legend(scene: Scene, notes: Sequence[str], top: float) -> tuple[list[Svg], float]:
    """Return what the bars and marks mean, then the notes, wrapped; and where they end."""
    acts = {span.act for lane in scene.lanes for span in lane.spans}
    signs = {mark.sign for lane in scene.lanes for mark in lane.marks}
    entries: list[tuple[Svg | None, str]] = [
        *((_swatch(act), str(act)) for act in Act if act in acts),
        *((_sample(sign), str(sign)) for sign in Sign if sign in signs),
    ]
    drawn: list[Svg] = []
    y = top
    for row in (entries, [(None, note) for note in notes]):
        x = 4.0
        for swatch, words in row:
            width = (36 if swatch else 16) + len(words) * LETTER
            if x + width > WIDTH:
                x, y = 4.0, y + 20
            if swatch:
                drawn.append(group(swatch, transform=f"translate({x + 10:.1f} {y + 8:g})"))
            drawn.append(label(words, x + (24 if swatch else 0), y + 12))
            x += width
        y += 22 if row else 0
    return drawn, y + 4


def _swatch(act: Act) -> Svg:
    height = BARS[act][1]
    return element("rect", x=-9, y=-height / 2, width=18, height=height, **_colours(act))


def _sample(sign: Sign) -> Svg:
    outline, fill = SHAPES[sign]
    return element("path", d=outline, fill=fill)
