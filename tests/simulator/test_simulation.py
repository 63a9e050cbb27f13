"""A simulated function does what a real one does: throttles, spills over, retries, costs."""

from __future__ import annotations

import gc
from decimal import Decimal
from typing import Any

import pytest

from helpers.cloud.billing import Architecture
from helpers.cloud.errors import KitError, ThrottleReason
from helpers.cloud.invoke import asynchronous
from helpers.cloud.pollers import sqs
from helpers.simulator import (
    Async,
    Burst,
    ClientRetries,
    Constant,
    Fixed,
    Replay,
    Result,
    Scenario,
    Sqs,
    Sync,
    flows,
    queue_flow,
    simulate,
)


def run(**settings: Any) -> Result:
    """Simulate with a second per invocation and no cold start, unless said otherwise."""
    usual: dict[str, Any] = {"duration": Fixed(1000), "cold_start_ms": 0.0, "period_s": 30.0}
    return simulate(Scenario(**usual | settings), seed=1)


def test_each_ceiling_refuses_with_its_own_reason() -> None:
    """The account's and the reserved concurrency, and both request rates, are told apart."""
    fast = {"arrivals": Constant(500), "duration": Fixed(5), "period_s": 10.0}
    assert {ThrottleReason.CONCURRENCY: 10} == run(
        arrivals=Burst(30), account_limit=20
    ).counters.throttled
    assert {ThrottleReason.RESERVED_CONCURRENCY: 25} == run(
        arrivals=Burst(30), reserved=5
    ).counters.throttled
    assert {ThrottleReason.RESERVED_INVOCATION_RATE} == set(
        run(**fast, reserved=5).counters.throttled
    )
    assert {ThrottleReason.INVOCATION_RATE} == set(run(**fast, account_limit=20).counters.throttled)


def test_ten_requests_per_second_come_with_each_unit_of_concurrency() -> None:
    """Short functions meet the request rate long before the concurrency."""
    result = run(arrivals=Constant(500), duration=Fixed(5), reserved=5, period_s=100.0)

    assert 50 * 100 + 50 == pytest.approx(result.counters.served, rel=0.01)
    assert result.peak_concurrency < 5


def test_new_environments_come_at_the_scaling_rate() -> None:
    """A burst gets what ten seconds bring at once; the rest is refused with the same reason."""
    result = run(arrivals=Burst(3000), account_limit=10_000)
    assert 2000 == result.counters.throttled[ThrottleReason.CONCURRENCY]
    assert 1000 == result.peak_environments

    later = run(
        arrivals=Replay((0.0,) * 1000 + (5.0,) * 1000),
        account_limit=10_000,
        duration=Fixed(20_000),
    )
    assert 500 == later.counters.throttles


def test_neighbours_take_unreserved_concurrency_but_none_that_is_reserved() -> None:
    """A reservation is the cure for a noisy neighbour."""
    noisy: dict[str, Any] = {"arrivals": Burst(10), "account_limit": 200, "neighbours": 95}

    assert 0 == run(**noisy).counters.throttles
    assert 5 == run(**noisy | {"neighbours": 195}).counters.throttles
    assert 0 == run(**noisy | {"reserved": 10}).counters.throttles


def test_provisioned_environments_serve_first_and_the_rest_spills_over() -> None:
    """What is provisioned has no cold start; the overflow has one each."""
    result = run(arrivals=Burst(15), provisioned=10, cold_start_ms=400.0)

    assert (5, 5) == (result.counters.cold, result.counters.spilled_over)
    assert 15 == result.peak_environments
    assert 1400 == pytest.approx(result.p99_ms, rel=0.01)
    assert 1000 == pytest.approx(result.p50_ms, rel=0.01)


def test_an_exhausted_reservation_does_not_spill_over() -> None:
    """When all that is reserved is provisioned, the overflow is throttled."""
    result = run(arrivals=Burst(15), provisioned=10, reserved=10)

    assert {ThrottleReason.RESERVED_CONCURRENCY: 5} == result.counters.throttled
    assert 0 == result.counters.spilled_over


def test_environments_are_reused_until_they_were_idle_too_long() -> None:
    """A request within the idle age meets a warm environment, a later one a cold start."""
    visits = Replay((0.0, 2.0, 4.0, 20.0))

    assert 1 == run(arrivals=visits, idle_age_s=60).counters.cold
    assert 2 == run(arrivals=visits, idle_age_s=10).counters.cold
    assert 0 == run(arrivals=visits, idle_age_s=10, settle_s=30).series.environments[-1]


