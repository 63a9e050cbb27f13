"""The stream view: each shard's records, every batch that was tried, and the checkpoint.

    from helpers.views import stream_view
    stream_view(lab.records(), stream="clicks")

A failed batch that is halved again and again narrows down to the record that always fails. The
picture holds no id and no time, unless `times=True` asks for iterator ages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from helpers.views.marks import Box, mark, seconds, stop
from helpers.views.names import counted, named, resource_name
from helpers.views.picture import Picture, draw
from helpers.views.stream_rows import as_text, rows_of, summary, which, words
from helpers.views.stream_state import Attempt, Result, ShardState, StreamState, read_stream
from helpers.views.svg import Svg, element, group, label, line, rectangle, shortened
from helpers.views.theme import Fill, Ink, Shape

WIDTH, MARGIN, ROW = 760.0, 12.0, 22.0
MAP_LEFT, MAP_WIDTH, WORDS_LEFT, AGE_LEFT, AGE_WIDTH = 124.0, 256.0, 394.0, 662.0, 40.0
HEAD, FOOT = 60.0, 24.0
MOST_SHARDS, MOST_NUMBERS = 6, 12
KINESIS_SHARD = re.compile(r"shardId-0*(\d{1,12})")

RESULTS = {
    Result.RUNNING: (Shape.RING, Fill.ORANGE),
    Result.PROCESSED: (Shape.CIRCLE, Fill.GREEN),
    Result.PARTLY: (Shape.DIAMOND, Fill.TEAL),
    Result.SPLIT: (Shape.UP, Fill.PURPLE),
    Result.AGAIN: (Shape.CROSS, Fill.RED),
    Result.LATER: (Shape.SQUARE, Fill.GREY),
    Result.GIVEN_UP: (Shape.FLAG, Fill.ORANGE),
}


def stream_view(
    records: Iterable[Mapping[str, Any]], *, stream: str = "", times: bool = False
) -> Picture:
    """Draw the shards of one stream: `stream` is its name or ARN, or its table's.

    It is needed when the records tell of several. `times` adds iterator ages, which differ on
    each run, to picture and text.

    >>> stream_view(lab.records(), stream="clicks")         # doctest: +SKIP
    """
    state = read_stream(records, stream)
    named_shards = list(zip(state.shards, _names(state.shards), strict=True))
    drawn: list[Svg] = []
    top = 4.0
    for shard, name in named_shards[:MOST_SHARDS]:
        rows = rows_of(shard)
        drawn.append(_shard(shard, name, rows if times else _timeless(rows), top))
        top += HEAD + ROW * len(rows) + FOOT
    note = ""
    if not state.shards:
        note = "No function has read a record yet."
    elif len(state.shards) > MOST_SHARDS:
        note = f"… and {counted(len(state.shards) - MOST_SHARDS, 'more shard')}"
    if note:
        drawn.append(label(note, MARGIN, top + 14, fill=Ink.SOFT))
        top += 24
    text = "\n".join(as_text(shard, name, times=times) for shard, name in named_shards)
    return draw(_title(state), text or note, (WIDTH, top), *drawn)


def _timeless(rows: list[Attempt]) -> list[Attempt]:
    return [replace(row, age_ms=None) for row in rows]


def _title(state: StreamState) -> str:
    name = named(resource_name(state.arn)) or "(none yet)"
    readers = ", ".join(dict.fromkeys(named(shard.function) for shard in state.shards))
    count = counted(sum(shard.read for shard in state.shards), "record")
    return f"Stream {name}{f', read by {readers}' if readers else ''}: {count}"


def _names(shards: list[ShardState]) -> list[str]:
    """Number shards as Kinesis does, and others in order: their ids differ on each run."""
    several = len({shard.function for shard in shards}) > 1
    names = []
    for number, shard in enumerate(shards):
        found = KINESIS_SHARD.fullmatch(shard.name)
        reader = f" · {named(shard.function, 24)}" if several else ""
        names.append(f"shard {found[1] if found else number}{reader}")
    return names


def _shard(shard: ShardState, name: str, rows: list[Attempt], top: float) -> Svg:
    ages = [row.age_ms for row in rows if row.age_ms is not None]
    oldest = max(ages, default=0.0)
    bottom = top + HEAD + ROW * len(rows)
    return group(
        label(name, MARGIN, top + 15, font_weight=600, font_size=13),
        label(summary(shard), MAP_LEFT if len(name) < 12 else WORDS_LEFT, top + 15),
        label("iterator age", AGE_LEFT, top + 42, font_size=11, fill=Ink.SOFT) if ages else None,
        _scale(shard, top),
        *(
            _row(row, f"{name} {place}", shard.read, oldest, top + HEAD + ROW * place)
            for place, row in enumerate(rows)
        ),
        _checkpoint(shard, top + 46, bottom),
    )


def _x(position: float, read: int) -> float:
    """Return the left edge of a record."""
    return MAP_LEFT + MAP_WIDTH * (position - 1) / max(read, 1)


def _scale(shard: ShardState, top: float) -> Svg:
    """Draw the records' numbers, and what became of them."""
    shown = range(1, shard.read + 1)
    if shard.read > MOST_NUMBERS:
        shown = range(1, shard.read + 1, shard.read - 1)
    numbers = [
        label(
            f"{place:,}",
            (_x(place, shard.read) + _x(place + 1, shard.read)) / 2,
            top + 42,
            text_anchor="middle",
            font_size=11,
            fill=Ink.SOFT,
        )
        for place in shown
    ]
    fates = ((shard.done, Fill.GREEN), (shard.filtered, Fill.GREY), (shard.given_up, Fill.ORANGE))
    strip = [rectangle(MAP_LEFT, top + 47, MAP_WIDTH, 7, fill=Ink.SHADE, stroke=Ink.GRID)]
    strip += [_bar(span, shard.read, top + 47, 7, fill) for spans, fill in fates for span in spans]
    return group(label("records", MARGIN, top + 42, font_size=11, fill=Ink.SOFT), *numbers, *strip)


