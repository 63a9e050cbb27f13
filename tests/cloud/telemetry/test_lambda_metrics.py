"""Records become metrics: what no invocation of a test account shows."""

from __future__ import annotations

import gc
import weakref
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from helpers.cloud import records
from helpers.cloud.metrics.store import Metric
from helpers.cloud.records import Entry
from helpers.cloud.registry import Registry
from helpers.cloud.telemetry.cloudwatch.lambda_metrics import LambdaMetrics
from helpers.cloud.telemetry.cloudwatch.metrics import Metrics

REGION = "us-east-1"
WHOSE = {"function": "charge", "version": "7", "qualifier": "live", "region": REGION}


@dataclass
class Room:
    """Metrics, and what fills them."""

    metrics: Metrics
    fold: LambdaMetrics

    def tell(self, at: float, *told: Any) -> None:
        """Tell records at a moment."""
        self.fold.fold(Entry(1, at, record) for record in told)

    def sum(self, name: str, **dimensions: str) -> float | None:
        """Return the sum of a metric, None if there is none."""
        metric = Metric("AWS/Lambda", name, tuple(sorted(dimensions.items())))
        windows = self.metrics.of(REGION).windows(metric, None, 0, 10_000, 10_000)
        return windows[0].total if windows else None


@pytest.fixture
def room() -> Room:
    """Return an empty account."""
    metrics = Metrics()
    return Room(metrics, LambdaMetrics(metrics, Registry(), lambda *_: 4, lambda _: 10))


def started(environment: str, request_id: str = "r") -> records.InvocationStarted:
    """Return the start of an event of the alias live."""
    return records.InvocationStarted(environment=environment, request_id=request_id, **WHOSE)


def test_events_in_flight_are_counted_until_they_end(room: Room):
    """Ended, killed and repeated starts never leave an event behind in the count."""
    room.tell(1, started("a"), started("b"), started("a"))
    gone = {k: v for k, v in WHOSE.items() if k != "qualifier"}
    room.tell(2, records.EnvironmentReaped(environment="a", reason="reset", **gone))
    room.tell(3, started("c"))

    metric = Metric("AWS/Lambda", "ConcurrentExecutions", (("FunctionName", "charge"),))
    windows = room.metrics.of(REGION).windows(metric, None, 0, 10, 1)
    assert {1: 2, 3: 2} == {at: held.maximum for at, held in windows.items()}


def test_claimed_concurrency_is_what_is_used_and_what_is_held(room: Room):
    """ClaimedAccountConcurrency adds reservations and provisioned concurrency to what runs."""
    room.tell(1, started("a"))

    assert (1, 11) == (
        room.sum("UnreservedConcurrentExecutions"),
        room.sum("ClaimedAccountConcurrency"),
    )


def test_spillover_and_recursion_are_counted(room: Room):
    """An event beyond provisioned concurrency, and a stopped loop."""
    room.tell(1, records.InvocationSpilledOver(**WHOSE))
    room.tell(1, records.RecursionStopped(request_id="r", runs=16, **WHOSE))

    resource = {"FunctionName": "charge", "Resource": "charge:live"}
    assert 1 == room.sum("ProvisionedConcurrencySpilloverInvocations", **resource)
    assert 1 == room.sum("RecursiveInvocationsDropped", FunctionName="charge")


def test_an_event_with_two_destinations_is_dropped_once(room: Room):
    """A destination and a dead-letter queue for the same event: one AsyncEventsDropped."""
    room.tell(1, records.EventQueued(request_id="r", **WHOSE))
    for dead_letter in (False, True):
        sent = records.EventSentOn(
            request_id="r",
            condition="RetriesExhausted",
            target="arn",
            delivered=True,
            reason="",
            dead_letter=dead_letter,
            **WHOSE,
        )
        room.tell(2, sent)

    assert 1 == room.sum("AsyncEventsDropped", FunctionName="charge")
    assert room.sum("DeadLetterErrors", FunctionName="charge") is None


def test_records_of_mappings_become_event_counts(room: Room):
    """Polled, filtered, invoked, failed, dropped, delivered and deleted events, by mapping.

    They are counted for a mapping whose MetricsConfig asks for it; IteratorAge always is there.
    """
    common = {
        "mapping": "uuid",
        "function": "charge",
        "source": f"arn:aws:sqs:{REGION}:123456789012:orders",
        "count": 10,
    }
    room.tell(
        1,
        SimpleNamespace(kind="batch.invoked", metered=False, iterator_age_ms=0.0, **common),
    )
    common |= {"metered": True}
    room.tell(
        2,
        SimpleNamespace(kind="batch.polled", filtered_out=3, **common),
        SimpleNamespace(kind="batch.invoked", iterator_age_ms=1500.0, **common),
        SimpleNamespace(kind="batch.returned", **common),
        SimpleNamespace(kind="batch.retried", counts=False, **common),
        SimpleNamespace(kind="batch.dropped", **common),
        SimpleNamespace(kind="batch.sent_on", delivered=True, **common),
        SimpleNamespace(kind="batch.deleted", **common),
        SimpleNamespace(kind="batch.unheard_of", **common),
    )

    names = (
        "PolledEventCount",
        "FilteredOutEventCount",
        "InvokedEventCount",
        "FailedInvokeEventCount",
        "DroppedEventCount",
        "OnFailureDestinationDeliveredEventCount",
        "DeletedEventCount",
    )
    assert [10, 3, 10, 10, 10, 10, 10] == [
        room.sum(name, EventSourceMappingUUID="uuid") for name in names
    ]
    assert 1500 == room.sum("IteratorAge", FunctionName="charge")


def test_a_reset_loses_nothing_that_comes_after(room: Room):
    """Series of the old account are not written to any more."""
    room.tell(1, started("a"))
    room.metrics.clear()
    room.fold.clear()
    room.tell(2, started("a"))

    assert 1 == room.sum("ConcurrentExecutions", FunctionName="charge")


def test_an_emptied_account_keeps_no_series_of_before(room: Room):
    """Its values go when it is emptied, not when somebody invokes again."""
    room.tell(1, started("a"))
    held = weakref.ref(room.metrics.of(REGION))

    room.metrics.clear()
    room.fold.clear()
    gc.collect()

    assert held() is None
