from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.billing import Architecture
from helpers.views.month import Month, usd

MONTHS = st.builds(
    Month,
    requests=st.integers(0, 10**9),
    duration_ms=st.floats(0.1, 900_000),
    memory_mb=st.integers(128, 10_240),
    cold_share=st.floats(0, 1),
    init_ms=st.floats(0, 10_000),
    ephemeral_mb=st.integers(512, 10_240),
    architecture=st.sampled_from(Architecture),
    free_tier=st.booleans(),
)


@given(MONTHS)
def test_the_parts_of_a_bill_add_up_to_it(month: Month):
    """Nothing is on the bill that no row shows; nothing is below zero but the free tier."""
    assert month.usd == sum(part for _, part in month.parts())
    assert 0 <= month.usd
    assert all(part >= 0 or name == "Free tier" for name, part in month.parts())


@given(MONTHS)
def test_init_is_part_of_the_bill_and_arm_is_never_dearer(month: Month):
    """Both comparisons have the sign that the price list gives them."""
    assert 0 <= month.init_usd <= month.usd
    arm, x86 = month.on(Architecture.ARM64), month.on(Architecture.X86_64)
    assert arm.usd <= x86.usd


def test_a_month_below_the_free_tier_costs_nothing():
    """A million requests of 100 ms at 128 MB are 12,500 GB-s."""
    month = Month(requests=1_000_000, duration_ms=100, memory_mb=128, cold_share=0)

    assert 12_500 == month.usage.gb_seconds
    assert 0 == month.usd


def test_a_month_without_the_free_tier_is_requests_and_compute():
    """$0.20 and 12,500 GB-s at $0.0000166667."""
    month = Month(cold_share=0, free_tier=False)

    assert Decimal("0.20") + Decimal("0.20833375") == month.usd


def test_cold_starts_bill_init_and_handler_together():
    """A handler of 10.4 ms after an init of 99.4 ms is billed 110 ms, a warm one 11 ms."""
    month = Month(requests=2, duration_ms=10.4, init_ms=99.4, cold_share=0.5, memory_mb=1024)

    assert Decimal("0.121") == month.usage.gb_seconds


def test_the_bill_as_text_dates_its_prices():
    """Every row has an amount; the prices have a date and a page."""
    lines = dict(Month(requests=30_000_000).lines())

    assert "in 300,000 cold starts" in lines["Of which init"]
    assert lines["Prices"].startswith("of 2026-")
    assert "1,000,000 requests and 400,000 GB-s" in lines["Free tier"]
    assert "On arm64" in lines


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0.00"), ("1234.5", "$1,234.50"), ("-0.00021", "-$0.00021"), ("0.05", "$0.050")],
)
def test_small_amounts_keep_two_digits_that_count(amount: str, text: str):
    """A cost is never shown as zero when it is not."""
    assert text == usd(Decimal(amount))
