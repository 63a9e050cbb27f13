"""Exercise 9.6: settings that meet a target, judged by the simulator with requests of its own."""

from __future__ import annotations

from collections.abc import Mapping

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown
from helpers.simulator import (
    Burst,
    ClientRetries,
    Lognormal,
    Result,
    Scenario,
    Sync,
    Target,
    simulate,
)

CONNECTIONS = 100
SEEDS = (11, 12)
SALE = Scenario(
    arrivals=Burst(150, at_s=60, background_per_s=200),
    duration=Lognormal(median_ms=180, p99_ms=600),
    cold_start_ms=1500,
    memory_mb=512,
    period_s=180,
    settle_s=30,
    source=Sync(ClientRetries()),
)
TARGET = Target(lost=0, p99_ms=750, cold_share=0.001, usd_per_hour=1.25)
KNOBS = {"reserved", "provisioned"}


def check_9_6(session: Session, did: Did, settings: Mapping[str, int]) -> None:
    """Simulate the sale twice with these settings, and compare with the target."""
    del session  # nothing of the account is needed
    if not isinstance(settings, Mapping) or not set(settings) <= KNOBS:
        raise NotYet(
            f"settings is {shown(settings)}.",
            expected='a dict with "reserved" and "provisioned".',
            hint=3,
        )
    for seed in SEEDS:
        result = simulate(SALE.changed(**settings), seed=seed)
        did(f"simulated the sale with seed {seed}")
        _expect_met(result, settings)
    did(f"simulated the sale {len(SEEDS)} times, with requests you have not seen")


def _expect_met(result: Result, settings: Mapping[str, int]) -> None:
    if result.peak_concurrency > CONNECTIONS:
        raise NotYet(
            f"{result.peak_concurrency} were busy at once, and the database has {CONNECTIONS} "
            "connections.",
            expected=f"{CONNECTIONS} at most.",
            advice=_on_too_many(settings),
            hint=1,
        )
    misses = TARGET.misses(result)
    if misses:
        raise NotYet(
            misses[0],
            expected="the whole target met.",
            advice=_advice(result),
            hint=2,
        )


def _on_too_many(settings: Mapping[str, int]) -> str:
    if settings.get("provisioned") and settings.get("reserved") is None:
        return "Provisioned concurrency is no limit: what is beyond it runs on demand."
    return "A ceiling for all environments of a function is its reserved concurrency."


def _advice(result: Result) -> str:
    counters = result.counters
    if counters.refused:
        return "With so narrow a ceiling callers give up. Reserve more."
    if counters.cold_share > (TARGET.cold_share or 0):
        return "Reserved starts nothing. Keep as many ready as are busy on average, or a few more."
    return "What stands ready for the burst alone is paid all day. Let some callers try again."
