"""Cost against time: what a function's runs took at each memory size, and what a million cost.

Times are those of the computer the records come from; prices are AWS's of a date. Both
architectures are shown as if a run took equally long on either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from helpers.cloud.billing import Architecture, prices_of
from helpers.cloud.errors import KitError
from helpers.views.arranged import Tile, arranged, cell
from helpers.views.chart import Kind, Series, chart
from helpers.views.measured import MemoryPoint, cheapest, fastest, measured
from helpers.views.month import usd
from helpers.views.picture import Picture
from helpers.views.table import columns

MOST_SIZES = 7
SHORT_MS = 40.0
SHORT = (
    "Runs under 40 ms vary from run to run: the processor is shared out in periods of 20 ms. "
    "An event with more work tells more."
)
ARM, X86 = Architecture.ARM64, Architecture.X86_64


def cost_view(records: Iterable[Mapping[str, Any]], *, function: str | None = None) -> Picture:
    """Return time and cost of a function by memory size, from the records of its runs.

    Raises KitError when no run ended well.

    >>> cost_view(lab.records(), function="thumbnail")        # doctest: +SKIP
    """
    points = measured(records, function=function)
    if not points:
        raise KitError(
            "There is no run to draw.",
            why="No invocation in these records ended well.",
            next_step="Invoke the function at two memory sizes or more, and look at lab.logs(...).",
            anchor="nothing-to-draw",
        )
    whose = f" of {function}" if function else ""
    charts = [_against(points), _costs(points), _times(points), *_inits(points)]
    return arranged(f"Cost against time{whose}", _text(points), _tiles(points), charts)


def _against(points: Sequence[MemoryPoint]) -> Picture:
    series = [
        Series(
            f"{point.memory_mb:,}",
            [(point.median_ms, float(point.usd_per_million()))],
            Kind.SCATTER,
        )
        for point in _some(points)
    ]
    title = "A million runs against the time of one, by MB"
    return chart(title, *series, x="time of one run in ms", y="USD", size=cell())


def _costs(points: Sequence[MemoryPoint]) -> Picture:
    series = [
        Series(
            architecture,
            [(n, float(point.usd_per_million(architecture))) for n, point in enumerate(points)],
            Kind.BAR,
        )
        for architecture in (X86, ARM)
    ]
    return chart(
        "Cost of a million runs",
        *series,
        x="memory in MB",
        y="USD",
        names=_sizes(points),
        size=cell(),
    )


def _times(points: Sequence[MemoryPoint]) -> Picture:
    series = Series("median", [(n, p.median_ms) for n, p in enumerate(points)], Kind.BAR)
    return chart(
        "Time of one warm run", series, x="memory in MB", y="ms", names=_sizes(points), size=cell()
    )


def _inits(points: Sequence[MemoryPoint]) -> list[Picture]:
    seen = [(n, point.init_ms) for n, point in enumerate(points) if point.init_ms is not None]
    if not seen:
        return []
    series = Series("median", seen, Kind.BAR)
    return [
        chart(
            "Init of a cold start, billed too",
            series,
            x="memory in MB",
            y="ms",
            names=_sizes(points),
            size=cell(),
        )
    ]


def _tiles(points: Sequence[MemoryPoint]) -> list[Tile]:
    quick, cheap = fastest(points), cheapest(points)
    runs = sum(point.runs for point in points)
    failed = sum(point.failed for point in points)
    return [
        ("Fastest", [f"{quick.memory_mb:,} MB: {_ms(quick.median_ms)}"]),
        ("Its million", [usd(quick.usd_per_million())]),
        ("Cheapest", [f"{cheap.memory_mb:,} MB: {_ms(cheap.median_ms)}"]),
        ("Its million", [usd(cheap.usd_per_million())]),
        ("Runs measured", [f"{runs:,}{f', {failed:,} failed' if failed else ''}"]),
    ]


def _text(points: Sequence[MemoryPoint]) -> str:
    rows = [["MB", "vCPU", "runs", "median", "from – to", "init", "billed", "x86_64", "arm64"]]
    rows += [
        [
            f"{point.memory_mb:,}",
            f"{point.vcpus:.2f}",
            f"{point.runs}",
            _ms(point.median_ms),
            f"{_ms(point.shortest_ms)} – {_ms(point.longest_ms)}",
            "–" if point.init_ms is None else _ms(point.init_ms),
            f"{point.billed_ms:,} ms",
            usd(point.usd_per_million(X86)),
            usd(point.usd_per_million(ARM)),
        ]
        for point in points
    ]
    quick, cheap = fastest(points), cheapest(points)
    short = f"\n{SHORT}" if min(p.median_ms for p in points) < SHORT_MS else ""
    return (
        f"{columns(rows)}\n\n"
        f"Fastest: {quick.memory_mb:,} MB, of times within 5 % the cheapest. "
        f"Cheapest: {cheap.memory_mb:,} MB, of costs within 1 % the fastest.\n"
        "USD for a million warm runs without the free tier; billed without init.\n"
        f"Prices of {prices_of()}. Times are this computer's, and the same for both architectures."
        f"{short}"
    )


def _some(points: Sequence[MemoryPoint]) -> list[MemoryPoint]:
    """Keep as many sizes as a chart can tell apart, the smallest and the largest among them."""
    if len(points) <= MOST_SIZES:
        return [*points]
    step = (len(points) - 1) / (MOST_SIZES - 1)
    return [points[round(n * step)] for n in range(MOST_SIZES)]


def _sizes(points: Sequence[MemoryPoint]) -> list[str]:
    return [f"{point.memory_mb:,}" for point in points]


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.3g} ms"
