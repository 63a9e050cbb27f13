"""A month of one function as AWS bills it: quantities, prices, the free tier, and arm64 beside.

Cold starts bill their init; until August 2025 that was free for zip packages on managed runtimes.
Left out: logs, data transfer and other services, savings plans, tax.

Source: aws.amazon.com/lambda/pricing; aws.amazon.com/blogs/compute/
aws-lambda-standardizes-billing-for-init-phase.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from helpers.cloud.billing import (
    Architecture,
    Usage,
    billed_ms,
    compute_cost,
    ephemeral_cost,
    ephemeral_gb_seconds,
    free_usage,
    gb_seconds,
    monthly_cost,
    prices_of,
    request_cost,
)

MONTH_S = 30 * 86_400
NO_USD = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Requests of one function in a month of 30 days; `cold_share` of them find no environment."""

    requests: int = 1_000_000
    duration_ms: float = 100.0
    memory_mb: int = 128
    cold_share: float = 0.01
    init_ms: float = 200.0
    ephemeral_mb: int = 512
    architecture: Architecture = Architecture.X86_64
    free_tier: bool = True

    @property
    def cold(self) -> int:
        """How many requests are cold starts."""
        return round(self.requests * self.cold_share)

    @property
    def usage(self) -> Usage:
        """The quantities on the bill."""
        warm_ms, cold_ms = billed_ms(self.duration_ms), billed_ms(self.duration_ms, self.init_ms)
        total_ms = (self.requests - self.cold) * warm_ms + self.cold * cold_ms
        return Usage(
            self.requests,
            gb_seconds(total_ms, self.memory_mb),
            ephemeral_gb_seconds(total_ms, self.ephemeral_mb),
        )

    @property
    def usd(self) -> Decimal:
        """The bill in US dollars."""
        return monthly_cost(self.usage, self.architecture, free_tier=self.free_tier)

    @property
    def init_usd(self) -> Decimal:
        """What the bill would be less, were init not billed."""
        return self.usd - replace(self, init_ms=0.0).usd

    @property
    def free_usd(self) -> Decimal:
        """What the free tier takes off."""
        return replace(self, free_tier=False).usd - self.usd

    @property
    def busy(self) -> float:
        """How many environments are busy on average over the month."""
        return self.requests * self.duration_ms / 1000 / MONTH_S

    def on(self, architecture: Architecture) -> Month:
        """Return the same month with the other instruction set, equally fast."""
        return replace(self, architecture=architecture)

    def parts(self) -> list[tuple[str, Decimal]]:
        """Return the positions of the bill; the free tier is below zero."""
        usage = self.usage
        tmp = ephemeral_cost(usage.ephemeral_gb_seconds)
        return [
            ("Requests", request_cost(usage.requests)),
            ("Compute", compute_cost(usage.gb_seconds, self.architecture)),
            *([("/tmp above 512 MB", tmp)] if tmp else []),
            *([("Free tier", -self.free_usd)] if self.free_tier else []),
        ]

    def lines(self) -> list[tuple[str, str]]:
        """Return the bill as rows of text."""
        usage, other, free = self.usage, self.on(_other(self.architecture)), free_usage()
        amounts = {
            "Requests": f"{usage.requests:,}",
            "Compute": f"{usage.gb_seconds:,.0f} GB-s at {self.memory_mb:,} MB",
            "/tmp above 512 MB": f"{usage.ephemeral_gb_seconds:,.0f} GB-s",
            "Free tier": f"{free.requests:,} requests and {free.gb_seconds:,} GB-s",
        }
        return [
            *((name, f"{usd(part):>12}   {amounts[name]}") for name, part in self.parts()),
            ("Total", f"{usd(self.usd):>12}   a month on {self.architecture}"),
            ("Of which init", f"{usd(self.init_usd):>12}   in {self.cold:,} cold starts"),
            (f"On {other.architecture}", f"{usd(other.usd):>12}   if it runs equally long there"),
            ("Prices", f"of {prices_of()}, US East (N. Virginia), aws.amazon.com/lambda/pricing"),
        ]


def usd(amount: Decimal) -> str:
    """Return an amount as people write it: cents, and as many digits as a small one needs.

    >>> usd(Decimal("12.5")), usd(Decimal("-0.00021"))
    ('$12.50', '-$0.00021')
    """
    sign = "-" if amount < NO_USD else ""
    digits = 2 if not amount or abs(amount) >= Decimal("0.1") else 1 - amount.adjusted()
    return f"{sign}${abs(amount):,.{digits}f}"


def _other(architecture: Architecture) -> Architecture:
    return next(each for each in Architecture if each is not architecture)
