"""One batch of a shard: it is invoked, and its lane goes on, tries again, or gives up.

Source: docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html,
services-kinesis-windows.html.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from helpers.cloud import records
from helpers.cloud.pollers.delivery import Courier, Delivered, new_request_id
from helpers.cloud.pollers.destination import (
    AGE_EXCEEDED,
    RETRIES_EXHAUSTED,
    GivenUp,
    send_on,
)
from helpers.cloud.pollers.mapping import CALL_FAILED, FINE
from helpers.cloud.pollers.partial import reported_failures
from helpers.cloud.pollers.progress import Progress
from helpers.cloud.pollers.shard import Batch, Lane, after_failure, backoff_s, runs, too_old
from helpers.cloud.pollers.thread import PollerThread
from helpers.cloud.pollers.windows import is_too_large, returned_state

TOO_LARGE = 413
NO_STATE = "MissingState"
PARTIAL = "ReportBatchItemFailures"


@dataclass(frozen=True, slots=True)
class ShardWork:
    """Invokes the batches of one shard's lanes; made for each look at the shard."""

    courier: Courier
    progress: Progress
    shard_id: str

    def begin(self, lane: Lane, batch: Batch, thread: PollerThread) -> None:
        """Work on a batch in a thread of its own."""
        name = f"batch-{self.courier.mapping.uuid[:8]}"
        if not thread.beside(lambda: self._serve(lane, batch), name):
            self._put_back(lane, batch, wait_s=backoff_s(1))

    def _serve(self, lane: Lane, batch: Batch) -> None:
        try:
            batch = self._without_old(batch)
            if batch.entries or batch.final:
                self._settle(lane, batch, self._invoke(lane, batch))
            else:
                self._free(lane)
        except BaseException:
            self._put_back(lane, batch, wait_s=backoff_s(batch.failures + 1))
            raise
        finally:
            self.progress.ring()

    def _without_old(self, batch: Batch) -> Batch:
        """Give up the first records of a batch when they are older than the mapping allows."""
        clock, age_s = self.courier.tools.waiting.clock, self.courier.mapping.settings.age_s
        oldest = clock.now() - clock.lapsed(age_s) if age_s >= 0 else None
        count = too_old(batch.entries, oldest)
        if count:
            old = replace(batch, entries=batch.entries[:count])
            self._give_up(old, AGE_EXCEEDED, None)
        return replace(batch, entries=batch.entries[count:])

    def _invoke(self, lane: Lane, batch: Batch) -> Delivered:
        event: dict[str, Any] = {"Records": [entry.record for entry in batch.entries]}
        if lane.window is not None:
            arn = self.courier.mapping.source_arn
            event |= lane.window.members(self.shard_id, arn, final=batch.final)
        age_ms = None
        if batch.entries:
            now = self.courier.tools.waiting.clock.now()
            age_ms = round(max(0.0, now - batch.entries[-1].arrived) * 1000, 3)
        request_id = new_request_id()
        self._note(
            records.BatchInvoked,
            batch,
            request_id=request_id,
            attempts=batch.attempts + 1,
            iterator_age_ms=age_ms,
        )
        return self.courier.deliver(event, request_id=request_id)

    def _settle(self, lane: Lane, batch: Batch, delivered: Delivered) -> None:
        refusal = delivered.refusal
        if refusal is not None and refusal.http_status != TOO_LARGE:
            self._try_later(lane, batch, delivered)
            return
        failed, reason = self._failed_from(lane, batch, delivered)
        self.courier.report(FINE if delivered.succeeded and reason != NO_STATE else CALL_FAILED)
        if reason is None:
            self._note(records.BatchSucceeded, batch)
            self._free(lane, ended=batch.final)
            return
        then = after_failure(batch, failed_from=failed, settings=self.courier.mapping.settings)
        if then.done:
            done = replace(batch, entries=batch.entries[: then.done])
            self._note(records.BatchSucceeded, done)
        if then.given_up is not None:
            self._give_up(then.given_up, RETRIES_EXHAUSTED, delivered)
            self._free(lane, ended=batch.final)
            return
        self._again(lane, then.again, reason, split=then.split)

    def _failed_from(
        self, lane: Lane, batch: Batch, delivered: Delivered
    ) -> tuple[int | None, str | None]:
        """Return the first failed record (None: all) and why; no reason means success."""
        if not delivered.succeeded:
            return None, delivered.reason
        if lane.window is not None and not batch.final:
            there, state = returned_state(delivered.payload)
            if not there:
                return None, NO_STATE
            lane.window = replace(lane.window, state=state, early=is_too_large(state))
        if not self.courier.mapping.settings.report_failures:
            return None, None
        numbers = [str(entry.sequence) for entry in batch.entries]
        failed = reported_failures(delivered.payload, numbers)
        if failed is None:
            return None, PARTIAL
        if not failed:
            return None, None
        return min(numbers.index(number) for number in failed), PARTIAL

    def _try_later(self, lane: Lane, batch: Batch, delivered: Delivered) -> None:
        """Wait because of the service, not the function: this does not count."""
        refusal = delivered.refusal
        assert refusal is not None
        problem = CALL_FAILED if refusal.http_status == 429 else f"PROBLEM: {refusal.message}"
        self.courier.report(problem)
        wait_s = backoff_s(lane.refusals + 1)
        self._note(
            records.BatchRetried,
            batch,
            attempts=batch.failures,
            wait_s=wait_s,
            reason=refusal.code,
            counts=False,
        )
        with self.progress.lock:
            lane.refusals += 1
        self._put_back(lane, batch, wait_s=wait_s)

    def _again(self, lane: Lane, pieces: tuple[Batch, ...], reason: str, *, split: bool) -> None:
        wait_s = 0.0
        if split:
            whole = Batch(tuple(entry for piece in pieces for entry in piece.entries))
            self._note(records.BatchSplit, whole, first=len(pieces[0].entries))
        else:
            (piece,) = pieces
            wait_s = backoff_s(piece.failures)
            self._note(
                records.BatchRetried,
                piece,
                attempts=piece.failures,
                wait_s=wait_s,
                reason=reason,
            )
        self._put_back(lane, *pieces, wait_s=wait_s)

    def _give_up(self, batch: Batch, condition: str, delivered: Delivered | None) -> None:
        self._note(records.BatchDropped, batch, attempts=batch.attempts, reason=condition)
        send_on(self.courier, GivenUp(batch, self.shard_id, condition, delivered))

    def _put_back(self, lane: Lane, *batches: Batch, wait_s: float) -> None:
        clock = self.courier.tools.waiting.clock
        with self.progress.lock:
            if lane.is_busy:
                lane.pieces.extendleft(reversed(batches))
            lane.not_before = clock.steady() + clock.lapsed(wait_s)
            lane.is_busy = False

    def _free(self, lane: Lane, *, ended: bool = False) -> None:
        with self.progress.lock:
            lane.is_busy, lane.refusals, lane.not_before = False, 0, 0.0
            if ended:
                lane.window = None

    def _note(self, kind: Any, batch: Batch, **members: Any) -> None:
        positions = runs([entry.position for entry in batch.entries])
        self.courier.note(
            kind, len(batch.entries), shard=self.shard_id, positions=positions, **members
        )
