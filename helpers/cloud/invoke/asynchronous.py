"""Asynchronous invocation: a queue in front of the function, retries, ages, and failure paths.

The caller gets 202 at once. A function error is tried again after one minute and then after two;
a throttle or a fault of the service is tried again with a back-off of one second doubling to five
minutes and does not count. All these waits are lapsed; execution is not.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from helpers.cloud import records
from helpers.cloud.errors import AwsError, RequestTooLargeException
from helpers.cloud.invoke.event_config import (
    DEFAULT_AGE_S,
    DEFAULT_RETRIES,
    EventInvokeConfig,
    EventInvokeConfigs,
)
from helpers.cloud.invoke.failure_path import FailurePath, Outcome
from helpers.cloud.invoke.synchronous import Invoker, InvokeRequest
from helpers.cloud.model import FunctionVersion, InvocationResult
from helpers.cloud.records import Waiting
from helpers.cloud.registry import Registry

MAX_ASYNC_PAYLOAD_BYTES = 1024 * 1024
RETRY_WAITS_S = (60.0, 120.0)
BACKOFF_FROM_S, BACKOFF_TO_S = 1.0, 300.0
RETRYABLE = (429, 500, 502, 503)


@dataclass(slots=True)
class QueuedEvent:
    """One event in the queue: what was asked, since when, and how often it was tried."""

    request: InvokeRequest
    accepted: float
    epoch: int
    attempts: int = 0
    backoff_s: float = BACKOFF_FROM_S
    last: InvocationResult | None = None


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

    def accept(self, request: InvokeRequest) -> None:
        """Queue an event and return; raises AwsError when it cannot be accepted."""
        if len(request.event) > MAX_ASYNC_PAYLOAD_BYTES:
            raise RequestTooLargeException(
                f"{len(request.event)} byte payload is too large for the Event invocation type "
                f"(limit {MAX_ASYNC_PAYLOAD_BYTES} bytes)"
            )
        function = self._invoker.check(request)
        event = QueuedEvent(request, self._clock.steady(), self._recorder.epoch)
        self._recorder.add(
            records.EventQueued(
                function=function.name, version=function.version, request_id=request.request_id
            )
        )
        self._start(event)

    def _start(self, event: QueuedEvent) -> None:
        name = f"event-{event.request.request_id[:8]}"
        threading.Thread(target=self._attempt, args=(event,), name=name, daemon=True).start()

    def _attempt(self, event: QueuedEvent) -> None:
        if event.epoch != self._recorder.epoch:
            return
        try:
            function = self._invoker.check(event.request)
        except AwsError as error:
            self._dropped(event, event.request.key[2], "", error.message)
            return
        config = self._configs.get(event.request.key, event.request.qualifier)
        config = config or EventInvokeConfig()
        age_s = DEFAULT_AGE_S if config.age_s is None else config.age_s
        if self._clock.steady() - event.accepted > self._clock.lapsed(age_s):
            self._give_up(event, function, config, "EventAgeExceeded")
        elif self._switched_off(event):
            self._give_up(event, function, config, "ZeroReservedConcurrency")
        else:
            self._run(event, function, config)

    def _run(
        self, event: QueuedEvent, function: FunctionVersion, config: EventInvokeConfig
    ) -> None:
        try:
            answer = self._invoker.invoke(event.request)
        except AwsError as error:
            if error.http_status in RETRYABLE:
                self._again(event, function, event.backoff_s, error.code)
                event.backoff_s = min(event.backoff_s * 2, BACKOFF_TO_S)
            else:
                self._dropped(event, function.name, function.version, error.message)
            return
        event.attempts += 1
        event.last = answer.result
        if answer.result.function_error is None:
            if config.on_success:
                self._path().send_record(
                    self._outcome(event, function, "Success"), config.on_success
                )
            return
        retries = DEFAULT_RETRIES if config.retries is None else config.retries
        if event.attempts > retries:
            self._give_up(event, function, config, "RetriesExhausted")
        else:
            wait_s = RETRY_WAITS_S[event.attempts - 1]
            self._again(event, function, wait_s, answer.result.error_type or "")

    def _again(
        self, event: QueuedEvent, function: FunctionVersion, wait_s: float, reason: str
    ) -> None:
        self._recorder.add(
            records.EventRetried(
                function=function.name,
                version=function.version,
                request_id=event.request.request_id,
                attempts=event.attempts,
                wait_s=wait_s,
                reason=reason,
            )
        )
        self._timers.after(self._clock.lapsed(wait_s), lambda: self._start(event))

    def _give_up(
        self,
        event: QueuedEvent,
        function: FunctionVersion,
        config: EventInvokeConfig,
        condition: str,
    ) -> None:
        outcome = self._outcome(event, function, condition)
        if config.on_failure:
            self._path().send_record(outcome, config.on_failure)
        if function.dead_letter_arn:
            self._path().dead_letter(outcome, function.dead_letter_arn)
        if not config.on_failure and not function.dead_letter_arn:
            self._dropped(event, function.name, function.version, condition)

    def _dropped(self, event: QueuedEvent, name: str, version: str, reason: str) -> None:
        self._recorder.add(
            records.EventDropped(
                function=name,
                version=version,
                request_id=event.request.request_id,
                attempts=event.attempts,
                reason=reason,
            )
        )

    def _switched_off(self, event: QueuedEvent) -> bool:
        published = self._registry.get(event.request.key)
        return published is not None and published.reserved == 0

    def _outcome(self, event: QueuedEvent, function: FunctionVersion, condition: str) -> Outcome:
        request = event.request
        return Outcome(
            function=function,
            request_id=request.request_id,
            invoked_arn=f"{function.arn}:{request.qualifier or '$LATEST'}",
            event=request.event,
            condition=condition,
            attempts=event.attempts,
            result=event.last,
        )
