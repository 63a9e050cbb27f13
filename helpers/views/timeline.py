"""The timeline: one lane per execution environment, what happened in it, and what it cost.

The text twin tells each lane's story without measured numbers, so that two runs of the same cells
give the same text. With `scale="order"` or `"steps"` the drawing has none either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from helpers.cloud.billing import receipt, shown_cents
from helpers.views.lanes import Lane, Records, Scene, read_lanes
from helpers.views.picture import Picture
from helpers.views.theme import SIGNS
from helpers.views.timeline_drawing import SHAPES, draw_lanes
from helpers.views.timeline_scale import Scale

MEASURED = ("Billed", "On AWS")
"""Counts that differ from run to run."""


def timeline(
    records: Records,
    *,
    function: str | None = None,
    scale: Scale = "time",
    durations: bool = False,
    now: float | None = None,
) -> Picture:
    """Draw what happened in each environment, of all functions or of one.

    `scale="order"` sets events evenly apart in their order, and `"steps"` does so in each lane by
    itself, for what ran at once. `durations` adds milliseconds to the text twin. What still goes on
    is drawn up to the last record, or up to `now`, in Unix seconds.

    >>> timeline(lab.records(), function="place-order")       # doctest: +SKIP
    """
    kept = [r for r in records if function in (None, r.get("function"))]
    scene = read_lanes(kept)
    if now is not None and scene.running:
        scene = replace(scene, end=max(scene.end, now))
    facts = counts_of(kept, scene)
    stable = [fact for fact in facts if fact[0] not in MEASURED]
    return draw_lanes(
        _title(scene, function),
        _text(scene, stable, durations=durations),
        scene,
        facts if scale == "time" else stable,
        scale=scale,
    )


def counts_of(records: Sequence[Mapping[str, Any]], scene: Scene) -> list[tuple[str, str]]:
    """Return the named counts that stand beside a timeline."""
    bill = receipt(records)
    failed = sum(r["kind"] == "invocation.finished" and r["status"] != "success" for r in records)
    return [
        ("Environments", f"{sum(bool(lane.number) for lane in scene.lanes):,}"),
        ("Invocations", f"{bill.requests:,}" + (f", {failed:,} failed" if failed else "")),
        ("Cold starts", f"{bill.cold_starts:,}"),
        ("Throttled", f"{bill.throttled:,}"),
        ("Billed", f"{bill.billed_ms:,} ms"),
        ("On AWS", f"{shown_cents(bill.cents)} ¢"),
    ]


def _title(scene: Scene, function: str | None) -> str:
    named = ", ".join(scene.functions[:3])
    if not named:
        return f"Timeline of {function}: nothing yet" if function else "Timeline: nothing yet"
    more = len(scene.functions) - 3
    return f"Timeline of {named}" + (f" and {more} more" if more > 0 else "")


def _text(scene: Scene, facts: Sequence[tuple[str, str]], *, durations: bool) -> str:
    lines = [" · ".join(f"{name} {value}" for name, value in facts)]
    names = scene.names()
    width = max(map(len, names), default=0)
    for name, lane in zip(names, scene.lanes, strict=True):
        lines.append(f"  {name:<{width}}  {folded(_story(lane, durations=durations))}")
    return "\n".join(lines)


def _story(lane: Lane, *, durations: bool) -> list[str]:
    """Return what happened in a lane, in its order."""
    events: list[tuple[float, int, str]] = []
    for span in lane.spans:
        lasted = "" if span.end is None else f" {(span.end - span.start) * 1000:,.0f} ms"
        events.append((span.start, 1, f"{span.act}{lasted if durations else ''}"))
    for mark in lane.marks:
        events.append((mark.at, 0, f"{SIGNS[SHAPES[mark.sign][0]]} {mark.sign}"))
    return [words for _, _, words in sorted(events)]


def folded(words: Sequence[str]) -> str:
    """Return words as one line, what repeats itself told once with a count.

    >>> folded(["init", "invoke", "frozen", "invoke", "frozen", "shut down"])
    'init · (invoke · frozen) × 2 · shut down'
    """
    parts: list[str] = []
    place = 0
    while place < len(words):
        found = [(size, _repeats(words, place, size)) for size in (1, 2, 3)]
        size, times = max(found, key=lambda each: each[0] * each[1] if each[1] > 1 else 1)
        unit = " · ".join(words[place : place + size])
        if times > 1:
            unit = f"{f'({unit})' if size > 1 else unit} × {times}"
        parts.append(unit)
        place += size * times
    return " · ".join(parts)


def _repeats(words: Sequence[str], place: int, size: int) -> int:
    """Count how often the next `size` words stand there one after the other."""
    unit = words[place : place + size]
    times = 1
    while len(unit) == size and words[place + times * size : place + (times + 1) * size] == unit:
        times += 1
    return times