def test_a_client_that_retries_is_served_later_or_gives_up() -> None:
    """Each attempt is one more throttle; the wait is part of the latency."""
    burst: dict[str, Any] = {"arrivals": Burst(20), "reserved": 5, "settle_s": 60.0}
    without, patient = run(**burst), run(**burst, source=Sync(ClientRetries(attempts=30)))

    assert (5, 15) == (without.counters.served, without.counters.refused)
    assert (20, 0) == (patient.counters.served, patient.counters.refused)
    assert patient.counters.throttles == patient.counters.retries > 15
    assert patient.latencies.longest_ms > 3000


def test_events_that_are_throttled_come_back_with_a_doubling_wait() -> None:
    """Nine events on three units are served at 0, 1 and 3 seconds."""
    result = run(arrivals=Burst(9), duration=Fixed(300), reserved=3, source=Async())

    assert (9, 9) == (result.counters.served, result.counters.throttles)
    assert 3300 == pytest.approx(result.latencies.longest_ms)


def test_events_that_fail_are_tried_after_one_and_two_minutes_and_then_given_up() -> None:
    """Attempts are retries and one; the dead-letter queue keeps what would be dropped."""
    failing: dict[str, Any] = {"arrivals": Burst(4), "error_share": 1.0, "settle_s": 200.0}
    dropped = run(**failing, source=Async())
    kept = run(**failing, source=Async(retries=0, dead_letter_queue=True))

    assert (12, 4, 0) == _ends(dropped)
    assert (4, 0, 4) == _ends(kept)
    assert 4 == run(**failing | {"settle_s": 100.0}, source=Async()).counters.waiting


def test_events_for_a_function_that_is_off_are_given_up_at_once() -> None:
    """Reserved concurrency 0 means no attempt at all."""
    assert (0, 7, 0) == _ends(run(arrivals=Burst(7), reserved=0, source=Async()))


def test_events_older_than_the_maximum_age_are_given_up() -> None:
    """Back-offs go on until the age is exceeded."""
    busy = run(
        arrivals=Burst(200), reserved=1, duration=Fixed(20_000), source=Async(age_s=60),
        settle_s=400.0,
    )  # fmt: skip

    assert busy.counters.dropped > 190
    assert 200 == busy.counters.dropped + busy.counters.served


def test_maximum_concurrency_holds_and_nothing_is_lost() -> None:
    """Five writers at most work off a queue of 200, without a throttle."""
    source = Sqs(batch_size=1, maximum_concurrency=5)
    result = run(arrivals=Burst(200), source=source, settle_s=60.0)

    assert (200, 0) == (result.counters.served, result.counters.throttles)
    assert 5 == result.peak_concurrency
    assert 195 == max(result.series.queue)
    assert 40_000 == pytest.approx(result.latencies.longest_ms)


def test_without_it_the_poller_grows_from_five_by_three_hundred_a_minute() -> None:
    """After ten busy seconds there are about 55 batches in flight."""
    result = run(arrivals=Burst(20_000), source=Sqs(batch_size=1), period_s=10.0)

    assert 5 == result.series.concurrency[0]
    assert 55 == pytest.approx(result.peak_concurrency, abs=2)


def test_a_message_that_always_fails_ends_in_the_dead_letter_queue() -> None:
    """It is received maxReceiveCount times, a visibility timeout apart."""
    source = Sqs(batch_size=1, visibility_s=30, max_receives=3)
    result = run(arrivals=Burst(3), error_share=1.0, source=source, settle_s=100.0)

    assert (9, 0, 3) == _ends(result)


def test_a_message_group_is_worked_off_in_order_one_batch_at_a_time() -> None:
    """FIFO with one group: concurrency 1, and a failure blocks it."""
    source = Sqs(batch_size=1, fifo=True, max_receives=2)
    result = run(arrivals=Burst(10), source=source)
    assert (1, 10) == (result.peak_concurrency, result.counters.served)

    failing = run(arrivals=Burst(2), source=source, error_share=1.0, settle_s=45.0)
    assert (3, 1, 1) == (
        failing.counters.invocations,
        failing.counters.dead_lettered,
        failing.counters.waiting + failing.counters.in_flight,
    )


def test_batches_that_are_throttled_return_when_their_messages_are_visible_again() -> None:
    """A switched-off function loses nothing where there is no redrive policy."""
    result = run(arrivals=Burst(25), reserved=0, source=Sqs(), settle_s=300.0)

    assert 25 == result.counters.waiting
    assert result.counters.throttles > 10


def test_a_timeout_ends_an_invocation_as_an_error_and_bills_its_time() -> None:
    """Nothing runs longer than the function's timeout."""
    result = run(arrivals=Burst(2), duration=Fixed(9000), timeout_s=3)

    assert (2, 2) == (result.counters.timeouts, result.counters.errors)
    assert 3000 == result.latencies.longest_ms


