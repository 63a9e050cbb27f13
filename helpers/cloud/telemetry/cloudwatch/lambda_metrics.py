"""Records become metrics of AWS/Lambda, with Lambda's names, units, dimensions and moments.

Each is kept for the function, for the function and what was named (Resource), for the version that
an alias chose (ExecutedVersion), and for all functions of the Region. Metrics of an invocation
carry the moment at which it began.
Left out: PostRuntimeExtensionsDuration, OffsetLag, OversizedRecordCount.

Source: docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from helpers.cloud import records
from helpers.cloud.metrics.store import Metric, MetricStore, Series
from helpers.cloud.model import LATEST, InitializationType
from helpers.cloud.records import Entry
from helpers.cloud.registry import Registry
from helpers.cloud.telemetry.cloudwatch.mapping_metrics import mapping_metrics
from helpers.cloud.telemetry.cloudwatch.metrics import Metrics

NAMESPACE = "AWS/Lambda"
COUNT, MILLISECONDS, NO_UNIT = "Count", "Milliseconds", "None"
MAX_WAITING = 20_000
PROVISIONED = str(InitializationType.PROVISIONED)
Observation = tuple[tuple[Series, ...], float, float]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose metrics a record makes: Region, function, what its caller named, what ran."""

    region: str
    function: str
    qualifier: str
    version: str


@dataclass(frozen=True, slots=True)
class Running:
    """An event in an environment: whose, since when, and whether on provisioned concurrency."""

    whose: Whose
    since: float
    provisioned: bool


