"""Asynchronous invocation: a queue in front of the function, retries, ages, and failure paths.

The caller gets 202 at once. A function error is tried again after one minute and then after two;
a throttle or a fault of the service is tried again with a back-off of one second doubling to five
minutes and does not count. All these waits are lapsed; execution is not.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

from helpers.cloud import records
from helpers.cloud.errors import (
    AwsError,
    RecursiveInvocationException,
    RequestTooLargeException,
    ServiceException,
    ThrottleReason,
    TooManyRequestsException,
)
from helpers.cloud.invoke.event_config import (
    DEFAULT_AGE_S,
    DEFAULT_RETRIES,
    EventInvokeConfig,
    EventInvokeConfigs,
)
from helpers.cloud.invoke.failure_path import Condition, FailurePath, Outcome
from helpers.cloud.invoke.lineage import parse_trace
from helpers.cloud.invoke.synchronous import Begun, InvokeAnswer, Invoker, InvokeRequest
from helpers.cloud.model import FunctionVersion, InvocationResult
from helpers.cloud.ready_threads import ReadyThreads
from helpers.cloud.records import Waiting
from helpers.cloud.registry import Registry

MAX_ASYNC_PAYLOAD_BYTES = 1024 * 1024
RETRY_WAITS_S = (60.0, 120.0)
BACKOFF_FROM_S, BACKOFF_TO_S = 1.0, 300.0
RETRYABLE = (429, 500, 502, 503)


@dataclass(slots=True)
class QueuedEvent:
    """One event in the queue: what was asked, since when, how often it was tried, what came of it.

    `function` is the version that ran last, or would; events of an older `generation` are void.
    """

    request: InvokeRequest
    function: FunctionVersion
    accepted: float
    generation: int
    attempts: int = 0
    backoff_s: float = BACKOFF_FROM_S
    result: InvocationResult | None = None
    refusal: AwsError | None = None


class AsyncQueue:
    """Every function's queue of asynchronous events; lives with the cloud."""

    def __init__(
        self,
        invoker: Invoker,
        registry: Registry,
        configs: EventInvokeConfigs,
        waiting: Waiting,
        path: Callable[[], FailurePath],
    ) -> None:
        self._invoker = invoker
        self._registry = registry
        self._configs = configs
        self._clock = waiting.clock
        self._timers = waiting.timers
        self._recorder = waiting.recorder
        self._path = path
        self._threads = ReadyThreads()
        self._generation = 0

    def accept(self, request: InvokeRequest) -> None:
        """Queue an event and return; raises AwsError when it cannot be accepted."""
        if len(request.event) > MAX_ASYNC_PAYLOAD_BYTES:
            raise RequestTooLargeException(
                f"{len(request.event)} byte payload is too large for the Event invocation type "
                f"(limit {MAX_ASYNC_PAYLOAD_BYTES} bytes)"
            )
        function = self._invoker.check(request)
        trace_id = self._invoker.accepted_trace(function, request)
        # the function gets a client context in synchronous calls only
        traced = replace(request, trace_id=trace_id, is_json=True, client_context=None)
        event = QueuedEvent(traced, function, self._clock.steady(), self._generation)
        self._recorder.add(
            records.EventQueued(
                function=function.name,
                version=function.version,
                request_id=request.request_id,
                qualifier=request.qualifier or "",
                region=function.region,
            )
        )
        runs = not self._switched_off(event)
        self._start(event, self._invoker.begin(traced, function) if runs else None)

    def clear(self) -> None:
        """Drop every event: the account is emptied."""
        self._generation += 1

    def _start(self, event: QueuedEvent, begun: Begun | None = None) -> None:
        """Let a thread see to an attempt, which has `begun` where an environment was waiting."""
        name = f"event-{event.request.request_id[:8]}"
        try:
            self._threads.run(lambda: self._serve(event, begun), name)
        except RuntimeError as error:  # no thread left on this machine
            if begun is not None:
                self._serve(event, begun)
                return
            self._back_off(event, ServiceException(str(error)))

    def _serve(self, event: QueuedEvent, begun: Begun | None) -> None:
        if event.generation != self._generation and begun is None:
            return
        try:
            if begun is not None:
                self._run(event, self._config(event), begun.finish)
            else:
                self._attempt(event)
        except Exception as error:  # a fault of the kit costs a delay, never the event
            traceback.print_exc()
            self._back_off(event, ServiceException(f"{type(error).__name__}: {error}"))

    def _attempt(self, event: QueuedEvent) -> None:
        try:
            event.function = self._invoker.check(event.request)
        except AwsError as error:
            self._dropped(event, error.message)
            return
        config = self._config(event)
        age_s = DEFAULT_AGE_S if config.age_s is None else config.age_s
        if self._clock.steady() - event.accepted > self._clock.lapsed(age_s):
            self._give_up(event, config, Condition.AGE_EXCEEDED)
        elif self._switched_off(event):
            event.refusal = TooManyRequestsException(reason=ThrottleReason.RESERVED_CONCURRENCY)
            self._give_up(event, config, Condition.NO_CONCURRENCY)
        else:
            self._run(event, config, lambda: self._invoker.invoke(event.request))

    def _run(
        self, event: QueuedEvent, config: EventInvokeConfig, invoke: Callable[[], InvokeAnswer]
    ) -> None:
        try:
            answer = invoke()
        except RecursiveInvocationException as error:
            event.refusal = error
            self._give_up(event, config, Condition.RECURSION)
            return
        except AwsError as error:
            if error.http_status in RETRYABLE:
                self._back_off(event, error)
            else:
                self._dropped(event, error.message)
            return
        if event.generation != self._generation:
            return
        event.attempts += 1
        event.function, event.result, event.refusal = answer.function, answer.result, None
        retries = DEFAULT_RETRIES if config.retries is None else config.retries
        if answer.result.function_error is None:
            if config.on_success:
                self._path().send_record(_outcome(event, Condition.SUCCESS), config.on_success)
        elif event.attempts > retries:
            self._give_up(event, config, Condition.RETRIES_EXHAUSTED)
        else:
            wait_s = RETRY_WAITS_S[event.attempts - 1]
            self._again(event, wait_s, answer.result.error_type or "")

    def _back_off(self, event: QueuedEvent, error: AwsError) -> None:
        """Try again later because of the service, not the function: this does not count."""
        event.refusal = error
        wait_s, event.backoff_s = event.backoff_s, min(event.backoff_s * 2, BACKOFF_TO_S)
        self._again(event, wait_s, error.code)

    def _again(self, event: QueuedEvent, wait_s: float, reason: str) -> None:
        if event.generation != self._generation:
            return
        self._recorder.add(
            records.EventRetried(
                function=event.function.name,
                version=event.function.version,
                request_id=event.request.request_id,
                qualifier=event.request.qualifier or "",
                region=event.function.region,
                attempts=event.attempts,
                wait_s=wait_s,
                reason=reason,
            )
        )
        self._timers.after(self._clock.lapsed(wait_s), lambda: self._start(event))

    def _give_up(self, event: QueuedEvent, config: EventInvokeConfig, condition: Condition) -> None:
        if event.generation != self._generation:
            return
        outcome, dead_letter_arn = _outcome(event, condition), event.function.dead_letter_arn
        if config.on_failure:
            self._path().send_record(outcome, config.on_failure)
        if dead_letter_arn:
            self._path().dead_letter(outcome, dead_letter_arn)
        if not config.on_failure and not dead_letter_arn:
            self._dropped(event, condition)

    def _dropped(self, event: QueuedEvent, reason: str) -> None:
        if event.generation != self._generation:
            return
        self._recorder.add(
            records.EventDropped(
                function=event.function.name,
                version=event.function.version,
                request_id=event.request.request_id,
                qualifier=event.request.qualifier or "",
                region=event.function.region,
                attempts=event.attempts,
                reason=str(reason),
            )
        )

    def _config(self, event: QueuedEvent) -> EventInvokeConfig:
        return self._configs.get(event.request.key, event.request.qualifier) or EventInvokeConfig()

    def _switched_off(self, event: QueuedEvent) -> bool:
        published = self._registry.get(event.request.key)
        return published is not None and published.reserved == 0


def _outcome(event: QueuedEvent, condition: Condition) -> Outcome:
    request, function = event.request, event.function
    return Outcome(
        function=function,
        request_id=request.request_id,
        invoked_arn=f"{function.arn}:{request.qualifier or '$LATEST'}",
        event=request.event,
        condition=condition,
        attempts=event.attempts,
        trace_id=str(parse_trace(request.trace_id).through(function.arn)),
        result=event.result,
        refusal=event.refusal,
    )
