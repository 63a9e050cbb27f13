"""The simulator and the local account agree: the same arrivals, the same counts within a few.

The account goes first. The moments at which its requests were really sent, and how long its
handler and its cold starts really took, are then simulated, so that a busy machine changes both.
Counts may differ by a tenth of the requests: which of two events came first, an end or a request,
is a matter of milliseconds there.
"""

from __future__ import annotations

import functools
import itertools
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from helpers.simulator import Async, Fixed, Replay, Result, Scenario, Source, Sqs, simulate
from tests.conformance.conftest import policy
from tests.waiting import until

SLEEPS_S = 0.3
SLEEPS = f"import time\n\n\ndef handler(event, context):\n    time.sleep({SLEEPS_S})\n"
MEASUREMENTS = 3
ACCOUNT = {"account_concurrency": 20, "unreserved_minimum": 4, "time_lapse": 60}


@pytest.fixture(scope="module")
def lab(account_with: Callable[..., Any]) -> Any:
    """An account of 20, of which 4 stay unreserved; a minute lasts a second."""
    return account_with(**ACCOUNT)


@pytest.fixture(scope="module")
def unhurried(account_with: Callable[..., Any]) -> Any:
    """The same, with waits as long as on AWS."""
    return account_with(**ACCOUNT | {"time_lapse": 1})


@dataclass(frozen=True, slots=True)
class Seen:
    """What the records of a function tell."""

    served: int
    throttled: Counter[str]
    environments: int
    spilled_over: int
    duration_ms: float
    cold_ms: float


def seen(account: Any, name: str) -> Seen:
    """Return what happened to a function, as counts."""
    records = account.records(name)
    kinds = Counter(record["kind"] for record in records)
    ends = [r for r in records if r["kind"] == "invocation.finished"]
    inits = [r["init_ms"] for r in ends if r["init_ms"] is not None]
    return Seen(
        served=len(ends),
        throttled=Counter(r["reason"] for r in records if r["kind"] == "invocation.throttled"),
        environments=kinds["environment.created"],
        spilled_over=kinds["invocation.spilled_over"],
        duration_ms=statistics.median(r["duration_ms"] for r in ends),
        cold_ms=statistics.median(inits) if inits else 0.0,
    )


def send(account: Any, name: str, moments: Sequence[float], **call: Any) -> tuple[float, ...]:
    """Invoke a function at these moments; return when it really happened, from the first on."""
    sent: list[float] = []
    start = time.monotonic() + 0.2

    def invoke(moment: float) -> None:
        time.sleep(max(0.0, start + moment - time.monotonic()))
        sent.append(time.monotonic())
        with suppress(account.functions.exceptions.TooManyRequestsException):
            account.functions.invoke(FunctionName=name, Payload=b"{}", **call)["Payload"].read()

    with ThreadPoolExecutor(len(moments)) as threads:
        list(threads.map(invoke, moments))
    first = min(sent)
    return tuple(sorted(moment - first for moment in sent))


def replayed(
    moments: Sequence[float], real: Seen, source: Source | None = None, **settings: Any
) -> Result:
    """Simulate the same arrivals with the durations that were measured."""
    scenario = Scenario(
        arrivals=Replay(tuple(moments)),
        period_s=max(moments) + 0.001,
        settle_s=60.0,
        duration=Fixed(real.duration_ms),
        cold_start_ms=real.cold_ms,
        account_limit=20,
        unreserved_floor=4,
        idle_age_s=600.0,
        **({} if source is None else {"source": source}),
        **settings,
    )
    return simulate(scenario)


def undisturbed(test: Callable[..., None]) -> Callable[..., None]:
    """Measure up to three times: what else the machine does may spoil a measurement, or two."""

    @functools.wraps(test)
    def measured(**account: Any) -> None:
        for _ in range(MEASUREMENTS - 1):
            with suppress(AssertionError):
                return test(**account)
        return test(**account)

    return measured