class LambdaMetrics:
    """Turns records into metrics; used by one thread; forgets with `clear`.

    `provisioned` gives the provisioned concurrency of a Region's function and qualifier, and
    `claimed` the concurrency that a Region's reservations and provisioned functions take.
    """

    def __init__(
        self,
        metrics: Metrics,
        registry: Registry,
        provisioned: Callable[[str, str, str], int],
        claimed: Callable[[str], int],
    ) -> None:
        self._metrics = metrics
        self._registry = registry
        self._provisioned = provisioned
        self._claimed = claimed
        self._out: defaultdict[str, list[Observation]] = defaultdict(list)
        self._fold: dict[type, Callable[[Any, float], None]] = {
            records.EnvironmentCreated: self._created,
            records.InvocationStarted: self._started,
            records.InvocationFinished: self._finished,
            records.EnvironmentReaped: self._gone,
            records.InvocationThrottled: self._throttled,
            records.InvocationSpilledOver: self._spilled,
            records.EventQueued: self._queued,
            records.EventDropped: self._dropped,
            records.EventSentOn: self._sent_on,
            records.RecursionStopped: self._recursion,
        }
        self.clear()

    def clear(self) -> None:
        """Forget what is running and waiting, and the series of before: the account is emptied."""
        self._known: dict[tuple[Whose, str], tuple[Series, ...]] = {}
        self._stores: dict[str, tuple[MetricStore, int]] = {}
        self._running: dict[str, Running] = {}
        self._provisioned_environments: set[str] = set()
        self._waiting: OrderedDict[str, float] = OrderedDict()
        self._busy: Counter[tuple[str, ...]] = Counter()

    def fold(self, entries: Iterable[Entry]) -> None:
        """Take records, in their order."""
        self._forget_what_went()
        for entry in entries:
            fold = self._fold.get(type(entry.record))
            if fold is not None:
                fold(entry.record, entry.time)
            elif entry.record.kind.startswith("batch."):
                for region, observation in mapping_metrics(entry.record, entry.time):
                    self._metrics.of(region).observe([observation])
        for region, observations in self._out.items():
            self._metrics.of(region).observe_series(observations)
        self._out.clear()

    def _forget_what_went(self) -> None:
        """Look series up anew when a store, or series in it, went."""
        stale = any(
            self._metrics.of(region) is not store or store.generation != generation
            for region, (store, generation) in self._stores.items()
        )
        if stale or len(self._known) > MAX_WAITING:
            self._known.clear()
            self._stores.clear()

    def _series(self, whose: Whose, name: str, unit: str) -> tuple[Series, ...]:
        known = self._known.get((whose, name))
        if known is None:
            store = self._metrics.of(whose.region)
            known = store.series_of(_metrics_of(whose, name), unit)
            self._known[whose, name] = known
            self._stores[whose.region] = (store, store.generation)
        return known

    def _created(self, record: records.EnvironmentCreated, _at: float) -> None:
        if record.initialization_type == PROVISIONED:
            self._provisioned_environments.add(record.environment)

    def _gone(self, record: records.EnvironmentReaped, _at: float) -> None:
        self._provisioned_environments.discard(record.environment)
        self._end(record.environment)

    def _started(self, record: records.InvocationStarted, at: float) -> None:
        whose = _whose(record)
        on_provisioned = record.environment in self._provisioned_environments
        self._end(record.environment)
        self._running[record.environment] = Running(whose, at, on_provisioned)
        for key in _counters(whose):
            self._busy[key] += 1
        self._note_concurrency(whose, at)
        if on_provisioned:
            self._note_provisioned(whose, at)
        queued = self._waiting.get(record.request_id)
        if queued is not None:
            self._note(whose, "AsyncEventAge", MILLISECONDS, at, (at - queued) * 1000)

    def _finished(self, record: records.InvocationFinished, at: float) -> None:
        running = self._running.get(record.environment)
        self._end(record.environment)
        whose, since = (running.whose, running.since) if running else (_whose(record), at)
        failed = record.status != "success" or record.error_type is not None
        self._note(whose, "Invocations", COUNT, since, 1.0)
        self._note(whose, "Errors", COUNT, since, float(failed))
        self._note(whose, "Throttles", COUNT, since, 0.0)
        self._note(whose, "Duration", MILLISECONDS, since, record.duration_ms)
        if running is not None and running.provisioned:
            self._note(whose, "ProvisionedConcurrencyInvocations", COUNT, since, 1.0)
        if not failed:
            self._waiting.pop(record.request_id, None)

    def _throttled(self, record: records.InvocationThrottled, at: float) -> None:
        self._note(_whose(record), "Throttles", COUNT, at, 1.0)

    def _spilled(self, record: records.InvocationSpilledOver, at: float) -> None:
        self._note(_whose(record), "ProvisionedConcurrencySpilloverInvocations", COUNT, at, 1.0)

    def _queued(self, record: records.EventQueued, at: float) -> None:
        self._waiting[record.request_id] = at
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)
        self._note(_whose(record), "AsyncEventsReceived", COUNT, at, 1.0)

    def _dropped(self, record: records.EventRecord, at: float) -> None:
        if self._waiting.pop(record.request_id, None) is not None:
            self._note(_whose(record), "AsyncEventsDropped", COUNT, at, 1.0)

    def _sent_on(self, record: records.EventSentOn, at: float) -> None:
        if not record.delivered:
            name = "DeadLetterErrors" if record.dead_letter else "DestinationDeliveryFailures"
            self._note(_whose(record), name, COUNT, at, 1.0)
        if record.condition != "Success":
            self._dropped(record, at)

    def _recursion(self, record: records.RecursionStopped, at: float) -> None:
        self._note(_whose(record), "RecursiveInvocationsDropped", COUNT, at, 1.0)

    def _note_concurrency(self, whose: Whose, at: float) -> None:
        out = self._out[whose.region]
        every = self._series(whose, "ConcurrentExecutions", COUNT)
        for key, series in zip(_counters(whose), every, strict=False):
            out.append(((series,), at, float(self._busy[key])))
        reserved = {k[2] for k in self._registry.reservations() if k[1] == whose.region}
        taken = sum(self._busy[whose.region, name] for name in reserved)
        unreserved = float(self._busy[(whose.region,)] - taken)
        claimed = unreserved + self._claimed(whose.region)
        region = Whose(whose.region, "", "", "")
        for name, value in (
            ("UnreservedConcurrentExecutions", unreserved),
            ("ClaimedAccountConcurrency", claimed),
        ):
            out.append((self._series(region, name, COUNT), at, value))

    def _note_provisioned(self, whose: Whose, at: float) -> None:
        same = [
            running
            for running in self._running.values()
            if running.provisioned
            and (running.whose.region, running.whose.function) == (whose.region, whose.function)
            and running.whose.qualifier == whose.qualifier
        ]
        used = float(len(same))
        self._note(whose, "ProvisionedConcurrentExecutions", COUNT, at, used)
        allocated = self._provisioned(whose.region, whose.function, whose.qualifier)
        if allocated:
            share = used / allocated
            self._note(whose, "ProvisionedConcurrencyUtilization", NO_UNIT, at, share)

    def _end(self, environment: str) -> None:
        running = self._running.pop(environment, None)
        if running is None:
            return
        for key in _counters(running.whose):
            self._busy[key] -= 1
            if not self._busy[key]:
                del self._busy[key]

    def _note(self, whose: Whose, name: str, unit: str, at: float, value: float) -> None:
        self._out[whose.region].append((self._series(whose, name, unit), at, value))


def _whose(record: Any) -> Whose:
    qualifier = "" if record.qualifier == LATEST else record.qualifier
    return Whose(record.region, record.function, qualifier, record.version)


def _counters(whose: Whose) -> tuple[tuple[str, ...], ...]:
    """Return what events in flight are counted by: the Region, the function, what was named."""
    return (
        (whose.region,),
        (whose.region, whose.function),
        (whose.region, whose.function, whose.qualifier),
    )


def _metrics_of(whose: Whose, name: str) -> tuple[Metric, ...]:
    """Return a metric in all its dimensions: account, function, resource, executed version."""
    if not whose.function:
        return (Metric(NAMESPACE, name),)
    function = ("FunctionName", whose.function)
    named = f"{whose.function}:{whose.qualifier}" if whose.qualifier else whose.function
    resource = ("Resource", named)
    sets: list[tuple[tuple[str, str], ...]] = [(), (function,), (function, resource)]
    if whose.qualifier and whose.qualifier != whose.version:
        sets.append((("ExecutedVersion", whose.version), function, resource))
    return tuple(Metric(NAMESPACE, name, dimensions) for dimensions in sets)
