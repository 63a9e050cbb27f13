"""A synchronous invocation on a machine that is short of something."""

from __future__ import annotations

import errno
import os
from typing import Any

import pytest

from helpers.cloud.admission import PoolLimits
from helpers.cloud.clock import Clock, Timers
from helpers.cloud.environment.lifecycle import State
from helpers.cloud.errors import ServiceException
from helpers.cloud.invoke import Invoker, InvokeRequest, RecursionGuard
from helpers.cloud.invoke.tracing import Sampler, Tracer
from helpers.cloud.model import (
    CodePackage,
    FunctionVersion,
    InitializationType,
    InvocationResult,
    LoggingConfig,
)
from helpers.cloud.pool import Pool
from helpers.cloud.records import Recorder, Waiting
from helpers.cloud.registry import PublishedFunction, Registry

CHARGE = FunctionVersion(
    account_id="123456789012",
    region="us-east-1",
    name="charge-card",
    version="$LATEST",
    revision="r1",
    runtime="python3.13",
    handler="app.handler",
    role_arn="arn:aws:iam::123456789012:role/r",
    memory_mb=128,
    timeout_s=3,
    ephemeral_mb=512,
    code=CodePackage("0" * 64, b""),
    logging=LoggingConfig("/aws/lambda/charge-card"),
    variables={},
)


class FineEnvironment:
    """Answers every event."""

    function = CHARGE
    initialization_type = InitializationType.ON_DEMAND
    state = State.FROZEN
    created = idle_since = 0.0

    def invoke(self, *_: Any) -> InvocationResult:
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
