"""What the account costs beside the data plane: IAM's decisions, logs, metrics and records.

The cost of a warm invoke is counted inside the cloud, as processor time of the functions that
decide, log, record and listen, so that a busy machine does not change it.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from helpers.cloud.client import Cloud
from helpers.cloud.policy import Policies, Principal, PrincipalType, Request, evaluate, parse_policy
from helpers.cloud.records import Recorder
from helpers.cloud.server import CloudServer
from helpers.cloud.settings import Settings
from tools.bench_target import Target, deploy, restricted_lambda
from tools.measure import Measure

TRIVIAL = "def handler(event, context):\n    return event\n"
INVOKES = 300
DECISIONS = 2_000
SUBSCRIBERS_ARE_DONE_S = 0.5


def measure_account() -> list[Measure]:
    """Measure everything of this module."""
    return [_decision(), _beside_an_invoke()]


def _decision() -> Measure:
    """Decide a call that the tenth of ten policies allows."""
    account = "123456789012"
    statements = [
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{verb}Item" for verb in ("Get", "Put", "Update")],
            "Resource": f"arn:aws:dynamodb:us-east-1:{account}:table/orders-{number}",
            "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
        }
        for number in range(10)
    ]
    policies = Policies(
        identity=tuple(
            (f"policy-{number}", parse_policy({"Version": "2012-10-17", "Statement": statement}))
            for number, statement in enumerate(statements)
        )
    )
    arn = f"arn:aws:sts::{account}:assumed-role/orders/orders-api"
    request = Request(
        Principal(arn, account, PrincipalType.ASSUMED_ROLE),
        "dynamodb:PutItem",
        f"arn:aws:dynamodb:us-east-1:{account}:table/orders-9",
        {"aws:RequestedRegion": "us-east-1", "aws:SourceIp": "127.0.0.1"},
    )
    times = []
    for _ in range(DECISIONS):
        started = time.perf_counter()
        allowed = evaluate(request, policies).allowed
        times.append(time.perf_counter() - started)
        assert allowed
    return Measure("IAM decision with ten policies", statistics.median(times) * 1e6, 200, "us")


def _beside_an_invoke() -> Measure:
    """Count what IAM, logs, metrics and records take of a restricted caller's warm invokes."""
    counter = _Counter()
    with counter.counting(Recorder, "add"), counter.counting_subscribers():
        server = CloudServer(Settings())
        try:
            spent = _spent_s(server, counter)
        finally:
            server.close()
    per_invoke = spent / INVOKES * 1000
    return Measure("IAM, logs, metrics and records of a warm invoke", per_invoke, 0.3, "ms")


def _spent_s(server: CloudServer, counter: _Counter) -> float:
    from helpers.cloud.moto_seam.function_log import MotoFunctionLog  # noqa: PLC0415 - after moto's
    from helpers.cloud.moto_seam.guard import Guard  # noqa: PLC0415 - settings are made

    server.serve()
    greeting = server.greeting()
    cloud = Cloud(**greeting)  # type: ignore[arg-type]
    target = deploy(cloud, "beside", TRIVIAL)
    caller = Target(restricted_lambda(cloud), target.name)
    with counter.counting(Guard, "refusal"), counter.counting(MotoFunctionLog, "put"):
        for _ in range(20):
            caller.invoke_ms()
        before = counter.seconds
        for _ in range(INVOKES):
            caller.invoke_ms()
        time.sleep(SUBSCRIBERS_ARE_DONE_S)
        return counter.seconds - before


class _Counter:
    """Adds up the processor time of functions, each once where they call one another."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._inside = threading.local()

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, counted."""

        def run(*args: Any, **named: Any) -> Any:
            if getattr(self._inside, "yes", False):
                return function(*args, **named)
            self._inside.yes = True
            started = time.thread_time()
            try:
                return function(*args, **named)
            finally:
                self.seconds += time.thread_time() - started
                self._inside.yes = False

        return run

    @contextmanager
    def counting(self, owner: type[Any], name: str) -> Iterator[None]:
        """Count a method of every object of a class."""
        with _replaced(owner, name, self.counted(getattr(owner, name))):
            yield

    @contextmanager
    def counting_subscribers(self) -> Iterator[None]:
        """Count what listens to records: metrics and traces among others."""
        before = Recorder.subscribe

        def subscribe(recorder: Recorder, receive: Callable[..., None], *, name: str) -> None:
            before(recorder, self.counted(receive), name=name)

        with _replaced(Recorder, "subscribe", subscribe):
            yield


@contextmanager
def _replaced(owner: type[Any], name: str, other: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, other)
    try:
        yield
    finally:
        setattr(owner, name, before)
