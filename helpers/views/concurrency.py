"""A simulation drawn: environments, requests, cold starts and what waits, over time; one or two.

Two results lie over each other in the same charts, A and B, so that their scales are the same.
Sixty intervals are drawn: of a level its highest value, of a rate its mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from helpers.views.arranged import Tile, arranged, cell
from helpers.views.chart import Kind, Series, chart
from helpers.views.month import usd
from helpers.views.picture import Picture
from helpers.views.table import columns

if TYPE_CHECKING:
    from helpers.simulator.result import Result

INTERVALS = 60
ROWS = 12
UNITS = ((300.0, 1.0, "s"), (18_000.0, 60.0, "min"), (float("inf"), 3600.0, "h"))
COLUMNS = ("environments", "busy", "waiting", "requests/s", "throttles/s", "cold/s")
PERCENTILES = (50, 90, 95, 99, 99.9)


@dataclass(frozen=True, slots=True)
class Interval:
    """What happened between two moments: highest levels and mean rates, in the order of COLUMNS."""

    start_s: float
    end_s: float
    values: tuple[float, ...]


def concurrency_view(result: Result, beside: Result | None = None) -> Picture:
    """Return a simulation as a picture; `beside` is a second one to compare it with.

    >>> concurrency_view(simulate(Scenario(rate_per_s=40)))       # doctest: +SKIP
    """
    shown = [result] if beside is None else [result, beside]
    names = [""] if beside is None else ["A ", "B "]
    _, unit_s, unit = _unit(max(each.elapsed_s for each in shown))
    drawn = [intervals(each, INTERVALS) for each in shown]

    def panel(title: str, y: str, *columns: str, extra: Sequence[Series] = ()) -> Picture:
        series = [
            Series(f"{name}{column}", _steps(each, column, unit_s), Kind.STEP)
            for name, each in zip(names, drawn, strict=True)
            for column in columns
        ]
        return chart(title, *series, *extra, x=f"time in {unit}", y=y, size=cell())

    charts = [
        panel(
            "Execution environments",
            "count",
            "environments",
            *(["busy"] if beside is None else []),
            extra=_ceiling(result, unit_s) if beside is None else (),
        ),
        panel("Requests and refusals" if beside is None else "Refusals", "per s", *_rates(beside)),
        panel("Cold starts", "per s", "cold/s"),
        *_latencies(shown, names),
    ]
    if any(each.values[COLUMNS.index("waiting")] for view in drawn for each in view):
        charts.append(panel("Waiting: queued, or backing off", "count", "waiting"))
        charts += [panel("Busy environments", "count", "busy")] if beside is not None else []
    title = "Concurrency, simulated" if beside is None else "Two settings, the same requests"
    return arranged(title, _text(shown, names), _tiles(shown, names), charts)


def facts(result: Result) -> list[tuple[str, str]]:
    """Return the figures of a simulation, by name."""
    counters = result.counters
    lost = counters.refused + counters.dropped + counters.dead_lettered
    served = counters.served / counters.requests if counters.requests else 0.0
    hourly = result.cost.usd / round(max(result.elapsed_s, 1)) * 3600
    return [
        ("Requests", f"{counters.requests:,}"),
        ("Served", f"{served:.2%}"),
        ("Lost", f"{lost:,}"),
        ("Throttles", f"{counters.throttles:,}"),
        ("Cold starts", f"{counters.cold:,} ({counters.cold_share:.2%})"),
        ("Median latency", _ms(result.p50_ms)),
        ("p99 latency", _ms(result.p99_ms)),
        ("Environments", f"{result.peak_environments:,} at most"),
        ("Busy at once", f"{result.peak_concurrency:,} at most"),
        ("Cost", f"{usd(hourly)} an hour"),
    ]


def intervals(result: Result, count: int) -> list[Interval]:
    """Return the series of a simulation in at most so many equal intervals."""
    series = result.series
    total = len(series)
    if not total:
        return [Interval(0.0, result.elapsed_s, (0.0,) * len(COLUMNS))]
    summed_by: tuple[tuple[Sequence[float], Callable[[Sequence[float]], float]], ...] = (
        (series.environments, max),
        (series.concurrency, max),
        (series.queue, max),
        (series.requests_per_s, _mean),
        (series.throttles_per_s, _mean),
        (series.cold_per_s, _mean),
    )
    edges = sorted({round(total * n / count) for n in range(count + 1)})
    return [
        Interval(
            series.ends_s[start - 1] if start else 0.0,
            series.ends_s[end - 1],
            tuple(summed(column[start:end]) for column, summed in summed_by),
        )
        for start, end in pairwise(edges)
    ]


def _latencies(shown: Sequence[Result], names: Sequence[str]) -> list[Picture]:
    served = [(name, each) for name, each in zip(names, shown, strict=True) if each.latencies.count]
    series = [
        Series(
            f"{name}latency",
            [(n, each.latencies.percentile_ms(percent)) for n, percent in enumerate(PERCENTILES)],
            Kind.BAR,
        )
        for name, each in served
    ]
    if not series:
        return []
    words = [f"p{percent:g}" for percent in PERCENTILES]
    title = "Latency by percentile"
    return [chart(title, *series, x="percentile", y="ms", names=words, size=cell())]


def _rates(beside: Result | None) -> list[str]:
    return ["requests/s", "throttles/s"] if beside is None else ["throttles/s"]


def _steps(shown: Sequence[Interval], column: str, unit_s: float) -> list[tuple[float, float]]:
    place = COLUMNS.index(column)
    points = [(each.start_s / unit_s, each.values[place]) for each in shown]
    return [*points, (shown[-1].end_s / unit_s, points[-1][1])]


def _ceiling(result: Result, unit_s: float) -> list[Series]:
    scenario = result.scenario
    room = scenario.account_limit - scenario.neighbours
    most = room if scenario.reserved is None else scenario.reserved
    if result.peak_concurrency * 2 < most:
        return []  # it would press the curves against the floor
    return [Series(f"limit {most:,}", [(0.0, most), (result.elapsed_s / unit_s, most)])]


def _tiles(shown: Sequence[Result], names: Sequence[str]) -> list[Tile]:
    columns = [facts(each) for each in shown]
    return [
        (row[0][0], [f"{name}{value}" for name, (_, value) in zip(names, row, strict=True)])
        for row in zip(*columns, strict=True)
    ]


def _text(shown: Sequence[Result], names: Sequence[str]) -> str:
    rows = [
        [row[0][0], *(value for _, value in row)] for row in zip(*map(facts, shown), strict=True)
    ]
    if len(shown) > 1:
        rows.insert(0, ["", *(name.strip() for name in names)])
    parts = [columns(rows)]
    for name, result in zip(names, shown, strict=True):
        _, unit_s, unit = _unit(result.elapsed_s)
        head = [f"{name}until", *COLUMNS]
        body = [
            [f"{each.end_s / unit_s:.3g} {unit}", *(f"{value:,.4g}" for value in each.values)]
            for each in intervals(result, ROWS)
        ]
        parts.append(columns([head, *body]))
    scenario = shown[0].scenario
    parts.append(
        f"Memory {scenario.memory_mb:,} MB, seed {shown[0].seed}, "
        f"prices of {shown[0].cost.prices_of}, no free tier"
    )
    return "\n\n".join(parts)


def _unit(total_s: float) -> tuple[float, float, str]:
    return next(unit for unit in UNITS if total_s <= unit[0])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _ms(value: float) -> str:
    if value != value:  # noqa: PLR0124 - not a number: nothing was served
        return "–"
    return f"{value / 1000:,.1f} s" if value >= 10_000 else f"{value:,.0f} ms"
