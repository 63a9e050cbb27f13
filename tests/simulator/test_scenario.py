"""A scenario that cannot be on AWS is refused: what, why, and what to do."""

from __future__ import annotations

import math
from typing import Any

import pytest

from helpers.cloud.errors import KitError
from helpers.simulator import Async, Burst, ClientRetries, Fixed, Scenario, Sqs


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "Give rate_per_s=20, or arrivals=Burst"),
        ({"rate_per_s": 1, "arrivals": Burst(1)}, "not both"),
        ({"rate_per_s": 1, "duration": 200}, "duration=Fixed(200), in milliseconds"),
        ({"arrivals": 20}, "arrivals=Burst(500)"),
        ({"rate_per_s": 1, "source": "sqs"}, "source=Async()"),
        ({"rate_per_s": 1, "architecture": "riscv"}, "x86_64, arm64"),
        ({"rate_per_s": -1}, "rate_per_s=-1 cannot"),
        ({"rate_per_s": 10_000, "period_s": 86_400}, "Shorten period_s"),
        ({"rate_per_s": 1, "period_s": 0}, "period_s=0 cannot"),
        ({"rate_per_s": 1, "reserved": 901}, "Give reserved at most 900"),
        ({"rate_per_s": 1, "reserved": 1, "account_limit": 10}, "at most 0"),
        ({"rate_per_s": 1, "provisioned": 901}, "Give provisioned at most 900"),
        ({"rate_per_s": 1, "provisioned": 6, "reserved": 5}, "Reserve at least 6"),
        ({"rate_per_s": 1, "neighbours": 951, "reserved": 50}, "from 0 to 950"),
        ({"rate_per_s": 1, "reserved": 2.5}, "whole number"),
        ({"rate_per_s": 1, "memory_mb": 64}, "from 128 to 10240"),
        ({"rate_per_s": 1, "timeout_s": 901}, "from 1 to 900"),
        ({"rate_per_s": 1, "error_share": 1.1}, "from 0 to 1"),
        ({"rate_per_s": 1, "source": Sqs(), "timeout_s": 60}, "Raise visibility_s"),
    ],
)
def test_an_impossible_scenario_says_what_to_change(settings: dict[str, Any], words: str) -> None:
    """The error names the setting and the nearest values that are possible."""
    with pytest.raises(KitError) as caught:
        Scenario(**settings)

    assert words in str(caught.value)
    assert caught.value.why
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("source", "settings", "words"),
    [
        (Sqs, {"maximum_concurrency": 1}, "from 2 to 1000"),
        (Sqs, {"batch_size": 11}, "from 1 to 10"),
        (Sqs, {"fifo": True}, "Give max_receives"),
        (Async, {"retries": 3}, "from 0 to 2"),
        (Async, {"age_s": 59}, "from 60 to 21600"),
        (ClientRetries, {"attempts": 0}, "from 1 to 100"),
    ],
)
def test_an_impossible_source_says_what_is_possible(
    source: type[Any], settings: dict[str, Any], words: str
) -> None:
    """The limits are those of the APIs."""
    with pytest.raises(KitError, match=words):
        source(**settings)


def test_rate_times_duration_is_the_concurrency_needed() -> None:
    """Where one of both varies there is no such number."""
    assert 20.0 == Scenario(rate_per_s=100, duration=Fixed(200)).concurrency_needed
    assert math.isnan(Scenario(arrivals=Burst(5)).concurrency_needed)
