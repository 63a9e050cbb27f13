"""How fast the views are: processor time where the kernel draws, updates where the page follows."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from helpers.consoles import LiveTimeline, Simulator
from helpers.consoles.simulator import RUN_A
from helpers.simulator import Scenario, simulate
from helpers.views import (
    concurrency_view,
    cost_view,
    events_side_by_side,
    least_policy,
    queue_view,
    stream_view,
    timeline,
)
from helpers.views.picture import Picture
from tools.bench.measure import Measure

RECORDS = 2_000
LOOK_S = 3.0


def measure_views() -> list[Measure]:
    """Measure everything of this module."""
    records = [*example(RECORDS)]
    drawn = Measure(
        "views: timeline of 2,000 records",
        spent_ms(lambda: timeline(records)),
        200,
        "ms",
        f"{len(timeline(records).html()) / 1000:.0f} KB of HTML",
    )
    return [
        _imports("helpers.views", 150),
        _imports("helpers.consoles.timeline", 900),
        drawn,
        Measure(
            "views: one order, six sources side by side",
            spent_ms(lambda: events_side_by_side("message")._repr_html_()),
            50,
            "ms",
            "text and HTML",
        ),
        *_watched(),
        *_live(records),
        _pictures("concurrency of 3,000 requests", 100, *_simulated()),
        _pictures("cost of 600 runs", 100, *_measured()),
        _a_million(),
    ]


def _watched() -> Iterator[Measure]:
    """Draw a queue and a stream of 2,000, and a policy of 2,000 calls."""
    work: dict[str, Callable[[], Picture]] = {
        "a queue of 2,000 messages": partial(queue_view, [*messages(RECORDS)]),
        "a stream of 2,000 batches": partial(stream_view, [*batches(RECORDS)]),
        "the least policy of 2,000 calls": partial(least_policy, [*calls(RECORDS)], "thumbnail"),
    }
    for what, draw in work.items():
        detail = f"{len(draw().html()) / 1000:.0f} KB of HTML"
        yield Measure(f"views: {what}", spent_ms(draw), 100, "ms", detail)


def spent_ms(work: Callable[[], object], *, runs: int = 5) -> float:
    """Return the median processor time of `work`, in milliseconds."""
    times = []
    for _ in range(runs):
        started = time.process_time()
        work()
        times.append((time.process_time() - started) * 1000)
    return statistics.median(times)


def example(count: int, *, lanes: int = 20) -> Iterator[dict[str, Any]]:
    """Yield records as the account makes them: warm invocations in turn, one in ten refused."""
    function = {"function": "place-order", "version": "$LATEST"}
    finished = {
        "status": "success",
        "error_type": None,
        "duration_ms": 8.0,
        "billed_ms": 9,
        "init_ms": None,
        "memory_mb": 512,
    }
    steps: tuple[dict[str, Any], ...] = (
        {"kind": "invocation.started"},
        {"kind": "environment.frozen"},
        {"kind": "invocation.finished", **finished},
    )
    for number in range(count):
        place = {"sequence": number + 1, "time": 1.8e9 + number / 300}
        turn, step = divmod(number, 3)
        if number % 10 == 9:
            kind = "invocation.throttled"
            yield {**place, "kind": kind, **function, "reason": "CallerRateLimitExceeded"}
        else:
            yield {**place, **steps[step], **function, "environment": f"e{turn % lanes}"}


def messages(count: int) -> Iterator[dict[str, Any]]:
    """Yield records of a queue: sent one by one, received and deleted by tens."""
    place = {"time": 1.8e9, "queue": "arn:aws:sqs:us-east-1:123456789012:print-jobs"}
    names = [f"m-{number}" for number in range(count)]
    for name in names:
        yield {**place, "kind": "queue.sent", "messages": [name], "delay_s": 0.0}
    for start in range(0, count, 10):
        ten = {**place, "messages": names[start : start + 10]}
        yield {**ten, "kind": "queue.received", "hidden_s": 30.0}
        yield {**ten, "kind": "queue.deleted"}


def batches(count: int) -> Iterator[dict[str, Any]]:
    """Yield records of a shard whose batches fail and succeed in turn."""
    common = {"time": 1.8e9, "mapping": "m", "function": "clicks", "shard": "shardId-000000000000"}
    stream = {**common, "source": "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"}
    whole = {"positions": [[1, count * 10]], "filtered_positions": []}
    yield {**stream, **whole, "kind": "batch.polled"}
    for number in range(count):
        batch = {**stream, "positions": [[number * 10 + 1, number * 10 + 10]]}
        yield {**batch, "kind": "batch.invoked", "request_id": f"r{number}", "iterator_age_ms": 9.0}
        kind = "batch.retried" if number % 2 else "batch.succeeded"
        yield {**batch, "kind": kind, "counts": True}


def calls(count: int) -> Iterator[dict[str, Any]]:
    """Yield decisions about a function that reads as many objects."""
    principal = "arn:aws:sts::123456789012:assumed-role/thumb-role/thumbnail"
    for number in range(count):
        resource = f"arn:aws:s3:::halftone-uploads/{number}.jpg"
        call = {"principal": principal, "action": "s3:GetObject", "resource": resource}
        yield {**call, "kind": "decision", "allowed": True}


class _Busy:
    """An account in which ten records are added at every look."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self._records, self._seen = records, len(records) // 2

    def records(self, **equals: Any) -> list[dict[str, Any]]:
        since = equals.get("since", 0)
        self._seen = min(self._seen + 10, len(self._records))
        return self._records[since : self._seen]


