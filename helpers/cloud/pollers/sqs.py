"""Polling a queue: messages become batches, batches meet the function, and what came of it.

Success deletes the messages. Failure leaves them invisible until the queue's visibility timeout has
passed, after which the queue's own redrive policy may move them. A throttled batch is tried again,
with a back-off, as long as its messages are invisible.

Source: docs.aws.amazon.com/lambda/latest/dg/with-sqs.html, services-sqs-errorhandling.html.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.cloud import records
from helpers.cloud.errors import AwsError
from helpers.cloud.events.sqs import filterable_message, message_record
from helpers.cloud.invoke.lineage import parse_trace
from helpers.cloud.pollers.batches import Gathering
from helpers.cloud.pollers.delivery import Courier, Delivered, new_request_id
from helpers.cloud.pollers.mapping import CALL_FAILED, FINE
from helpers.cloud.pollers.partial import reported_failures
from helpers.cloud.pollers.thread import PollerThread
from helpers.cloud.ports import QueueFacts, QueueMessage
from helpers.cloud.queue_scaling import AT_MOST, Scaling

ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
PER_POLLER = 10
"""Batches that a provisioned poller has in flight."""
BACKOFF_S = (1.0, 60.0)
RETRYABLE = (429, 500, 502, 503)


@dataclass(frozen=True, slots=True)
class Received:
    """A message in a batch: its record in the event, and until when (steady) it is invisible."""

    message: QueueMessage
    record: dict[str, Any]
    until: float

    @property
    def message_id(self) -> str:
        """What a report of failures calls it."""
        return self.message.message_id

    @property
    def trace(self) -> str:
        """The trace header under which it was sent, or nothing."""
        return self.message.attributes.get("AWSTraceHeader", "")


class QueuePoller:
    """Polls one queue for one mapping; lives while the mapping is enabled."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._thread = PollerThread(courier)
        self._clock = courier.tools.waiting.clock
        self._queues = courier.tools.queues
        self._arn = courier.mapping.source_arn
        settings = courier.mapping.settings
        self._gathering: Gathering[Received] = Gathering(
            settings.batch_size, self._clock.lapsed(settings.window_s)
        )
        self._has_window = settings.window_s > 0
        ceiling = settings.max_concurrency or AT_MOST
        if settings.pollers is not None:
            ceiling = settings.pollers[1] * PER_POLLER
        self._scaling = Scaling(ceiling)
        self._in_flight = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start(self, lambda _: self._queues.watch(self._arn, self._thread.call))

    def stop(self) -> None:
        """End polling; what was received and not yet invoked appears in the queue again."""
        self._thread.stop()

    def ring(self) -> None:
        """Look again: something about the function has changed."""
        self._thread.ring()

    def step(self) -> float | None:
        """Receive and send off what is there; return when to look again."""
        problem, facts = self._problem()
        if problem is not None or facts is None:
            self._courier.report(problem or "")
            return self._courier.tools.recheck_s()
        while self._has_room() and not self._thread.stopped:
            received = self._receive(facts)
            batch = self._gathering.take(self._clock.steady())
            if batch:
                self._send_off(batch)
            elif not received:
                break
        return self._wait_s()

    def _problem(self) -> tuple[str | None, QueueFacts | None]:
        try:
            denied = self._courier.refusal(ACTIONS)
        except AwsError as error:
            return f"PROBLEM: {error.message}", None
        facts = self._queues.facts(self._arn)
        if facts is None:
            return "PROBLEM: The specified queue does not exist.", None
        if denied is not None:
            action = denied.split(":")[1]
            return (
                "PROBLEM: The provided execution role does not have permissions to call "
                f"{action} on SQS"
            ), None
        if self._courier.mapping.result not in (FINE, CALL_FAILED):
            self._courier.report(FINE)
        return None, facts

    def _has_room(self) -> bool:
        with self._lock:
            self._scaling.grow(self._in_flight, self._clock.steady())
            return self._in_flight < self._scaling.limit

    def _receive(self, facts: QueueFacts) -> bool:
        """Take messages until a batch is full; tell whether there were any."""
        wanted = self._gathering.size - len(self._gathering)
        now = self._clock.steady()
        messages = self._queues.receive(self._arn, wanted) if wanted > 0 else ()
        if not messages:
            return False
        ignored = []
        for message in messages:
            record = message_record(message, self._arn, has_window=self._has_window)
            if self._courier.wants(filterable_message(record)):
                size = len(json.dumps(record, separators=(",", ":"))) + 1
                item = Received(message, record, now + facts.visibility_s)
                self._gathering.add(item, size, now)
            else:
                ignored.append(message)
        ids = tuple(message.message_id for message in messages)
        self._courier.note(records.BatchPolled, len(ids), messages=ids, filtered_out=len(ignored))
        if ignored:
            self._queues.delete(self._arn, [message.receipt_handle for message in ignored])
            self._courier.note(
                records.BatchDeleted,
                len(ignored),
                messages=tuple(message.message_id for message in ignored),
                reason="filtered",
            )
        return True

    def _wait_s(self) -> float | None:
        if not self._has_room():
            return self._scaling.wait_s()  # and a batch that ends rings
        waits = [self._gathering.due(self._clock.steady())]
        if len(self._gathering) < self._gathering.size:
            waits.append(self._queues.next_visible_s(self._arn))
        return min((wait for wait in waits if wait is not None), default=None)

    def _send_off(self, batch: list[Received]) -> None:
        first = self._hand_over(batch, attempts=1)
        with self._lock:
            self._in_flight += 1
        name = f"batch-{self._courier.mapping.uuid[:8]}"
        if not self._thread.beside(lambda: self._serve(batch, first), name):
            self._serve(batch, first)

    def _serve(self, batch: list[Received], first: Callable[[], Delivered]) -> None:
        try:
            self._settle(batch, self._invoke(batch, first))
        finally:
            with self._lock:
                self._in_flight -= 1

    def _hand_over(self, batch: Sequence[Received], attempts: int) -> Callable[[], Delivered]:
        event = {"Records": [received.record for received in batch]}
        request_id = new_request_id()
        self._note(records.BatchInvoked, batch, request_id=request_id, attempts=attempts)
        return self._courier.begin(event, request_id=request_id, trace_id=self._trace_of(batch))

    def _invoke(self, batch: Sequence[Received], first: Callable[[], Delivered]) -> Delivered:
        """Invoke the function, again and again while it is throttled and the messages are ours."""
        attempts, wait_s, delivery = 1, BACKOFF_S[0], first
        while True:
            delivered = delivery()
            refusal = delivered.refusal
            if refusal is None or refusal.http_status not in RETRYABLE:
                return delivered
            with self._lock:
                self._scaling.failed()
            real_s = self._clock.lapsed(wait_s)
            if min(item.until for item in batch) - self._clock.steady() <= real_s:
                return delivered
            self._note(
                records.BatchRetried,
                batch,
                attempts=attempts,
                wait_s=wait_s,
                reason=refusal.code,
                counts=False,
                request_id=delivered.request_id,
            )
            if not self._thread.sleep(real_s):
                return delivered
            attempts, wait_s = attempts + 1, min(BACKOFF_S[1], wait_s * 2)
            delivery = self._hand_over(batch, attempts)

    def _trace_of(self, batch: Sequence[Received]) -> str:
        """Return the trace header that has run this function most often: loops must end."""
        function_arn = self._courier.mapping.function_arn
        traces = [item.trace for item in batch if item.trace]
        return max(traces, key=lambda trace: parse_trace(trace).runs(function_arn), default="")

    def _settle(self, batch: Sequence[Received], delivered: Delivered) -> None:
        """Delete what was processed; the rest comes back by itself."""
        partial = self._courier.mapping.settings.report_failures
        failed: frozenset[str] | None = frozenset()
        if not delivered.succeeded:
            failed = None
        elif partial:
            failed = reported_failures(delivered.payload, {item.message_id for item in batch})
        done = [] if failed is None else [item for item in batch if item.message_id not in failed]
        if done:
            self._queues.delete(self._arn, [item.message.receipt_handle for item in done])
            self._note(records.BatchDeleted, done, request_id=delivered.request_id)
        back = [item for item in batch if failed is None or item.message_id in failed]
        if back:
            reason = "ReportBatchItemFailures" if delivered.succeeded else delivered.reason
            self._note(records.BatchReturned, back, reason=reason, request_id=delivered.request_id)
        with self._lock:
            if delivered.succeeded:
                self._scaling.succeeded()
            elif not partial:
                self._scaling.failed()
        self._courier.report(FINE if delivered.succeeded else CALL_FAILED)

    def _note(
        self, kind: Callable[..., records.BatchRecord], batch: Sequence[Received], **members: Any
    ) -> None:
        ids = tuple(item.message_id for item in batch)
        self._courier.note(kind, len(batch), messages=ids, **members)
