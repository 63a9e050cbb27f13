"""Subscription filters of log groups: what matches goes to functions, in batches, a moment later.

A function that is subscribed to its own log group calls itself for ever on AWS, whose recursion
detection does not see such loops. Here one is stopped and recorded after 16 rounds. Leaves out
account-level policies; other destinations get what matches at once.
Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import wraps
from inspect import unwrap
from typing import Any

from moto.logs.exceptions import InvalidParameterException
from moto.logs.models import LogStream

from helpers.cloud.clock import Timers
from helpers.cloud.errors import AwsError
from helpers.cloud.events.cloudwatch_logs import LogEvent, subscription_event
from helpers.cloud.logs.pattern_conditions import PatternError
from helpers.cloud.logs.patterns import Pattern, parse_pattern
from helpers.cloud.moto_seam.courier import Courier, Sender

MAX_ROUNDS = 16
BATCH_WAIT_S = 1.0
MAX_BATCH_EVENTS, MAX_BATCH_BYTES = 10_000, 500_000
REMEMBERED = 10_000
"""How many deliveries are remembered to tell a loop from the next event."""
REQUEST_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NO_PERMISSION = (
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to "
    "execute your function."
)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One filter's view of one stream."""

    account_id: str
    region: str
    group: str
    stream: str
    filter_name: str
    function_arn: str

    @property
    def source_arn(self) -> str:
        """What the function's policy names as the source."""
        return f"arn:aws:logs:{self.region}:{self.account_id}:log-group:{self.group}:*"


@dataclass(slots=True)
class _Batch:
    """What waits for one subscriber, and how many deliveries led to it."""

    events: list[LogEvent] = field(default_factory=list)
    rounds: int = 0


class LogSubscriptions:
    """Gathers, and delivers, what subscription filters let through; lives with the cloud."""

    def __init__(self, courier: Courier, timers: Timers) -> None:
        self._courier = courier
        self._timers = timers
        self._lock = threading.Lock()
        self._waiting: dict[Subscriber, _Batch] = {}
        self._rounds: OrderedDict[str, int] = OrderedDict()

    def clear(self) -> None:
        """Forget what waits: the account is being emptied."""
        with self._lock:
            self._waiting.clear()
            self._rounds.clear()

    def arrived(
        self, subscriber: Subscriber, events: Sequence[LogEvent], lines: Sequence[str]
    ) -> None:
        """Keep events until the batch's moment comes.

        `lines` are all that were written with them, wanted or not: they name the requests.
        """
        named = {found for line in lines for found in REQUEST_ID.findall(line)}
        with self._lock:
            first = subscriber not in self._waiting
            batch = self._waiting.setdefault(subscriber, _Batch())
            batch.events.extend(events)
            rounds = (self._rounds.get(request_id, 0) for request_id in named)
            batch.rounds = max([batch.rounds, *rounds])
        if first:
            wait_s = self._courier.clock.lapsed(BATCH_WAIT_S)
            self._timers.after(wait_s, lambda: self._flush(subscriber))

    def sender(self, region: str, source_arn: str, function_arn: str) -> Sender | None:
        """Return as whom CloudWatch Logs may invoke a function; None when it may not."""
        for service in ("logs.amazonaws.com", f"logs.{region}.amazonaws.com"):
            sender = Sender(service, source_arn)
            if self._courier.forbidden(sender, function_arn, "lambda:InvokeFunction") is None:
                return sender
        return None

    def check(self, group: Any, function_arn: str) -> None:
        """Raise in AWS's words when CloudWatch Logs may not invoke the function for a group."""
        absent = function_arn.count(":") < 6 or self._courier.targets.missing(function_arn)
        if absent or self.sender(group.region, f"{group.arn}:*", function_arn) is None:
            raise InvalidParameterException(NO_PERMISSION)

    def _flush(self, subscriber: Subscriber) -> None:
        with self._lock:
            batch = self._waiting.pop(subscriber, _Batch())
        for events in _batches(batch.events):
            self._deliver(subscriber, events, batch.rounds + 1)

    def _deliver(self, subscriber: Subscriber, events: Sequence[LogEvent], rounds: int) -> None:
        arn = subscriber.function_arn
        sender = self.sender(subscriber.region, subscriber.source_arn, arn)
        sender = sender or Sender("logs.amazonaws.com", subscriber.source_arn)
        if rounds > MAX_ROUNDS:
            reason = (
                f"A loop: {rounds - 1} times the log of this function's run went to the function "
                "again. On AWS it would go on."
            )
            self._courier.refused(sender, arn, AwsError(reason, code="Loop", http_status=400))
            return
        request_id = str(uuid.uuid4())
        with self._lock:
            self._rounds[request_id] = rounds
            while len(self._rounds) > REMEMBERED:
                self._rounds.popitem(last=False)
        event = subscription_event(
            subscriber.account_id,
            subscriber.group,
            subscriber.stream,
            subscriber.filter_name,
            events,
        )
        self._courier.to_function(sender, arn, event, request_id)


def install(subscriptions: LogSubscriptions) -> None:
    """Bind the subscriptions where moto's log streams send."""
    LogStream._send_log_events = _filtered(unwrap(LogStream._send_log_events), subscriptions)


def _filtered(send: Any, subscriptions: LogSubscriptions) -> Any:
    @wraps(send)
    def send_log_events(
        stream: Any, service: str, destination_arn: str, filter_name: str, log_events: Any
    ) -> None:
        pattern = compiled(stream.log_group.subscription_filters[filter_name].filter_pattern)
        wanted = [event for event in log_events if pattern.match(event["message"]) is not None]
        if wanted and service == "lambda":
            subscriber = _subscriber(stream, filter_name, destination_arn)
            lines = [event["message"] for event in log_events]
            subscriptions.arrived(subscriber, [_event(event) for event in wanted], lines)
        elif wanted:
            send(stream, service, destination_arn, filter_name, wanted)

    return send_log_events


def _subscriber(stream: Any, filter_name: str, function_arn: str) -> Subscriber:
    return Subscriber(
        stream.account_id,
        stream.region,
        stream.log_group.name,
        stream.log_stream_name,
        filter_name,
        function_arn,
    )


def _batches(events: Sequence[LogEvent]) -> Iterator[list[LogEvent]]:
    batch: list[LogEvent] = []
    size = 0
    for event in events:
        more = len(event.message) + 100
        if batch and (len(batch) >= MAX_BATCH_EVENTS or size + more > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += more
    if batch:
        yield batch


def _event(given: dict[str, Any]) -> LogEvent:
    """Return a log event with an id of 56 digits that grows with time."""
    timestamp = int(given["timestamp"])
    return LogEvent(f"{timestamp:020d}{int(given['id']):036d}", timestamp, given["message"])


def compiled(text: str | None) -> Pattern:
    """Read a filter's pattern; raises in AWS's words."""
    try:
        return parse_pattern(text or "")
    except PatternError as error:
        raise InvalidParameterException("Invalid filter pattern") from error
