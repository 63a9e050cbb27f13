"""A synchronous invocation: on a machine that is short of something, and in two steps."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Generator
from typing import Any

import pytest

from helpers.cloud.admission import PoolLimits
from helpers.cloud.clock import Clock, Timers
from helpers.cloud.environment.lifecycle import State
from helpers.cloud.errors import ServiceException, TooManyRequestsException
from helpers.cloud.invoke import Invoker, InvokeRequest, RecursionGuard
from helpers.cloud.invoke.tracing import Sampler, Tracer
from helpers.cloud.model import (
    FunctionVersion,
    InitializationType,
    InvocationResult,
)
from helpers.cloud.pool import Pool
from helpers.cloud.records import Recorder, Waiting
from helpers.cloud.registry import PublishedFunction, Registry
from tests.cloud.functions import CHARGE


class FineEnvironment:
    """Answers every event."""

    function = CHARGE
    initialization_type = InitializationType.ON_DEMAND
    state = State.FROZEN
    created = idle_since = 0.0

    def serving(self, *_: Any) -> Generator[None, None, InvocationResult]:
        yield
        return InvocationResult(payload=b"fine")

    def shutdown(self, reason: str) -> None:
        self.state = State.ENDED


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.EMFILE, errno.ENOSPC, errno.EAGAIN])
def test_what_the_machine_lacks_is_a_500_that_says_so(number: int) -> None:
    """Without ports, descriptors, space or processes the event fails; the next one is served."""
    clock = Clock()
    timers, recorder = Timers(clock), Recorder(clock)
    registry = Registry()
    registry.publish(CHARGE.key, PublishedFunction({"$LATEST": CHARGE}, reserved=1))
    lacking = [True]

    def start(function: FunctionVersion) -> Any:
        if lacking:
            raise OSError(number, os.strerror(number))
        return FineEnvironment()

    pool = Pool(registry, Waiting(clock, timers, recorder), limits=PoolLimits(), start=start)
    tracer = Tracer(clock, recorder, Sampler(clock, lambda: False))
    invoker = Invoker(registry, pool, tracer, RecursionGuard(registry, recorder))
    request = InvokeRequest(key=CHARGE.key, qualifier=None, request_id="r", event=b"{}")
    with pytest.raises(ServiceException) as caught:
        invoker.invoke(request)
    lacking.clear()

    assert os.strerror(number) in caught.value.message
    assert caught.value.http_status == 500
    assert (
        b"fine" == invoker.invoke(request).result.payload
    )  # its one reserved place was given back
    timers.close()


class SlowEnvironment(FineEnvironment):
    """Notes when it is handed an event, and on which thread it goes on."""

    def __init__(self, steps: list[str], error: Exception | None = None) -> None:
        self._steps, self._error = steps, error

    def serving(self, *_: Any) -> Generator[None, None, InvocationResult]:
        self._steps.append("handed over")
        yield
        self._steps.append(f"went on in {threading.current_thread().name}")
        if self._error is not None:
            raise self._error
        return InvocationResult(payload=b"slow")


def invoker_of(environment: Any) -> tuple[Invoker, InvokeRequest]:
    """Return an invoker whose pool makes this environment, and an event for it."""
    clock = Clock()
    timers, recorder = Timers(clock), Recorder(clock)
    registry = Registry()
    registry.publish(CHARGE.key, PublishedFunction({"$LATEST": CHARGE}, reserved=1))
    waiting = Waiting(clock, timers, recorder)
    pool = Pool(registry, waiting, limits=PoolLimits(), start=lambda _: environment)
    tracer = Tracer(clock, recorder, Sampler(clock, lambda: False))
    invoker = Invoker(registry, pool, tracer, RecursionGuard(registry, recorder))
    timers.close()
    return invoker, InvokeRequest(key=CHARGE.key, qualifier=None, request_id="r", event=b"{}")


def test_an_event_is_handed_over_by_one_thread_and_finished_by_another() -> None:
    """Whoever begins does not wait, and the environment is busy until somebody has finished."""
    steps: list[str] = []
    invoker, request = invoker_of(SlowEnvironment(steps))
    invoker.invoke(request)
    steps.clear()

    begun = invoker.begin(request, CHARGE)
    assert begun is not None
    assert ["handed over"] == steps
    with pytest.raises(TooManyRequestsException):
        invoker.invoke(request)  # one at a time is reserved

    payloads: list[bytes] = []
    other = threading.Thread(target=lambda: payloads.append(begun.finish().result.payload))
    other.start()
    other.join()
    assert [b"slow"] == payloads
    assert ["handed over", f"went on in {other.name}"] == steps
    assert b"slow" == invoker.invoke(request).result.payload


def test_nothing_begins_where_no_environment_waits() -> None:
    """A cold start is not made by whoever sends an event."""
    steps: list[str] = []
    invoker, request = invoker_of(SlowEnvironment(steps))

    assert invoker.begin(request, CHARGE) is None
    assert [] == steps


def test_what_fails_after_the_handing_over_is_raised_where_somebody_waits() -> None:
    """Also an error of the machine, in the words of a synchronous call; the lease ends with it."""
    environment = SlowEnvironment([])
    invoker, request = invoker_of(environment)
    invoker.invoke(request)
    environment._error = OSError(errno.ENOSPC, "no space")

    begun = invoker.begin(request, CHARGE)
    assert begun is not None
    with pytest.raises(ServiceException, match="no space"):
        begun.finish()

    environment._error = None
    assert b"slow" == invoker.invoke(request).result.payload
