"""Alarms under a clock that jumps, and the thread that watches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from helpers.cloud.clock import Clock, Timers
from helpers.cloud.metrics.evaluation import State
from helpers.cloud.metrics.store import Metric
from helpers.cloud.ports import LogEvent
from helpers.cloud.records import InvocationThrottled, Recorder, Waiting
from helpers.cloud.registry import Registry
from helpers.cloud.telemetry.cloudwatch.alarm import Alarm, Standing
from helpers.cloud.telemetry.cloudwatch.alarms import Alarms
from helpers.cloud.telemetry.cloudwatch.lambda_metrics import LambdaMetrics
from helpers.cloud.telemetry.cloudwatch.log_metrics import BACKLOG, LogMetrics
from helpers.cloud.telemetry.cloudwatch.metrics import Metrics
from helpers.cloud.telemetry.cloudwatch.watch import Watch

REGION = "us-east-1"
METRIC = Metric("n", "m")


class Hands(Clock):
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 6_000.0

    def now(self) -> float:
        """Return what the hands show."""
        return self.at


class Room:
    """An alarm on more than 5 in a minute, and its changes."""

    def __init__(self) -> None:
        self.clock, self.metrics = Hands(), Metrics()
        self.changes: list[tuple[State, State]] = []
        self.alarms = Alarms(self.metrics, self.clock, "1", self._changed)

    def _changed(self, alarm: Alarm, before: Standing) -> None:
        self.changes.append((before.state, alarm.standing.state))

    def put(self, **members: Any) -> None:
        """Put the alarm."""
        self.alarms.put_metric_alarm(
            REGION,
            {
                "AlarmName": "a",
                "Namespace": "n",
                "MetricName": "m",
                "Statistic": "Sum",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 5.0,
                "ComparisonOperator": "GreaterThanThreshold",
                **members,
            },
        )

    def observe(self, at: float, value: float) -> None:
        """Put a value and judge."""
        self.metrics.of(REGION).observe([(METRIC, "None", at, value)])
        self.alarms.evaluate()

    @property
    def state(self) -> State:
        """The alarm's state."""
        return self.alarms.every(REGION)[0].standing.state


def test_an_alarm_is_judged_at_each_end_of_a_period():
    """OK when its minute is over with little, ALARM as soon as there is much, and back."""
    room = Room()
    room.put(TreatMissingData="notBreaching")
    room.observe(6_001, 2)
    room.clock.at = 6_060
    room.alarms.evaluate()
    room.observe(6_061, 9)
    for minute in (6_120, 6_180, 6_240, 6_300):
        room.clock.at = minute
        room.alarms.evaluate()

    unknown = State.INSUFFICIENT_DATA
    assert [(unknown, State.OK), (State.OK, State.ALARM), (State.ALARM, State.OK)] == room.changes


def test_a_clock_that_jumps_back_or_far_ahead_does_no_harm():
    """After a jump the alarm is judged again; nothing is judged for the time between."""
    room = Room()
    room.put()
    room.observe(6_001, 9)
    assert State.ALARM is room.state
    room.clock.at = 3_000_000
    room.alarms.evaluate()
    assert State.INSUFFICIENT_DATA is room.state
    room.clock.at = 6_010
    room.alarms.evaluate()

    room.observe(6_012, 9)

    assert State.ALARM is room.state


def test_a_value_under_less_than_waits_for_the_end_of_the_period():
    """A sum that may still grow is not judged as too small."""
    room = Room()
    room.put(ComparisonOperator="LessThanThreshold")
    room.observe(6_001, 1)
    assert State.INSUFFICIENT_DATA is room.state
    room.clock.at = 6_060

    room.alarms.evaluate()

    assert State.ALARM is room.state


@pytest.fixture
def watch() -> Iterator[tuple[Recorder, Metrics, LogMetrics, Watch]]:
    """Return a recorder, metrics, and the thread between them."""
    clock = Clock()
    timers, recorder, metrics = Timers(clock), Recorder(clock), Metrics()
    logs = LogMetrics(metrics)
    folding = LambdaMetrics(metrics, Registry(), lambda *_: 0, lambda _: 0)
    alarms = Alarms(metrics, clock, "1", lambda *_: None)
    watching = Watch(Waiting(clock, timers, recorder), folding, logs, alarms)
    yield recorder, metrics, logs, watching
    watching.close()
    timers.close()


def test_a_flood_of_records_is_read_and_slows_nobody(
    watch: tuple[Recorder, Metrics, LogMetrics, Watch],
):
    """20,000 throttles are counted exactly, and adding them takes no longer than a list would."""
    recorder, metrics, _, watching = watch
    throttled = InvocationThrottled(function="f", version="1", reason="full", region=REGION)
    began = time.perf_counter()
    for _ in range(20_000):
        recorder.add(throttled)
    took = time.perf_counter() - began
    watching.catch_up()

    metric = Metric("AWS/Lambda", "Throttles", (("FunctionName", "f"),))
    whole = metrics.of(REGION).windows(metric, None, 0, 2**40, 2**40)
    assert 20_000 == whole[0].total
    assert took < 10  # a thread that waited for each would take longer


def test_a_flood_of_logs_is_bounded(watch: tuple[Recorder, Metrics, LogMetrics, Watch]):
    """More lines than the backlog holds cost the oldest ones, not memory."""
    _, metrics, logs, _ = watch
    line = (
        '{"_aws":{"Timestamp":1000,"CloudWatchMetrics":[{"Namespace":"n","Dimensions":[[]],'
        '"Metrics":[{"Name":"m"}]}]},"m":1}'
    )
    event = {"timestamp": 1, "message": line}
    held = LogMetrics(metrics)
    held.offer(REGION, "g", [event] * (BACKLOG + 10))

    assert BACKLOG == len(held._backlog)
    assert LogEvent(1, line) == held._backlog[0][1]
    logs.offer(REGION, "g", [event, {"timestamp": 1, "message": "plain"}])
    logs.collect()
    assert 1 == metrics.of(REGION).windows(METRIC, None, 0, 10, 10)[0].total
