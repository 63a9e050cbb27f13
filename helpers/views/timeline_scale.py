"""Where moments lie in a timeline: to scale, evenly apart in their order, or lane by lane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from helpers.views.lanes import Lane, Scene, Span

Scale = Literal["time", "order", "steps"]

EDGE = 18
"""Room before the first moment, in pixels."""


class Ruler:
    """Where moments lie: to scale, or evenly apart; made for one drawing."""

    def __init__(self, scene: Scene, scale: Scale, width: float) -> None:
        """Measure a scene."""
        self.width, self.begin, self.end = width, scene.start, scene.end
        self.span = scene.end - scene.start if scale == "time" else 0.0
        self._places: dict[tuple[int, float], float] = {}
        if scale != "time":
            lanes = [[*_moments(lane, scene.end)] for lane in scene.lanes]
            self._places = _in_order(lanes) if scale == "order" else _in_steps(lanes)

    def fraction(self, at: float, row: int) -> float:
        """Return the place of a moment of a lane, from 0 to 1."""
        if self._places:
            return self._places[row, at]
        return (at - self.begin) / self.span if self.span else 0.0

    def x(self, fraction: float) -> float:
        """Return where a place is drawn."""
        return EDGE + fraction * self.width

    def told(self, words: str, at: float) -> str:
        """Return what was measured and when; nothing where only the order counts."""
        if self._places:
            return ""
        return f"{', ' if words else ''}{words}, at {at - self.begin:,.3f} s"


def _in_order(lanes: Sequence[Sequence[float]]) -> dict[tuple[int, float], float]:
    moments = sorted({at for lane in lanes for at in lane})
    place = {at: n / max(len(moments) - 1, 1) for n, at in enumerate(moments)}
    return {(row, at): place[at] for row, lane in enumerate(lanes) for at in lane}


def _in_steps(lanes: Sequence[Sequence[float]]) -> dict[tuple[int, float], float]:
    steps = [sorted({*lane}) for lane in lanes]
    longest = max((len(lane) for lane in steps), default=0)
    return {
        (row, at): n / max(longest - 1, 1)
        for row, lane in enumerate(steps)
        for n, at in enumerate(lane)
    }


def _moments(lane: Lane, end: float) -> Iterator[float]:
    for thing in lane.events():
        if isinstance(thing, Span):
            yield thing.start
            yield end if thing.end is None else thing.end
        else:
            yield thing.at