def _checkpoint(shard: ShardState, top: float, bottom: float) -> Svg:
    x = _x(shard.checkpoint + 1, shard.read)
    return group(
        element("title", f"checkpoint: {shard.checkpoint:,} of {shard.read:,} records are done"),
        line(x, top, x, bottom + 4, stroke=Ink.TEXT, stroke_width=1.6, stroke_dasharray="4 3"),
        label(
            f"▲ checkpoint {shard.checkpoint:,}",
            max(x, MAP_LEFT + 20),
            bottom + 16,
            text_anchor="middle",
            font_size=11,
            font_weight=600,
        ),
    )


def _bar(span: tuple[int, int], read: int, top: float, height: float, fill: Fill) -> Svg:
    left, right = _x(span[0], read), _x(span[1] + 1, read)
    gap = min(1.0, (right - left) / 8)
    return rectangle(left + gap, top, right - left - 2 * gap, height, rx=2, fill=fill)


def _row(row: Attempt, key: str, read: int, oldest: float, top: float) -> Svg:
    middle = top + ROW / 2
    outline, fill = RESULTS[row.result]
    age: list[Svg] = []
    longest = 58
    if row.age_ms is not None:
        longest = 40
        width = AGE_WIDTH * row.age_ms / oldest if oldest else 0
        age = [
            rectangle(AGE_LEFT, middle - 3, width, 6, fill=Fill.BLUE),
            label(seconds(row.age_ms), AGE_LEFT + AGE_WIDTH + 6, middle + 4, font_size=11),
        ]
    return stop(
        key,
        f"{which(row)}: {words(row)}",
        Box(MARGIN - 4, top, WIDTH - 2 * MARGIN + 8, ROW),
        label(shortened(which(row), 17), MARGIN, middle + 4, font_size=11),
        *(_bar(span, read, top + 4, ROW - 8, fill) for span in row.spans),
        mark(outline, fill, shortened(words(row), longest), WORDS_LEFT, middle),
        *age,
    )
