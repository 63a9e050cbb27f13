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

from helpers.cloud.client import Cloud, start_cloud
from helpers.cloud.policy import Policies, Principal, PrincipalType, Request, evaluate, parse_policy
from helpers.cloud.records import Recorder
from helpers.cloud.server import CloudServer
from helpers.cloud.settings import Settings
from helpers.cloud.telemetry.cloudwatch.watch import Watch
from tools.bench.measure import Measure
from tools.bench.target import Target, connect, deploy, restricted_lambda

TRIVIAL = "def handler(event, context):\n    return event\n"
INVOKES = 300
DECISIONS = 2_000
LOG_EVENTS, PUT_AT_ONCE = 100_000, 10_000
QUERY = 'filter level = "ERROR" | stats count(*) as errors, avg(ms) by order | sort errors desc'
SUBSCRIBERS_ARE_DONE_S = 0.5


def measure_account() -> list[Measure]:
    """Measure everything of this module."""
    return [_decision(), _beside_an_invoke(), _query()]


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
    with (
        counter.counting(Recorder, "add"),
        counter.counting(Watch, "catch_up"),
        counter.counting_subscribers(),
    ):
        server = CloudServer(Settings())
        try:
            spent = _spent_s(server, counter)
        finally:
            server.close()
    per_invoke = spent / INVOKES * 1000
    return Measure("IAM, logs, metrics and records of a warm invoke", per_invoke, 0.3, "ms")


def _spent_s(server: CloudServer, counter: _Counter) -> float:
    # moto's settings must be made before these
    from helpers.cloud.moto_seam.iam.guard import Guard  # noqa: PLC0415
    from helpers.cloud.moto_seam.logs.function_log import MotoFunctionLog  # noqa: PLC0415

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


def _query() -> Measure:
    """Ask Logs Insights for the errors of each order among 100,000 log events."""
    cloud = start_cloud()
    try:
        logs = connect(cloud, "logs")
        logs.create_log_group(logGroupName="bench")
        logs.create_log_stream(logGroupName="bench", logStreamName="bench")
        begin = int(time.time() * 1000) - 60_000
        for first in range(0, LOG_EVENTS, PUT_AT_ONCE):
            numbers = range(first, first + PUT_AT_ONCE)
            events = [{"timestamp": begin, "message": _log_line(number)} for number in numbers]
            logs.put_log_events(logGroupName="bench", logStreamName="bench", logEvents=events)
        started = time.perf_counter()
        query = logs.start_query(
            logGroupName="bench",
            startTime=begin // 1000 - 600,
            endTime=begin // 1000 + 600,
            queryString=QUERY,
        )["queryId"]
        while (answer := logs.get_query_results(queryId=query))["status"] != "Complete":
            time.sleep(0.01)
        elapsed = time.perf_counter() - started
    finally:
        cloud.stop()
    what = "Logs Insights query over 100,000 log events"
    return Measure(what, elapsed, 2.0, "s", f"{len(answer['results'])} rows")


def _log_line(number: int) -> str:
    level = "ERROR" if number % 10 == 0 else "INFO"
    return f'{{"level": "{level}", "order": "o-{number % 50}", "ms": {number % 97}}}'


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
