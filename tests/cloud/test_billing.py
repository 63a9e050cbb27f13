"""Billed durations and costs, with AWS's own examples."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.billing import (
    Architecture,
    Usage,
    billed_ms,
    break_even,
    compute_cost,
    ephemeral_cost,
    ephemeral_gb_seconds,
    gb_seconds,
    monthly_cost,
    provisioned_cost,
    receipt,
    request_cost,
)


@pytest.mark.parametrize(
    ("expected", "duration_ms", "init_ms"),
    [
        (147, 15.74, 130.49),
        (117, 113.51, 2.75),
        (214, 80.00, 133.61),
        (3101, 84.00, 3016.78),
        (2, 1.16, None),
        (1, 0.0, None),
        (3, 2.0, 1.0),
        (16, 14.1, 1.9),
    ],
)
def test_billed_duration(expected: int, duration_ms: float, init_ms: float | None) -> None:
    """Init and handler time together are rounded up to the next millisecond."""
    assert expected == billed_ms(duration_ms, init_ms)


@pytest.mark.slow
@given(st.floats(0, 1e6), st.floats(0, 1e5))
def test_billed_duration_is_less_than_a_millisecond_above(duration: float, init: float) -> None:
    """Nobody pays a whole millisecond too much."""
    assert billed_ms(duration, init) - (duration + init) + 1e-5 >= 0
    assert billed_ms(duration, init) <= max(1, duration + init + 1)


def test_gb_seconds() -> None:
    """A gigabyte is 1,024 MB: 1,536 MB for two seconds are three."""
    assert gb_seconds(2000, 1536) == Decimal(3)


def test_x86_and_arm_prices() -> None:
    """A million GB-seconds cost less on arm64."""
    assert compute_cost(Decimal(1_000_000)) == Decimal("16.6667")
    assert compute_cost(Decimal(1_000_000), Architecture.ARM64) == Decimal("13.3334")


def test_tiers_apply_to_what_lies_in_them() -> None:
    """Beyond 6 and 15 billion GB-seconds only the rest becomes cheaper."""
    billion = 10**9
    expected = (
        6 * billion * Decimal("0.0000166667")
        + 9 * billion * Decimal("0.000015")
        + 1 * billion * Decimal("0.0000133334")
    )
    assert expected == compute_cost(Decimal(16 * billion))


def test_requests() -> None:
    """A million requests cost 20 cents."""
    assert request_cost(1_000_000) == Decimal("0.20")


def test_free_tier_covers_a_small_month() -> None:
    """A million requests and 400,000 GB-seconds a month are free."""
    usage = Usage(requests=1_000_000, gb_seconds=Decimal(400_000))
    assert monthly_cost(usage) == 0
    assert monthly_cost(usage, free_tier=False) == Decimal("0.20") + Decimal("6.66668")


def test_month_of_three_million_requests() -> None:
    """AWS's kind of example: 3 million requests of 120 ms at 1,536 MB."""
    usage = Usage(3_000_000, gb_seconds(120, 1536) * 3_000_000)
    assert usage.gb_seconds == 540_000
    assert round(monthly_cost(usage), 2) == Decimal("2.73")


def test_ephemeral_storage_is_free_up_to_512_mb() -> None:
    """Only what exceeds 512 MB is counted."""
    assert ephemeral_gb_seconds(60_000, 512) == 0
    assert ephemeral_cost(ephemeral_gb_seconds(1000, 1536)) == Decimal("0.0000000309")


def test_provisioned_concurrency_is_paid_unused() -> None:
    """Kept ready costs, and use costs less than on demand."""
    assert provisioned_cost(Decimal(1_000_000), Decimal(0)) == Decimal("4.1667")
    assert provisioned_cost(Decimal(0), Decimal(1)) < compute_cost(Decimal(1))


@pytest.mark.parametrize("architecture", Architecture)
def test_provisioned_concurrency_pays_from_three_fifths_of_the_time(
    architecture: Architecture,
) -> None:
    """At the break-even both ways cost the same; at today's prices that is at 60 %."""
    share = break_even(architecture)

    assert pytest.approx(0.60, abs=0.005) == float(share)
    on_demand = compute_cost(share, architecture)
    assert pytest.approx(float(on_demand)) == float(
        provisioned_cost(Decimal(1), share, architecture)
    )


RECORDS = [
    {"kind": "environment.created", "function": "f"},
    {"kind": "invocation.finished", "billed_ms": 147, "memory_mb": 128, "init_ms": 130.49},
    {"kind": "invocation.finished", "billed_ms": 3, "memory_mb": 128, "init_ms": None},
    {"kind": "invocation.throttled", "function": "f"},
]


def test_receipt_counts_what_finished() -> None:
    """Throttled invocations appear and cost nothing."""
    slip = receipt(RECORDS)
    assert (slip.requests, slip.cold_starts, slip.throttled, slip.billed_ms) == (2, 1, 1, 150)
    assert slip.usage.gb_seconds == Decimal("0.01875")
    expected = 2 * Decimal("0.00002") + Decimal("0.01875") * Decimal("0.00166667")
    assert expected == slip.cents


def test_receipt_as_text() -> None:
    """The text shows fractions of a cent and the date of the prices."""
    text = str(receipt(RECORDS))
    assert "0.0000400 ¢" in text
    assert "0.0000713 ¢" in text
    assert "130.49 ms of it init in 1 cold start" in text
    assert "Prices of 2026-" in text


def test_empty_receipt() -> None:
    """Nothing used, nothing paid."""
    assert receipt([]).cents == 0
    assert "0 ¢" in str(receipt([]))


def test_arm_receipt_is_cheaper() -> None:
    """The same work on arm64 costs less."""
    assert receipt(RECORDS, architecture=Architecture.ARM64).usd < receipt(RECORDS).usd


def test_snap_start_is_billed_by_restored_memory():
    """A restore costs its memory once."""
    finished = {
        "kind": "invocation.finished", "billed_ms": 100, "memory_mb": 512, "init_ms": None,
    }  # fmt: skip
    warm = receipt([{**finished, "restore_ms": None}])
    restored = receipt([{**finished, "restore_ms": 9.0}])

    assert Decimal("0.5") == restored.restored_gb
    assert Decimal("0.0000698999") == restored.usd - warm.usd
    assert (0, 1) == (warm.cold_starts, restored.cold_starts)
    assert any(line.startswith("Restores") for line in restored.lines())
