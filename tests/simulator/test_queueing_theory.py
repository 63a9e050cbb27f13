"""In a steady state the simulator agrees with queueing theory.

A reserved concurrency without retries is a loss system (Erlang B); a queue with a maximum
concurrency is a waiting system (Erlang C; Pollaczek and Khinchine for one message group). Requests
are far below ten per second and unit, so that only the concurrency counts.
"""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest

from helpers.simulator import (
    Duration,
    Exponential,
    Fixed,
    Lognormal,
    Poisson,
    Scenario,
    Sqs,
    simulate,
)

pytestmark = pytest.mark.slow
WARM: dict[str, Any] = {"cold_start_ms": 0.0, "idle_age_s": 1e9, "timeout_s": 900.0}


def erlang_b(servers: int, offered: float) -> float:
    """Return the share of requests that a system of so many servers loses."""
    lost = 1.0
    for number in range(1, servers + 1):
        lost = offered * lost / (number + offered * lost)
    return lost


def erlang_c(servers: int, offered: float) -> float:
    """Return the share of requests that wait."""
    lost = erlang_b(servers, offered)
    return servers * lost / (servers - offered * (1 - lost))


@pytest.mark.parametrize(
    ("reserved", "offered", "duration"),
    [
        (5, 3.0, Exponential(1000)),
        (20, 18.0, Exponential(1000)),
        (20, 30.0, Exponential(1000)),
        (20, 18.0, Fixed(1000)),
        (20, 18.0, Lognormal(1000, 3000)),
    ],
    ids=str,
)
def test_throttles_of_a_reservation_are_erlang_b(
    reserved: int, offered: float, duration: Duration
) -> None:
    """M/M/c/c, and M/G/c/c, which loses as much: within four percent of the share."""
    sigma = math.log(3) / 2.3263478740408408
    mean_s = math.exp(sigma**2 / 2) if isinstance(duration, Lognormal) else 1.0
    result = simulate(
        Scenario(
            rate_per_s=offered / mean_s,
            period_s=60_000 / offered,
            duration=duration,
            reserved=reserved,
            **WARM,
        ),
        seed=11,
    )

    assert erlang_b(reserved, offered) == pytest.approx(result.counters.throttled_share, rel=0.04)


def test_unlimited_concurrency_is_rate_times_duration() -> None:
    """M/G/infinity: Little's law gives the mean, and Poisson's distribution its peak."""
    scenario = Scenario(
        arrivals=Poisson(200), period_s=200, duration=Exponential(500), account_limit=10_000, **WARM
    )
    series = simulate(scenario, seed=3, resolution_s=0.01).series
    steady = series.concurrency[1000:]

    assert 100 == pytest.approx(sum(steady) / len(steady), rel=0.03)
    assert 100 + 5 * math.sqrt(100) > max(steady) > 100 + 2 * math.sqrt(100)


@pytest.mark.parametrize(("servers", "offered"), [(2, 1.5), (4, 3.0), (5, 4.5)])
def test_waiting_for_a_maximum_concurrency_is_erlang_c(servers: int, offered: float) -> None:
    """M/M/c: the mean wait in the queue, within eight percent."""
    source = Sqs(batch_size=1, maximum_concurrency=servers, visibility_s=900)
    scenario = Scenario(
        rate_per_s=offered, period_s=100_000 / offered, duration=Exponential(1000), source=source,
        **WARM,
    )  # fmt: skip
    waited_ms = simulate(scenario, seed=5).latencies.mean_ms - 1000

    expected_ms = erlang_c(servers, offered) / (servers - offered) * 1000
    assert expected_ms == pytest.approx(waited_ms, rel=0.08)


@pytest.mark.parametrize("load", [0.5, 0.7])
def test_waiting_for_one_message_group_is_pollaczek_and_khinchine(load: float) -> None:
    """M/D/1 waits half as long as M/M/1: the mean of three runs, within five percent."""
    source = Sqs(batch_size=1, fifo=True, max_receives=5, visibility_s=900)

    def waited_s(duration: Duration) -> float:
        scenario = Scenario(
            rate_per_s=load, period_s=30_000 / load, duration=duration, source=source, **WARM
        )
        runs = [simulate(scenario, seed=seed).latencies.mean_ms for seed in range(3)]
        return statistics.mean(runs) / 1000 - 1

    assert load / (2 * (1 - load)) == pytest.approx(waited_s(Fixed(1000)), rel=0.05)
    assert load / (1 - load) == pytest.approx(waited_s(Exponential(1000)), rel=0.05)
