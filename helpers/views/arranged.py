"""Several charts in one picture, each under its heading, with figures to read above them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from helpers.views.picture import Picture, draw
from helpers.views.svg import Svg, label, rectangle
from helpers.views.theme import Ink

GAP = 12
HEADING = 20
TILE_HEIGHT = 26
LINE = 19
TILES_IN_A_ROW = 5

Tile = tuple[str, Sequence[str]]
"""A figure's name, and its value; several values stand below each other."""


def arranged(
    title: str, text: str, tiles: Sequence[Tile], charts: Sequence[Picture], *, width: int = 980
) -> Picture:
    """Return one picture: tiles of figures on top, charts in two columns below.

    All charts have one size, which `cell` gives for this width.
    """
    across, down = cell(width)
    tile_rows = -(-len(tiles) // TILES_IN_A_ROW)
    height_of_tile = TILE_HEIGHT + LINE * max((len(values) for _, values in tiles), default=0)
    top = tile_rows * (height_of_tile + GAP)
    chart_rows = -(-len(charts) // 2)
    drawn = [
        *_tiles(tiles, width, height_of_tile),
        *(
            part
            for place, each in enumerate(charts)
            for part in _placed(
                each,
                (place % 2) * (across + GAP),
                top + (place // 2) * (down + HEADING + GAP),
            )
        ),
    ]
    size = (width, top + chart_rows * (down + HEADING + GAP))
    return draw(title, text, size, *drawn)


def cell(width: int = 980) -> tuple[int, int]:
    """Return width and height of one chart of two columns."""
    return (width - GAP) // 2, 210


def _placed(picture: Picture, x: float, y: float) -> Iterator[Svg]:
    yield label(picture.title, x + 4, y + 14, font_weight=600)
    inside = picture.drawing.replace("<svg ", f'<svg x="{x:g}" y="{y + HEADING:g}" ', 1)
    yield Svg(inside.replace(' role="img"', "", 1))


def _tiles(tiles: Sequence[Tile], width: int, height: int) -> Iterator[Svg]:
    each = (width - GAP * (TILES_IN_A_ROW - 1)) / TILES_IN_A_ROW
    for place, (name, values) in enumerate(tiles):
        x = (place % TILES_IN_A_ROW) * (each + GAP)
        y = (place // TILES_IN_A_ROW) * (height + GAP) + 1
        yield rectangle(x + 1, y, each - 2, height, fill="none", stroke=Ink.GRID, rx=4)
        yield label(name, x + 10, y + 17, fill=Ink.SOFT)
        for line, value in enumerate(values, start=1):
            yield label(value, x + 10, y + 17 + LINE * line, font_weight=600, font_size=14)
