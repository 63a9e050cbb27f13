"""What holds for every scenario: nothing is lost, seeds repeat, and more room never hurts."""

from __future__ import annotations

from dataclasses import asdict, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.simulator import (
    Arrivals,
    Async,
    Burst,
    ClientRetries,
    Constant,
    Duration,
    Exponential,
    Fixed,
    Lognormal,
    Percentiles,
    Poisson,
    Ramp,
    Result,
    Scenario,
    Sqs,
    Sync,
    simulate,
)

SOURCES = st.sampled_from(
    [
        Sync(),
        Sync(ClientRetries(attempts=3)),
        Async(),
        Async(retries=0, age_s=60, dead_letter_queue=True),
        Sqs(batch_size=1, maximum_concurrency=2),
        Sqs(max_receives=2),
        Sqs(fifo=True, max_receives=1),
    ]
)
LOADS = st.sampled_from(
    [Constant(8), Poisson(20), Burst(60, at_s=3), Ramp(0, 40), Burst(5, background_per_s=9)]
)
DURATIONS = st.sampled_from([Fixed(120), Fixed(7_000), Exponential(400), Lognormal(80, 3_000)])

LONG = st.sampled_from([Fixed(150), Fixed(900), Percentiles(((0, 150), (90, 600), (100, 3_000)))])
"""Above a tenth of a second, so that only concurrency counts and never the request rate."""


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Return scenarios of every source, some of them hopeless."""
    reserved = draw(st.none() | st.integers(0, 12))
    return Scenario(
        arrivals=draw(LOADS),
        duration=draw(DURATIONS),
        source=draw(SOURCES),
        period_s=10.0,
        settle_s=draw(st.sampled_from([0.0, 5.0, 400.0])),
        cold_start_ms=draw(st.sampled_from([0.0, 300.0])),
        error_share=draw(st.sampled_from([0.0, 0.3, 1.0])),
        reserved=reserved,
        provisioned=draw(st.integers(0, min(5, reserved if reserved is not None else 5))),
        account_limit=30,
        unreserved_floor=4,
        neighbours=draw(st.integers(0, 10)),
        scaling_per_10_s=draw(st.sampled_from([3, 1000])),
        idle_age_s=draw(st.sampled_from([0.0, 2.0, 600.0])),
    )


def facts(result: Result) -> object:
    """Return everything that can be compared."""
    series = result.series
    columns = (series.concurrency, series.environments, series.queue, series.throttles_per_s)
    latencies = (result.latencies.mean_ms if result.latencies.count else None, result.elapsed_s)
    return asdict(result.counters), result.cost, latencies, [column.tolist() for column in columns]


@settings(max_examples=150, deadline=None)
@given(scenarios(), st.integers(0, 5))
def test_every_request_is_somewhere_and_every_invocation_within_the_limits(
    scenario: Scenario, seed: int
) -> None:
    """Served, refused, dropped, dead-lettered, waiting and running requests are all requests."""
    result = simulate(scenario, seed=seed)
    counters = result.counters
    ceiling = scenario.account_limit if scenario.reserved is None else scenario.reserved

    assert counters.requests == (
        counters.served
        + counters.refused
        + counters.dropped
        + counters.dead_lettered
        + counters.waiting
        + counters.in_flight
    )
    assert min(asdict(counters)[name] for name in ("waiting", "in_flight", "served")) >= 0
    assert result.peak_concurrency <= result.peak_environments <= max(ceiling, 0)
    assert counters.throttles == counters.throttled.total()
    assert counters.served == result.latencies.count
    assert counters.cold + counters.errors <= 2 * counters.invocations
    assert (scenario.provisioned > 0) or not counters.spilled_over
    assert max(result.series.concurrency) == result.peak_concurrency


@settings(max_examples=40, deadline=None)
@given(scenarios(), st.integers(0, 5))
def test_the_same_seed_gives_the_same_result(scenario: Scenario, seed: int) -> None:
    """Two runs are equal in every counter, series and price."""
    assert facts(simulate(scenario, seed=seed)) == facts(simulate(scenario, seed=seed))


@settings(max_examples=40, deadline=None)
@given(LOADS, LONG, st.integers(0, 11), st.integers(0, 5))
def test_more_reserved_concurrency_never_means_more_throttles(
    load: Arrivals, duration: Duration, reserved: int, seed: int
) -> None:
    """The same requests meet one unit more."""
    scenario = Scenario(
        arrivals=load,
        duration=duration,
        period_s=10,
        cold_start_ms=0,
        reserved=reserved,
    )
    fewer = simulate(scenario, seed=seed)
    more = simulate(replace(scenario, reserved=reserved + 1), seed=seed)

    assert more.counters.throttles <= fewer.counters.throttles


@settings(max_examples=25, deadline=None)
@given(LOADS, LONG, st.integers(0, 8), st.integers(0, 5))
def test_more_provisioned_concurrency_never_means_more_cold_starts(
    load: Arrivals, duration: Duration, provisioned: int, seed: int
) -> None:
    """What is ready before the first request takes the place of what must start."""
    scenario = Scenario(
        arrivals=load,
        duration=duration,
        period_s=10,
        cold_start_ms=0,
        provisioned=provisioned,
    )
    fewer = simulate(scenario, seed=seed)
    more = simulate(replace(scenario, provisioned=provisioned + 1), seed=seed)

    assert more.counters.cold <= fewer.counters.cold
    assert more.cost.provisioned_usd >= fewer.cost.provisioned_usd