def test_the_cost_is_requests_duration_with_init_and_what_is_provisioned() -> None:
    """A million invocations of 1 GB are billed by the millisecond, init included."""
    usual: dict[str, Any] = {
        "arrivals": Constant(1), "duration": Fixed(99.5), "memory_mb": 1024, "period_s": 100.0,
    }  # fmt: skip
    cost = run(**usual, cold_start_ms=250.2, settle_s=1).cost

    assert Decimal("0.20") * 101 / 1_000_000 == cost.requests_usd
    assert Decimal("0.0000166667") * (100 * 100 + 350) / 1000 == cost.compute_usd
    assert 0 == cost.provisioned_usd
    assert cost.prices_of.startswith("20")

    ready = run(**usual, provisioned=2, architecture=Architecture.ARM64, settle_s=1).cost
    kept, used = Decimal("0.0000033334") * 2 * 101, Decimal("0.0000077778") * Decimal("10.1")
    assert kept + used == ready.provisioned_usd
    assert 0 == ready.compute_usd
    assert ready.requests_usd + ready.provisioned_usd == ready.usd


def test_series_add_up_to_the_counters() -> None:
    """Rates times their intervals are all requests, throttles and cold starts."""
    result = simulate(
        Scenario(rate_per_s=30, reserved=5, duration=Fixed(300), period_s=10), seed=2,
        resolution_s=0.7,
    )  # fmt: skip
    series, counters = result.series, result.counters
    ends = list(series.ends_s)
    lengths = [end - start for start, end in zip([0.0, *ends], ends, strict=False)]

    assert (15, 10.0) == (len(series), ends[-1])
    for column, count in (
        (series.requests_per_s, counters.requests),
        (series.throttles_per_s, counters.throttles),
        (series.cold_per_s, counters.cold),
    ):
        total = sum(rate * length for rate, length in zip(column, lengths, strict=True))
        assert count == pytest.approx(total)
    assert result.peak_concurrency == max(series.concurrency) == max(series.environments) == 5


def test_progress_rises_to_one_and_cancelling_keeps_what_was_seen() -> None:
    """A cancelled simulation ends at once and says so."""
    scenario, shares = Scenario(rate_per_s=100, period_s=60), list[float]()
    simulate(scenario, progress=shares.append)
    assert sorted(shares) == shares
    assert 1.0 == shares[-1]

    half = simulate(scenario, progress=shares.append, cancelled=lambda: shares[-1] >= 0.5)
    assert half.cancelled
    assert 30.0 == pytest.approx(half.elapsed_s, abs=0.2)
    assert "(cancelled)" in str(half)


def test_a_burst_can_be_cancelled_before_time_goes_on() -> None:
    """Requests of one moment are looked at too, every few thousand."""
    result = simulate(Scenario(arrivals=Burst(500_000)), cancelled=lambda: True)

    assert result.cancelled
    assert 4096 == result.counters.requests


def test_an_error_in_a_callback_reaches_the_caller_and_leaves_the_collector_on() -> None:
    """What progress raises ends the simulation."""
    with pytest.raises(ZeroDivisionError):
        simulate(Scenario(rate_per_s=1), progress=lambda share: 1 / 0)
    assert gc.isenabled()


def test_a_resolution_too_fine_is_refused() -> None:
    """At most a hundred thousand intervals are kept."""
    with pytest.raises(KitError, match="resolution_s"):
        simulate(Scenario(rate_per_s=1), resolution_s=0.0)


def test_no_requests_are_no_error() -> None:
    """An empty load gives an empty result that can be shown."""
    result = run(rate_per_s=0)

    assert (0, 0.0) == (result.counters.requests, result.counters.cold_share)
    assert "Requests: 0" in str(result)


def test_the_waits_are_those_of_the_local_account() -> None:
    """Retries and back-offs have the same figures in both."""
    assert asynchronous.RETRY_WAITS_S == flows.RETRY_WAITS_S
    assert (asynchronous.BACKOFF_FROM_S, asynchronous.BACKOFF_TO_S) == (
        flows.BACKOFF_FROM_S,
        flows.BACKOFF_TO_S,
    )
    assert sqs.BACKOFF_S == (queue_flow.BACKOFF_FROM_S, queue_flow.BACKOFF_TO_S)


def _ends(result: Result) -> tuple[int, int, int]:
    """Return invocations, and what was dropped and dead-lettered."""
    counters = result.counters
    return counters.invocations, counters.dropped, counters.dead_lettered
