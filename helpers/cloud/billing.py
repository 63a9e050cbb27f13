"""What invocations cost: billed duration, GB-seconds, price tiers, free tier, and a receipt.

Models AWS's bill for default compute: requests plus memory times billed duration, where the billed
duration is init and handler time together, rounded up to 1 ms. Throttled invocations cost nothing.
Left out: data transfer, response streaming, durable executions, savings plans, tax, and what
SnapStart takes for keeping a snapshot, which is no invocation's.

Source: aws.amazon.com/lambda/pricing (values and dates in facts.json);
aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase (init is billed).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from helpers.cloud.facts import Fact, load_facts

FREE_EPHEMERAL_MB = 512
MILLION = 1_000_000


class Architecture(StrEnum):
    """Instruction set of a function; arm64 is the cheaper one."""

    X86_64 = "x86_64"
    ARM64 = "arm64"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a month's invocations used, the quantities a bill is made of."""

    requests: int
    gb_seconds: Decimal
    ephemeral_gb_seconds: Decimal = Decimal(0)


def billed_ms(duration_ms: float, init_ms: float | None = None) -> int:
    """Return the billed duration: init and handler together, rounded up to 1 ms.

    >>> billed_ms(15.74, 130.49)
    147
    """
    # a sum such as 14.1 + 1.9 must not become 17 through binary fractions
    return max(1, math.ceil(round(duration_ms + (init_ms or 0.0), 6)))


def gb_seconds(duration_ms: int, memory_mb: int) -> Decimal:
    """Return memory times time as AWS counts it: 1 GB is 1,024 MB."""
    return Decimal(memory_mb) / 1024 * Decimal(duration_ms) / 1000


def compute_cost(amount: Decimal, architecture: Architecture = Architecture.X86_64) -> Decimal:
    """Return the USD for GB-seconds of one month, each tier at its own price."""
    facts = load_facts()
    prices = [facts.price(f"{architecture}_tier_{tier}") for tier in (1, 2, 3)]
    first, second = (facts.price(f"{architecture}_tier_{tier}_up_to") for tier in (1, 2))
    parts = (
        min(amount, first),
        min(max(amount - first, Decimal(0)), second - first),
        max(amount - second, Decimal(0)),
    )
    return sum((part * price for part, price in zip(parts, prices, strict=True)), Decimal(0))


def request_cost(requests: int) -> Decimal:
    """Return the USD for a number of requests."""
    return load_facts().price("requests") * requests / MILLION


def prices_of() -> str:
    """Return the date on which the prices were read, as YYYY-MM-DD."""
    return str(_price("requests").date)


def ephemeral_cost(amount: Decimal) -> Decimal:
    """Return the USD for GB-seconds of /tmp above the 512 MB that are free."""
    return load_facts().price("ephemeral_storage") * amount


def ephemeral_gb_seconds(duration_ms: int, ephemeral_mb: int) -> Decimal:
    """Return the GB-seconds of /tmp that are billed: what exceeds 512 MB."""
    return gb_seconds(duration_ms, max(0, ephemeral_mb - FREE_EPHEMERAL_MB))


def provisioned_cost(
    ready: Decimal, used: Decimal, architecture: Architecture = Architecture.X86_64
) -> Decimal:
    """Return the USD of provisioned concurrency: GB-seconds kept ready, and of them used.

    No free tier applies; requests come on top.
    """
    facts = load_facts()
    kept = facts.price(f"{architecture}_provisioned") * ready
    return kept + facts.price(f"{architecture}_provisioned_duration") * used


def break_even(architecture: Architecture = Architecture.X86_64) -> Decimal:
    """Return the share of time in use, 0 to 1, from which provisioned concurrency is cheaper.

    Compared at the first tier of compute, without the free tier, requests left out.
    """
    facts = load_facts()
    saved = facts.price(f"{architecture}_tier_1")
    saved -= facts.price(f"{architecture}_provisioned_duration")
    return facts.price(f"{architecture}_provisioned") / saved


def restore_cost(gigabytes: Decimal) -> Decimal:
    """Return the USD that SnapStart takes for restores: memory of each restored environment."""
    return load_facts().price("snap_start_restore") * gigabytes