def _live(records: list[dict[str, Any]]) -> Iterator[Measure]:
    """Follow a busy account, and see how long another thread of the kernel must wait."""
    gaps: list[float] = []
    live = LiveTimeline(_Busy(records), history=True)
    before, started = live.updates, time.perf_counter()
    live.follow()
    last = started
    while last - started < LOOK_S:
        threading.Event().wait(0.001)
        now = time.perf_counter()
        gaps.append((now - last) * 1000)
        last = now
    live.stop()
    live.wait()
    rate = (live.updates - before) / (last - started)
    yield Measure("views: live timeline, updates", rate, 5, "/s", "", at_least=True)
    gaps.sort()
    late = gaps[int(len(gaps) * 0.99)]
    detail = f"longest {gaps[-1]:.0f} ms, of every wait of 1 ms"
    yield Measure("views: live timeline, the kernel waits (99 %)", late, 50, "ms", detail)


def _simulated() -> tuple[Callable[[Any], Any], Any]:
    return concurrency_view, simulate(Scenario(rate_per_s=50))


def _measured() -> tuple[Callable[[Any], Any], Any]:
    sizes = (128, 256, 512, 1024, 1769, 3008)
    runs = [
        {
            "kind": "invocation.finished",
            "status": "success",
            "memory_mb": size,
            "duration_ms": 9_000 / size + number / 100,
            "init_ms": None if number else 200.0,
        }
        for size in sizes
        for number in range(100)
    ]
    return cost_view, runs


def _pictures(what: str, bound_ms: float, view: Callable[[Any], Any], shown: Any) -> Measure:
    spent = spent_ms(lambda: view(shown))
    return Measure(f"views: {what}", spent, bound_ms, "ms", f"{len(view(shown).html()):,} bytes")


def _a_million() -> Measure:
    """Run a million requests an hour as a learner does: by the console, off the main thread."""
    simulator = Simulator()
    started = time.process_time()
    simulator.panel.press(RUN_A, {"rate": 278, "period": 3600, "A reserved": None})
    simulator.panel.wait()
    spent = time.process_time() - started
    requests = simulator.results[0].counters.requests
    return Measure("views: simulator, a million", spent, 15, "s", f"{requests:,} requests")


def _imports(module: str, bound_ms: float) -> Measure:
    script = (
        "import json, sys, time; started = time.process_time(); "
        f"import {module}; print(json.dumps((time.process_time() - started) * 1000))"
    )
    times = [
        json.loads(subprocess.check_output([sys.executable, "-c", script], text=True))
        for _ in range(5)
    ]
    return Measure(f"views: import {module}", statistics.median(times), bound_ms, "ms")
