"""How long an event takes from the call that sends it to the first line of a handler.

Both ends read one clock: the call's begin here, the handler's own first moment in its ledger.
MiniStack runs the same handler, and takes turns with us, event by event; a figure is the median.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from helpers.cloud.client import Cloud, start_cloud
from tools.bench.measure import Measure, interleaved, ratio
from tools.fronts import Fronts
from tools.ledger import Ledger, ledger_folder
from tools.ministack import ensure_ministack, running_ministack
from tools.triggers import Send, Triggers

RUNS, WARM_UP = 100, 5
RESTS_S = 0.02
"""Before each event, so that the one before it has come to its end: its log, its freezing."""
ARRIVES_WITHIN_S = 10.0
MESSAGES, BATCH = 2_000, 10
DRAINED_WITHIN_S = 120.0


class MissingError(RuntimeError):
    """An event did not arrive."""


class Side:
    """One account that is measured: ours or MiniStack's."""

    def __init__(self, cloud: Cloud, folder: Path, *, balancer_prefix: str = "") -> None:
        folder.mkdir()
        self.triggers = Triggers(cloud, folder)
        self.fronts = Fronts(self.triggers)
        self.balancer_prefix = balancer_prefix

    def latency(self, source: Source) -> Callable[[], float]:
        """Put a source before a function; return what sends one event and tells its way in ms."""
        arn = self.triggers.function(source.name, Timeout=10)
        send = source.wire(self, arn)
        ledger, numbers = Ledger(self.triggers.folder / source.name), count(1)

        def measure() -> float:
            one = f"{source.name}.k0--{next(numbers):06d}"
            time.sleep(RESTS_S)
            started = time.time()
            send(one)
            began = ledger.moment(one, ARRIVES_WITHIN_S)
            if began is None:
                raise MissingError(f"{one} did not arrive within {ARRIVES_WITHIN_S:.0f} s")
            return (began - started) * 1000

        return measure

    def drained_per_s(self) -> float:
        """Fill a queue, map it, and return the messages per second from the first to the last."""
        name = "drain"
        arn = self.triggers.function(name)
        sqs = self.triggers.client("sqs")
        url = self.triggers.new_queue(name, VisibilityTimeout="60")
        for first in range(0, MESSAGES, BATCH):
            entries = [
                {"Id": str(number), "MessageBody": f"{name}.k0--{number:06d}"}
                for number in range(first, first + BATCH)
            ]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
        self.triggers.map(arn, self.triggers.arn("sqs", name), BatchSize=BATCH)
        ledger, moments = Ledger(self.triggers.folder / name), []
        seen: set[str] = set()
        deadline = time.monotonic() + DRAINED_WITHIN_S
        while len(seen) < MESSAGES and time.monotonic() < deadline:
            for line in ledger.news():
                moments.append(line.began)
                seen.update(line.ids)
            time.sleep(0.02)
        if len(seen) < MESSAGES:
            raise MissingError(f"{len(seen)} of {MESSAGES} messages within {DRAINED_WITHIN_S} s")
        return MESSAGES / (max(moments) - min(moments))


@dataclass(frozen=True, slots=True)
class Source:
    """One row: what it is called, how it is wired, and the most milliseconds it may take."""

    name: str
    what: str
    bound_ms: float
    wire: Callable[[Side, str], Send]


SOURCES = (
    Source("bucket", "S3 PutObject", 50, lambda s, arn: s.triggers.bucket("bench", arn)),
    Source("queue", "SQS SendMessage", 150, lambda s, arn: s.triggers.queue("bench", arn)),
    Source("bus", "EventBridge PutEvents", 50, lambda s, arn: s.triggers.bus("bench", arn)),
    Source("table", "DynamoDB PutItem", 150, lambda s, arn: s.triggers.table("bench", arn)),
    Source("topic", "SNS Publish", 50, lambda s, arn: s.triggers.topic("bench", arn)),
    Source("address", "function URL", 20, lambda s, arn: s.fronts.url(arn)),
    Source("httpapi", "HTTP API", 20, lambda s, arn: s.fronts.http_api("bench", arn)),
    Source("restapi", "REST API", 20, lambda s, arn: s.fronts.rest_api("bench", arn)),
    Source(
        "balancer",
        "load balancer",
        20,
        lambda s, arn: s.fronts.load_balancer("bench", arn, prefix=s.balancer_prefix),
    ),
)


def measure_triggers() -> Iterator[Measure]:
    """Measure every source, then how fast a full queue is drained."""
    with ExitStack() as stack:
        folder = stack.enter_context(ledger_folder())
        cloud = start_cloud(settings={"file_level": "A"})  # handlers write ledgers read here
        stack.callback(cloud.stop)
        ours = Side(cloud, folder / "ours")
        theirs = _peer(stack, folder / "theirs")
        for source in SOURCES:
            yield from _latency(source, ours, theirs)
        yield from _draining(ours, theirs)


def _peer(stack: ExitStack, folder: Path) -> Side | str:
    """Return MiniStack's side, or why there is none."""
    python = ensure_ministack()
    if python is None:
        return "MiniStack is not here"
    endpoint = stack.enter_context(running_ministack(python))
    peer = Cloud(endpoint, "us-east-1", "test", "test", "")
    return Side(peer, folder, balancer_prefix="/_alb/bench")


def _latency(source: Source, ours: Side, theirs: Side | str) -> Iterator[Measure]:
    what = f"{source.what} to a handler's first line"
    against = f"{what}, against MiniStack"
    here = ours.latency(source)
    reason = theirs if isinstance(theirs, str) else ""
    if not isinstance(theirs, str):
        try:
            there = theirs.latency(source)
            there()
            medians = interleaved(here, there, runs=RUNS, warm_up=WARM_UP)
        except Exception as error:  # whatever the peer cannot do, in its own words
            reason = f"MiniStack: {' '.join(str(error).split())[:150]}"
        else:
            yield Measure(what, medians[0], source.bound_ms, "ms")
            yield ratio(against, medians, 1.0)
            return
    times = [here() for _ in range(WARM_UP + RUNS)][WARM_UP:]
    yield Measure(what, statistics.median(times), source.bound_ms, "ms")
    yield Measure(against, None, 1.0, "ratio", reason)


def _draining(ours: Side, theirs: Side | str) -> Iterator[Measure]:
    what = "2,000 messages of a queue, in batches of 10"
    rate = ours.drained_per_s()
    yield Measure(what, rate, 500, "/s", at_least=True)
    against = f"{what}, against MiniStack"
    try:
        if isinstance(theirs, str):
            raise MissingError(theirs)
        peer = theirs.drained_per_s()
    except Exception as error:
        yield Measure(against, None, 1.0, "times", str(error)[:150], at_least=True)
    else:
        detail = f"{rate:.0f}/s against {peer:.0f}/s"
        yield Measure(against, rate / peer, 1.0, "times", detail, at_least=True)