def free_usage() -> Usage:
    """Return what AWS does not bill each month, on all functions of an account together."""
    facts = load_facts()
    return Usage(int(facts.price("free_requests")), facts.price("free_compute"))


def monthly_cost(
    usage: Usage,
    architecture: Architecture = Architecture.X86_64,
    *,
    free_tier: bool = True,
) -> Decimal:
    """Return the USD of a month's on-demand usage; the free tier covers requests and compute."""
    free = free_usage() if free_tier else Usage(0, Decimal(0))
    requests = max(0, usage.requests - free.requests)
    compute = max(Decimal(0), usage.gb_seconds - free.gb_seconds)
    return (
        request_cost(requests)
        + compute_cost(compute, architecture)
        + ephemeral_cost(usage.ephemeral_gb_seconds)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a set of invocations would cost on AWS without the free tier."""

    requests: int
    cold_starts: int
    throttled: int
    billed_ms: int
    init_ms: float
    usage: Usage
    architecture: Architecture
    restored_gb: Decimal = Decimal(0)

    @property
    def usd(self) -> Decimal:
        """Return the sum in US dollars."""
        usage = monthly_cost(self.usage, self.architecture, free_tier=False)
        return usage + restore_cost(self.restored_gb)

    @property
    def cents(self) -> Decimal:
        """Return the sum in US cents, with fractions."""
        return self.usd * 100

    def lines(self) -> list[str]:
        """Return the receipt as text, one line per position."""
        requests, compute = _price("requests"), _price(f"{self.architecture}_tier_1")
        rows = [
            ("Requests", f"{self.requests:,}", f"${requests.value} per million"),
            ("Compute", f"{self.usage.gb_seconds:,.6f} GB-s", f"${compute.value} per GB-s"),
        ]
        costs = [
            request_cost(self.requests),
            compute_cost(self.usage.gb_seconds, self.architecture),
        ]
        if self.restored_gb:
            price = f"${_price('snap_start_restore').value} per GB"
            rows.append(("Restores", f"{self.restored_gb:,.3f} GB", price))
            costs.append(restore_cost(self.restored_gb))
        return [
            *(
                f"{what:<10}{amount:>18} × {price:<27}{shown_cents(cost * 100):>14} ¢"
                for (what, amount, price), cost in zip(rows, costs, strict=True)
            ),
            f"{'Total':<58}{shown_cents(self.cents):>14} ¢",
            f"A million times as much: ${self.usd * MILLION:,.2f}",
            f"Billed: {self.billed_ms:,} ms, {self.init_ms:,.2f} ms of it init "
            f"in {_count(self.cold_starts, 'cold start')}",
            f"Throttled: {self.throttled:,}, not billed",
            f"Prices of {requests.date}, US East (N. Virginia), {self.architecture}, no free tier",
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())


def receipt(
    records: Iterable[Mapping[str, Any]], *, architecture: Architecture = Architecture.X86_64
) -> Receipt:
    """Sum the `invocation.finished` records, given as the records endpoint returns them."""
    requests = throttled = cold_starts = billed = 0
    init_ms, used, restored = 0.0, Decimal(0), Decimal(0)
    for record in records:
        if record["kind"] == "invocation.throttled":
            throttled += 1
        elif record["kind"] == "invocation.finished":
            requests += 1
            billed += record["billed_ms"]
            used += gb_seconds(record["billed_ms"], record["memory_mb"])
            if record["init_ms"] is not None:
                cold_starts += 1
                init_ms += record["init_ms"]
            if record.get("restore_ms") is not None:
                cold_starts += 1
                restored += Decimal(record["memory_mb"]) / 1024
    return Receipt(
        requests=requests,
        cold_starts=cold_starts,
        throttled=throttled,
        billed_ms=billed,
        init_ms=init_ms,
        usage=Usage(requests, used),
        architecture=architecture,
        restored_gb=restored,
    )


def _price(name: str) -> Fact:
    return load_facts().prices[name]


def shown_cents(cents: Decimal) -> str:
    """Show three digits that count, however small the sum is: `0.0000613`."""
    if not cents:
        return "0"
    digits = max(2, 2 - cents.adjusted())
    return f"{cents:.{digits}f}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
