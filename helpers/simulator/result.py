"""What a simulation showed: counters, peaks, latencies, series, and what it would cost on AWS."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from helpers.cloud.billing import (
    MILLION,
    Architecture,
    compute_cost,
    gb_seconds,
    prices_of,
    provisioned_cost,
    request_cost,
)
from helpers.simulator.scenario import Scenario
from helpers.simulator.tally import Counters, Latencies, Series


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars without the free tier, at the prices of a date; throttles cost nothing.

    Billed are invocations that ended, with their init; provisioned concurrency all the time.
    """

    requests_usd: Decimal
    compute_usd: Decimal
    provisioned_usd: Decimal
    prices_of: str

    @property
    def usd(self) -> Decimal:
        """The sum."""
        return self.requests_usd + self.compute_usd + self.provisioned_usd


@dataclass(slots=True)
class Meter:
    """Billed milliseconds as a simulation goes, on demand and provisioned."""

    invocations: int = 0
    on_demand_ms: int = 0
    provisioned_ms: int = 0

    def cost(self, scenario: Scenario, elapsed_s: float) -> Cost:
        """Return what this costs, `elapsed_s` after the start."""
        memory, architecture = scenario.memory_mb, Architecture(scenario.architecture)
        ready_ms = math.ceil(elapsed_s * 1000) * scenario.provisioned
        return Cost(
            requests_usd=request_cost(self.invocations),
            compute_usd=compute_cost(gb_seconds(self.on_demand_ms, memory), architecture),
            provisioned_usd=provisioned_cost(
                gb_seconds(ready_ms, memory), gb_seconds(self.provisioned_ms, memory), architecture
            ),
            prices_of=prices_of(),
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Result:
    """One simulation; of a cancelled one, what had happened until then.

    `cost` covers `elapsed_s` simulated seconds; percentiles of latency are right within 1 %.
    """

    scenario: Scenario
    seed: int
    cancelled: bool
    elapsed_s: float
    counters: Counters
    latencies: Latencies
    series: Series
    peak_concurrency: int
    peak_environments: int
    cost: Cost

    @property
    def p50_ms(self) -> float:
        """The median latency."""
        return self.latencies.percentile_ms(50)

    @property
    def p99_ms(self) -> float:
        """The latency that 99 of 100 requests do not exceed."""
        return self.latencies.percentile_ms(99)

    @property
    def usd_per_million_served(self) -> Decimal:
        """What a million requests served at this cost would cost; 0 if none was."""
        served = self.counters.served
        return self.cost.usd / served * MILLION if served else Decimal(0)

    def lines(self) -> list[str]:
        """Return the result as text."""
        counters = self.counters
        reasons = ", ".join(f"{reason} {n:,}" for reason, n in sorted(counters.throttled.items()))
        left = (
            ("refused", counters.refused),
            ("dropped", counters.dropped),
            ("dead-lettered", counters.dead_lettered),
            ("waiting", counters.waiting),
            ("in flight", counters.in_flight),
        )
        ends = "".join(f", {count:,} {what}" for what, count in left if count)
        spilled = f", {counters.spilled_over:,} spilled over" if self.scenario.provisioned else ""
        first = f"Simulated {self.elapsed_s:,.1f} s with seed {self.seed}"
        return [
            f"{first}{' (cancelled)' if self.cancelled else ''}",
            f"Requests: {counters.requests:,}: {counters.served:,} served{ends}",
            f"Throttles: {counters.throttles:,}{f' ({reasons})' if reasons else ''}",
            f"Environments: at most {self.peak_environments:,}, {self.peak_concurrency:,} busy",
            f"Cold starts: {counters.cold:,} ({counters.cold_share:.2%}){spilled}",
            f"Latency: p50 {self.p50_ms:,.0f} ms, p99 {self.p99_ms:,.0f} ms",
            f"Cost: ${self.cost.usd:,.6f} at prices of {self.cost.prices_of}, no free tier",
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        """Return the text, so that a cell that ends with a result shows it."""
        return str(self)
