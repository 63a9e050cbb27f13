"""CloudWatch Logs where moto is wrong or silent: patterns, metric filters, reading, Insights.

Bound where moto looks for its own, by name. Source:
docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import moto.logs.models as log_models
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend, LogStream
from moto.logs.responses import LogsResponse

from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.logs import groups, metric_filters, query_definitions
from helpers.cloud.moto_seam.logs.queries import LogQueries, log_record
from helpers.cloud.telemetry.cloudwatch.log_metrics import LogMetrics

MAX_EVENTS, MAX_PAGE_BYTES = 10_000, 1_048_576
Params = Mapping[str, Any]


def install(log_metrics: LogMetrics, queries: LogQueries) -> None:
    """Bind the operations."""
    log_models.EventMessageFilter = MessageFilter
    _wrap(LogGroup, "put_log_events", lambda original: _observed(original, log_metrics))
    _wrap(LogStream, "get_log_events", _before_end)
    LogsBackend._find_log_group = _find_log_group
    groups.install()
    metric_filters.install(log_metrics)
    query_definitions.install()
    _answer("filter_log_events", _filter_log_events)
    _answer("test_metric_filter", lambda _region, params: metric_filters.tried(params))
    _answer("start_query", queries.start)
    _answer("get_query_results", lambda _region, params: queries.results(params))
    _answer("stop_query", lambda _region, params: queries.stop(params))
    _answer("describe_queries", queries.describe)
    _answer("get_log_record", log_record)


def _answer(name: str, operation: Callable[[str, Params], Mapping[str, Any]]) -> None:
    """Bind an operation that takes a Region and parameters and returns members."""

    def answer(response: Any) -> str:
        return json.dumps(operation(response.region, json.loads(response.body or "{}")))

    setattr(LogsResponse, name, answer)


def _wrap(owner: type, name: str, around: Callable[[Any], Any]) -> None:
    """Put a function around a method, once however often it is asked for."""
    method = getattr(owner, name)
    original = getattr(method, metric_filters.ORIGINAL, method)
    wrapped = around(original)
    setattr(wrapped, metric_filters.ORIGINAL, original)
    setattr(owner, name, wrapped)


class MessageFilter:
    """Stands for moto's filter of messages, which knows terms only."""

    def __init__(self, pattern: str) -> None:
        """Read a pattern; an empty one fits all."""
        self._pattern = metric_filters.read_pattern(pattern or "")

    def matches(self, message: str) -> bool:
        """Tell whether a message fits."""
        return self._pattern.match(message.rstrip("\n")) is not None


def _observed(original: Any, log_metrics: LogMetrics) -> Any:
    def put_log_events(
        group: LogGroup, log_stream_name: str, log_events: list[dict[str, Any]]
    ) -> Any:
        token = original(group, log_stream_name, log_events)
        log_metrics.offer(group.region, group.name, log_events)
        return token

    return put_log_events


def _before_end(original: Any) -> Any:
    def get_log_events(
        stream: LogStream, start_time: Any, end_time: Any, *others: Any, **named: Any
    ) -> Any:
        end = end_time - 1 if end_time else end_time  # an event at endTime is not included
        return original(stream, start_time, end, *others, **named)

    return get_log_events


def _find_log_group(
    backend: LogsBackend, log_group_id: str | None = None, log_group_name: str | None = None
) -> LogGroup:
    named = log_group_name or log_group_id
    if not named:
        raise InvalidParameterException(
            "Exactly one of logGroupName and logGroupIdentifier must be given."
        )
    group = backend.groups.get(named.removesuffix(":*").rsplit(":log-group:", 1)[-1])
    if group is None:
        raise ResourceNotFoundException
    return group


def _filter_log_events(region: str, params: Params) -> Mapping[str, Any]:
    backend = log_models.logs_backends[ACCOUNT_ID][region]
    group = _find_log_group(backend, params.get("logGroupIdentifier"), params.get("logGroupName"))
    limit = params.get("limit") or MAX_EVENTS
    if not 1 <= limit <= MAX_EVENTS:
        raise InvalidParameterException(
            constraint=f"Member must have value less than or equal to {MAX_EVENTS}",
            parameter="limit",
            value=limit,
        )
    names, prefix = params.get("logStreamNames"), params.get("logStreamNamePrefix")
    if names and prefix:
        raise InvalidParameterException(
            "logStreamNames and logStreamNamePrefix cannot be given together."
        )
    wanted = MessageFilter(params.get("filterPattern") or "")
    start, end = params.get("startTime") or 0, params.get("endTime")
    found = [
        (event, name)
        for name, stream in list(group.streams.items())
        if (not names or name in names) and name.startswith(prefix or "")
        for event in list(stream.events)
        if event.timestamp >= start
        and (end is None or event.timestamp <= end)
        and wanted.matches(event.message)
    ]
    found.sort(key=lambda pair: (pair[0].timestamp, pair[0].event_id))
    return _paged(found, _after(params.get("nextToken")), limit)


def _paged(found: list[tuple[Any, str]], after: tuple[int, int], limit: int) -> Mapping[str, Any]:
    left = [pair for pair in found if (pair[0].timestamp, pair[0].event_id) > after]
    page: list[tuple[Any, str]] = []
    size = 0
    for event, name in left:
        size += len(event.message)
        if len(page) == limit or (page and size > MAX_PAGE_BYTES):
            break
        page.append((event, name))
    events = [{**event.to_filter_dict(), "logStreamName": name} for event, name in page]
    answer = {"events": events, "searchedLogStreams": []}
    if len(page) == len(left):
        return answer
    last = page[-1][0]
    token = base64.b64encode(f"{last.timestamp}/{last.event_id}".encode()).decode()
    return {**answer, "nextToken": token}


def _after(token: str | None) -> tuple[int, int]:
    """Return the event after which a page begins: its moment and id."""
    if not token:
        return (-1, -1)
    try:
        timestamp, event_id = base64.b64decode(token, validate=True).decode().split("/")
        return int(timestamp), int(event_id)
    except ValueError as error:
        raise InvalidParameterException("The specified nextToken is invalid.") from error
