"""The queue view: what is visible, in flight, deleted or dead, and how each message got there.

    from helpers.views import queue_view
    queue_view(lab.records(), queue="print-jobs")

Messages with the same story share a row. The text twin holds no id, time or batch number, so it
stays the same from run to run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.views.names import counted, named, resource_name, spans
from helpers.views.panel import aligned
from helpers.views.picture import Picture, draw
from helpers.views.queue_state import Delivery, Message, Outcome, Place, QueueState, read_queue
from helpers.views.svg import Svg, element, group, label, line, rectangle, shortened
from helpers.views.theme import SIGNS, Fill, Ink, Shape, shape

WIDTH, MARGIN, ROW = 760.0, 12.0, 26.0
NAME_WIDTH, FATE_WIDTH, STEP = 150.0, 132.0, 150.0
MOST_ROWS, MOST_STEPS = 24, 3
TILES_TOP, TILE_HEIGHT, ROWS_TOP = 10.0, 52.0, 106.0

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


@dataclass(frozen=True, slots=True)
class Story:
    """Messages that fared alike: who they are, where they are, and one of them to look at."""

    numbers: tuple[int, ...]
    place: Place
    deliveries: tuple[Delivery, ...]
    same_batches: bool

    @property
    def who(self) -> str:
        """Name the messages by their numbers."""
        return f"{'message' if len(self.numbers) == 1 else 'messages'} {spans(self.numbers)}"

    def words(self) -> str:
        """Tell the story without what differs from run to run."""
        if not self.deliveries:
            return "not received yet"
        told: list[str] = []
        for delivery in self.deliveries:
            told.append(delivery.words)
        return f"received {_times(len(told))}: {_folded(told)}"


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
    return draw(
        _title(state), text, (WIDTH, height), _tiles(state, moment), _rows(stories, names)
    )


def stories_of(state: QueueState, moment: float) -> list[Story]:
    """Return messages that fared alike, in order; those of one batch each while they are few."""
    apart = _gathered(state, moment, with_batches=True)
    return apart if len(apart) <= MOST_ROWS else _gathered(state, moment, with_batches=False)


def _gathered(state: QueueState, moment: float, *, with_batches: bool) -> list[Story]:
    found: dict[tuple[Any, ...], list[Message]] = {}
    for message in state.messages.values():
        batches = tuple(d.batch for d in message.deliveries) if with_batches else ()
        words = tuple(d.words for d in message.deliveries)
        found.setdefault((message.place_at(moment), words, batches), []).append(message)
    return [
        Story(
            tuple(message.number for message in alike),
            alike[0].place_at(moment),
            tuple(alike[0].deliveries),
            with_batches,
        )
        for alike in found.values()
    ]


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
    return f"{story.who} ({', '.join(given[:3])}{', …' if len(given) > 3 else ''})" if given else (
        story.who
    )


def _text(
    state: QueueState, stories: list[Story], names: Mapping[int, str], moment: float
) -> str:
    counts = state.count(moment)
    shown = [place for place in Place if counts[place] or place is not Place.DELAYED]
    lines = [" · ".join(f"{place} {counts[place]:,}" for place in shown)]
    dead_end = f", in {named(resource_name(state.dead_letter_queue))}"
    alike = _gathered(state, moment, with_batches=False)
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
        lines.append(f"  … {counted(len(alike) - MOST_ROWS, 'more story')[:-1]}")
    return "\n".join(part for part in lines if part)


def _folded(words: list[str]) -> str:
    """Write what follows itself once: failed × 3."""
    parts: list[list[Any]] = []
    for word in words:
        if parts and parts[-1][0] == word:
            parts[-1][1] += 1
        else:
            parts.append([word, 1])
    return ", then ".join(word if count == 1 else f"{word} × {count}" for word, count in parts)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _tiles(state: QueueState, moment: float) -> Svg:
    """Draw the four places and the ways between them."""
    counts = state.count(moment)
    width, gap = 150.0, 45.0
    lefts = [MARGIN + place * (width + gap) for place in range(4)]
    dead = named(resource_name(state.dead_letter_queue), 22)
    delayed = counts[Place.DELAYED]
    notes = {
        Place.VISIBLE: f"and {delayed:,} delayed" if delayed else "can be received",
        Place.IN_FLIGHT: "with a consumer, hidden",
        Place.DELETED: "processed or filtered out",
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
    return group(
        element("title", f"{place}: {counted(count, 'message')}, {note}"),
        rectangle(left, top, width, TILE_HEIGHT, rx=6, fill=Ink.SHADE, stroke=fill),
        shape(outline, left + 18, top + 19, fill, size=15),
        label(f"{count:,}", left + 34, top + 25, font_size=18, font_weight=600),
        label(str(place), left + width - 10, top + 24, text_anchor="end", font_weight=600),
        label(note, left + 12, top + 43, font_size=11, fill=Ink.TEXT),
        data_mark=str(place),
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
    middle, baseline = top + ROW / 2, top + ROW / 2 + 4
    outline, fill = PLACES[story.place]
    fate_left = WIDTH - FATE_WIDTH
    return group(
        element("title", f"{who}: {story.words()}, {story.place}"),
        line(MARGIN, top, WIDTH - MARGIN, top, stroke=Ink.GRID, stroke_width=0.6),
        label(shortened(who, 23), MARGIN, baseline, font_weight=600),
        *_steps(story, middle, baseline),
        shape(outline, fate_left + 12, middle, fill),
        label(f"→ {story.place}", fate_left + 26, baseline),
        data_mark=who,
    )


def _steps(story: Story, middle: float, baseline: float) -> list[Svg]:
    """Draw each delivery, or the first, a gap, and the last."""
    shown: list[Delivery | int] = list(story.deliveries)
    if len(shown) > MOST_STEPS:
        shown = [story.deliveries[0], len(shown) - 2, story.deliveries[-1]]
    drawn: list[Svg] = []
    for place, step in enumerate(shown):
        x = NAME_WIDTH + MARGIN + place * STEP
        if isinstance(step, int):
            drawn.append(label(f"… {step:,} more …", x, baseline, fill=Ink.SOFT))
            continue
        outline, fill = OUTCOMES[step.outcome]
        batch = f" · {step.batch}" if step.batch and story.same_batches else ""
        drawn += [
            shape(outline, x + 6, middle, fill),
            label(shortened(step.words, 20) + batch, x + 18, baseline, font_size=11),
        ]
    return drawn


def legend() -> str:
    """Return what the marks of deliveries mean, as text."""
    return " · ".join(f"{SIGNS[outline]} {what}" for what, (outline, _) in OUTCOMES.items())