def assert_alike(real: Seen, simulated: Result) -> None:
    """Compare the counts, which may differ by a tenth of the requests."""
    counters = simulated.counters
    few = 2 + counters.requests // 10
    assert set(real.throttled) == set(counters.throttled)
    assert real.throttled.total() == pytest.approx(counters.throttles, abs=few)
    assert real.served == pytest.approx(counters.served, abs=few)
    assert real.environments == pytest.approx(simulated.peak_environments, abs=2)
    assert real.spilled_over == pytest.approx(counters.spilled_over, abs=few)


def at_random(rate_per_s: float, count: int) -> list[float]:
    """Return moments of callers who know nothing of each other."""
    rng = random.Random(9)
    return list(itertools.accumulate(rng.expovariate(rate_per_s) for _ in range(count)))


@undisturbed
def test_a_reservation_throttles_as_simulated(lab: Any) -> None:
    """Twenty requests a second of 0.3 s on five reserved units."""
    name = lab.deploy(SLEEPS)
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5)

    sent = send(lab, name, at_random(20, 80))
    lab.functions.delete_function_concurrency(FunctionName=name)

    real = seen(lab, name)
    assert_alike(real, replayed(sent, real, reserved=5))


@undisturbed
def test_a_burst_on_the_account_throttles_as_simulated(lab: Any) -> None:
    """Thirty requests at once where twenty may run."""
    name = lab.deploy(SLEEPS)

    sent = send(lab, name, [0.0] * 30)

    real = seen(lab, name)
    assert_alike(real, replayed(sent, real))


@undisturbed
def test_provisioned_concurrency_spills_over_as_simulated(lab: Any) -> None:
    """Three environments are ready; about six are needed."""
    name = lab.deploy(SLEEPS)
    version = lab.functions.publish_version(FunctionName=name)["Version"]
    which = {"FunctionName": name, "Qualifier": version}
    lab.functions.put_provisioned_concurrency_config(**which, ProvisionedConcurrentExecutions=3)
    until(lambda: lab.functions.get_provisioned_concurrency_config(**which)["Status"] == "READY")

    sent = send(lab, name, at_random(20, 80), Qualifier=version)
    lab.functions.delete_provisioned_concurrency_config(**which)

    real = seen(lab, name)
    assert_alike(real, replayed(sent, real, provisioned=3))


@undisturbed
def test_throttled_events_come_back_as_simulated(unhurried: Any) -> None:
    """Nine events on three reserved units are served in three rounds."""
    name = unhurried.deploy(SLEEPS)
    unhurried.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=3)

    sent = send(unhurried, name, [0.0] * 9, InvocationType="Event")
    until(lambda: len(unhurried.records(name, "invocation.finished")) == 9)
    unhurried.functions.delete_function_concurrency(FunctionName=name)

    real = seen(unhurried, name)
    assert_alike(real, replayed(sent, real, Async(), reserved=3))


@undisturbed
def test_a_maximum_concurrency_bounds_a_queue_as_simulated(lab: Any) -> None:
    """Twenty messages, two at a time: no throttle, two environments, and as long as simulated."""
    name, sqs = lab.deploy(SLEEPS), lab.client("sqs")
    role = lab.role_arn.split("/")[-1]
    document = policy(Action=["sqs:*", "logs:*"], Resource="*")
    lab.client("iam").put_role_policy(RoleName=role, PolicyName="queue", PolicyDocument=document)
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "36000"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    for number in range(20):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(number))
    mapping = lab.functions.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=arn["QueueArn"],
        BatchSize=1,
        ScalingConfig={"MaximumConcurrency": 2},
    )
    until(lambda: len(lab.records(name, "invocation.finished")) == 20)
    lab.functions.delete_event_source_mapping(UUID=mapping["UUID"])
    sqs.delete_queue(QueueUrl=url)

    real = seen(lab, name)
    simulated = replayed(
        [0.0] * 20, real, Sqs(batch_size=1, maximum_concurrency=2, visibility_s=36_000)
    )
    assert_alike(real, simulated)
    assert 0 == real.throttled.total() == simulated.counters.throttles
