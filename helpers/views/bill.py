"""A month's bill as a picture: its positions on both architectures, and provisioned concurrency.

Provisioned concurrency is compared for one environment that is kept ready for an hour, by the
share of that hour in which it runs; the free tier does not apply to it.

Source: aws.amazon.com/lambda/pricing.
"""

from __future__ import annotations

from decimal import Decimal

from helpers.cloud.billing import (
    Architecture,
    break_even,
    compute_cost,
    gb_seconds,
    provisioned_cost,
)
from helpers.views.arranged import Tile, arranged, cell
from helpers.views.chart import Kind, Series, chart
from helpers.views.month import Month, usd
from helpers.views.panel import aligned
from helpers.views.picture import Picture

HOUR_MS = 3_600_000
STEPS = 10


def bill_view(month: Month) -> Picture:
    """Return a month of one function as a bill.

    >>> bill_view(Month(requests=30_000_000, duration_ms=120, memory_mb=512))  # doctest: +SKIP
    """
    lines = [*month.lines(), ("Provisioned", _break_even(month))]
    text = aligned(lines, indent="")
    return arranged("A month of one function", text, _tiles(month), [_parts(month), _ready(month)])


def _parts(month: Month) -> Picture:
    bills = {each: month.on(each).parts() for each in Architecture}
    names = [name for name, _ in month.parts()]
    series = [
        Series(each, [(n, float(part)) for n, (_, part) in enumerate(parts)], Kind.BAR)
        for each, parts in bills.items()
    ]
    return chart("Positions of the bill", *series, x="position", y="USD", names=names, size=cell())


def _ready(month: Month) -> Picture:
    hour = gb_seconds(HOUR_MS, month.memory_mb)
    shares = [Decimal(n) / STEPS for n in range(STEPS + 1)]
    kind = month.architecture
    demand = [(float(s * 100), float(compute_cost(hour * s, kind))) for s in shares]
    ready = [(float(s * 100), float(provisioned_cost(hour, hour * s, kind))) for s in shares]
    return chart(
        "One environment for an hour",
        Series("on demand", demand),
        Series("provisioned", ready),
        x="percent of the hour in which it runs",
        y="USD",
        size=cell(),
    )


def _tiles(month: Month) -> list[Tile]:
    other = next(each for each in Architecture if each is not month.architecture)
    return [
        (f"A month on {month.architecture}", [usd(month.usd)]),
        (f"On {other}", [usd(month.on(other).usd)]),
        ("Of which init", [usd(month.init_usd)]),
        ("Free tier takes off", [usd(month.free_usd)]),
        ("Busy on average", [f"{month.busy:,.3g} environments"]),
    ]


def _break_even(month: Month) -> str:
    share = break_even(month.architecture)
    return f"cheaper than on demand when it runs more than {share:.0%} of the time"
