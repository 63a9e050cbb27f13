from __future__ import annotations

import math

import pytest

from helpers.cloud.rates import Buckets, Rate, request_rate, scaling_rate

ONE_PER_S = Rate(per_s=1.0, burst=1.0)


def drain(buckets: Buckets, name: str, rate: Rate, now: float) -> int:
    """Return how many tokens can be taken at one moment."""
    taken = 0
    while not buckets.take(name, rate, now):
        taken += 1
    return taken


@pytest.mark.parametrize(("concurrency", "requests"), [(1, 10), (20, 200), (1000, 10_000), (0, 0)])
def test_every_unit_of_concurrency_brings_ten_requests_per_second(concurrency: int, requests: int):
    """Ten requests for each unit can come at once, and ten more each second."""
    buckets, rate = Buckets(), request_rate(concurrency)

    assert requests == drain(buckets, "account", rate, now=100.0)
    assert requests == drain(buckets, "account", rate, now=101.0)


def test_a_function_gets_1000_environments_in_ten_seconds():
    """A thousand at once, then a hundred a second, continuously."""
    buckets, rate = Buckets(), scaling_rate(1000)

    assert 1000 == drain(buckets, "charge-card", rate, now=0.0)
    assert 0 == drain(buckets, "charge-card", rate, now=0.0)
    assert 50 == drain(buckets, "charge-card", rate, now=0.5)
    assert 950 == drain(buckets, "charge-card", rate, now=10.0)


def test_unused_tokens_are_not_saved_up():
    """After an hour of rest there are as many as after ten seconds."""
    buckets, rate = Buckets(), scaling_rate(1000)
    drain(buckets, "charge-card", rate, now=0.0)

    assert 1000 == drain(buckets, "charge-card", rate, now=3600.0)


def test_functions_do_not_take_each_others_tokens():
    """Every function scales at its own rate."""
    buckets, rate = Buckets(), scaling_rate(5)

    assert 5 == drain(buckets, "charge-card", rate, now=0.0)
    assert 5 == drain(buckets, "ship-order", rate, now=0.0)


def test_an_empty_bucket_says_how_long_to_wait():
    """The wait is to the next token, and takes nothing."""
    buckets = Buckets()
    buckets.take("charge-card", ONE_PER_S, 0.0)

    assert 1.0 == buckets.take("charge-card", ONE_PER_S, 0.0)
    assert 0.75 == buckets.take("charge-card", ONE_PER_S, 0.25)
    assert 0.0 == buckets.take("charge-card", ONE_PER_S, 1.0)


def test_a_rate_of_nothing_never_lets_in():
    """A reservation of 0 has no requests per second either."""
    assert math.inf == Buckets().take("charge-card", request_rate(0), now=5.0)


def test_a_smaller_rate_holds_at_once():
    """A bucket filled at an old rate does not outlive the change of settings."""
    buckets = Buckets()
    buckets.take("account", request_rate(1000), 0.0)

    assert 200 == drain(buckets, "account", request_rate(20), now=0.0)


def test_forgetting_fills_every_bucket():
    """A reset account starts anew."""
    buckets = Buckets()
    drain(buckets, "account", request_rate(2), now=0.0)

    buckets.forget()

    assert 20 == drain(buckets, "account", request_rate(2), now=0.0)
