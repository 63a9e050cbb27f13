"""The queue view: what is visible, in flight, deleted or dead, and how each message got there.

    from helpers.views import queue_view
    queue_view(lab.records(), queue="print-jobs")

Messages with the same story share a row. The text twin holds no id, time or batch number, so it
stays the same from run to run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from helpers.views.marks import Box, mark, stop
from helpers.views.names import counted, named, resource_name
from helpers.views.panel import aligned
from helpers.views.picture import Picture, draw
from helpers.views.queue_state import Delivery, Outcome, Place, QueueState, read_queue
from helpers.views.queue_stories import MOST_ROWS, Story, gathered, stories_of
from helpers.views.svg import Svg, element, group, label, line, rectangle, shortened
from helpers.views.theme import Fill, Ink, Shape, shape

WIDTH, MARGIN, ROW = 760.0, 12.0, 36.0
NAME_WIDTH, FATE_WIDTH, STEP = 164.0, 120.0, 150.0
MOST_STEPS = 3
TILES_TOP, TILE_HEIGHT, ROWS_TOP = 6.0, 52.0, 100.0

PLACES = {
    Place.DELAYED: (Shape.RING, Fill.GREY),
    Place.VISIBLE: (Shape.CIRCLE, Fill.BLUE),
    Place.IN_FLIGHT: (Shape.DIAMOND, Fill.ORANGE),
    Place.DELETED: (Shape.SQUARE, Fill.GREEN),
    Place.DEAD: (Shape.CROSS, Fill.RED),
}
OUTCOMES = {
    Outcome.RECEIVED: (Shape.RING, Fill.ORANGE),
    Outcome.RUNNING: (Shape.DIAMOND, Fill.ORANGE),
    Outcome.PROCESSED: (Shape.CIRCLE, Fill.GREEN),
    Outcome.FILTERED: (Shape.DOWN, Fill.GREY),
    Outcome.REPORTED: (Shape.UP, Fill.PURPLE),
    Outcome.FAILED: (Shape.CROSS, Fill.RED),
    Outcome.THROTTLED: (Shape.SQUARE, Fill.TEAL),
}


def queue_view(
    records: Iterable[Mapping[str, Any]],
    *,
    queue: str = "",
    labels: Mapping[str, str] | None = None,
    at: float | None = None,
) -> Picture:
    """Draw one queue: `queue` is its name, ARN or URL, needed when the records tell of several.

    `labels` gives message ids a name of yours; `at` is the moment to show (Unix seconds), the
    last record's unless given.

    >>> queue_view(lab.records(), queue="print-jobs")       # doctest: +SKIP
    """
    state = read_queue(records, queue)
    moment = state.moment if at is None else at
    stories = stories_of(state, moment)
    names = _names(state, labels or {})
    height = ROWS_TOP + ROW * max(1, min(len(stories), MOST_ROWS) + (len(stories) > MOST_ROWS)) + 8
    text = _text(state, stories, names, moment)
    return draw(_title(state), text, (WIDTH, height), _tiles(state, moment), _rows(stories, names))


def _title(state: QueueState) -> str:
    name = named(resource_name(state.arn)) or "(none yet)"
    readers = ", ".join(named(function) for function in state.functions)
    count = counted(len(state.messages), "message")
    return f"Queue {name}{f', read by {readers}' if readers else ''}: {count}"


def _names(state: QueueState, labels: Mapping[str, str]) -> dict[int, str]:
    known = ((message.number, labels.get(id_)) for id_, message in state.messages.items())
    return {number: named(name, 24) for number, name in known if name}


def _who(story: Story, names: Mapping[int, str]) -> str:
    given = [names[number] for number in story.numbers if number in names]
    return (
        f"{story.who} ({', '.join(given[:3])}{', …' if len(given) > 3 else ''})"
        if given
        else (story.who)
    )


def _text(state: QueueState, stories: list[Story], names: Mapping[int, str], moment: float) -> str:
    counts = state.count(moment)
    shown = [place for place in Place if counts[place] or place is not Place.DELAYED]
    lines = [" · ".join(f"{place} {counts[place]:,}" for place in shown)]
    dead_end = f", in {named(resource_name(state.dead_letter_queue))}"
    alike = gathered(state, moment, with_batches=False)
    lines.append(
        aligned(
            (
                _who(story, names),
                f"{story.words()} → {story.place}{dead_end if story.place is Place.DEAD else ''}",
            )
            for story in alike[:MOST_ROWS]
        )
    )
    if len(alike) > MOST_ROWS:
        left_out = sum(len(story.numbers) for story in alike[MOST_ROWS:])
        lines.append(f"  … and {counted(left_out, 'message')} with other stories")
    return "\n".join(part for part in lines if part)


def _tiles(state: QueueState, moment: float) -> Svg:
    """Draw the four places and the ways between them."""
    counts = state.count(moment)
    width, gap = 150.0, 45.0
    lefts = [MARGIN + place * (width + gap) for place in range(4)]
    dead = named(resource_name(state.dead_letter_queue), 22)
    delayed = counts[Place.DELAYED]
    notes = {
        Place.VISIBLE: f"and {delayed:,} delayed" if delayed else "can be received",
        Place.IN_FLIGHT: "received, not deleted",
        Place.DELETED: "for good",
        Place.DEAD: f"in {dead}" if dead else "received too often",
    }
    order = (Place.VISIBLE, Place.IN_FLIGHT, Place.DELETED, Place.DEAD)
    tiles = [
        _tile(place, counts[place], notes[place], left, width)
        for place, left in zip(order, lefts, strict=True)
    ]
    middle = TILES_TOP + TILE_HEIGHT / 2
    ways = [
        _arrow(lefts[0] + width + 4, lefts[1] - 4, middle - 8),
        _arrow(lefts[1] - 4, lefts[0] + width + 4, middle + 8),
        _arrow(lefts[1] + width + 4, lefts[2] - 4, middle),
    ]
    below = TILES_TOP + TILE_HEIGHT
    path = (
        f"M{lefts[1] + width / 2:.1f} {below + 2:.1f}v12H{lefts[3] + width / 2:.1f}"
        f"v-8m-4 4l4 -5l4 5"
    )
    ways.append(element("path", d=path, fill="none", stroke=Ink.SOFT, stroke_width=1.3))
    return group(*tiles, *ways)


def _tile(place: Place, count: int, note: str, left: float, width: float) -> Svg:
    outline, fill = PLACES[place]
    top = TILES_TOP
    return stop(
        str(place),
        f"{place}: {counted(count, 'message')}, {note}",
        Box(left - 3, top - 3, width + 6, TILE_HEIGHT + 6),
        rectangle(left, top, width, TILE_HEIGHT, rx=6, fill=Ink.SHADE, stroke=fill),
        shape(outline, left + 18, top + 19, fill, size=15),
        label(f"{count:,}", left + 34, top + 25, font_size=18, font_weight=600),
        label(str(place), left + width - 10, top + 24, text_anchor="end", font_weight=600),
        label(note, left + 12, top + 43, font_size=11),
    )


def _arrow(start: float, end: float, y: float) -> Svg:
    back = -5 if end > start else 5
    head = f"M{end:.1f} {y:.1f}m{back} -4l{-back} 4l{back} 4"
    return group(
        line(start, y, end, y),
        element("path", d=head, fill="none"),
        stroke=Ink.SOFT,
        stroke_width=1.3,
    )


def _rows(stories: list[Story], names: Mapping[int, str]) -> Svg:
    if not stories:
        return label("No message has been sent yet.", MARGIN, ROWS_TOP + 16, fill=Ink.SOFT)
    rows = [
        _row(story, _who(story, names), ROWS_TOP + ROW * place)
        for place, story in enumerate(stories[:MOST_ROWS])
    ]
    if len(stories) > MOST_ROWS:
        left_out = sum(len(story.numbers) for story in stories[MOST_ROWS:])
        rows.append(
            label(
                f"… and {counted(left_out, 'message')} with other stories",
                MARGIN,
                ROWS_TOP + ROW * MOST_ROWS + 17,
                fill=Ink.SOFT,
            )
        )
    return group(*rows)


def _row(story: Story, who: str, top: float) -> Svg:
    middle = top + ROW / 2
    outline, fill = PLACES[story.place]
    return stop(
        who,
        f"{who}: {story.words()}, {story.place}",
        Box(MARGIN, top, WIDTH - 2 * MARGIN, ROW),
        line(MARGIN, top, WIDTH - MARGIN, top, stroke=Ink.GRID, stroke_width=0.6),
        label(shortened(who, 24), MARGIN + 4, middle + 4, font_weight=600),
        *_steps(story, middle),
        mark(outline, fill, f"→ {story.place}", WIDTH - FATE_WIDTH, middle),
    )


def _steps(story: Story, middle: float) -> list[Svg]:
    """Draw each delivery, or the first, a gap, and the last."""
    shown: list[Delivery | int] = list(story.deliveries)
    if len(shown) > MOST_STEPS:
        shown = [story.deliveries[0], len(shown) - 2, story.deliveries[-1]]
    drawn: list[Svg] = []
    for place, step in enumerate(shown):
        x = NAME_WIDTH + MARGIN + place * STEP
        if isinstance(step, int):
            drawn.append(label(f"… {step:,} more …", x + 18, middle + 4, fill=Ink.SOFT))
            continue
        told = bool(step.batch and story.same_batches)
        drawn.append(mark(*OUTCOMES[step.outcome], shortened(step.words, 24), x, middle - 6 * told))
        if told:
            drawn.append(
                label(f"batch {step.batch}", x + 18, middle + 13, font_size=11, fill=Ink.SOFT)
            )
    return drawn
