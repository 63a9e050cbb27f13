"""CloudWatch Logs Insights over moto's log groups: each query runs on a thread of its own.

Source: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
"""

from __future__ import annotations

import base64
import json
import threading
import traceback
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.logs.exceptions import (
    InvalidParameterException,
    LimitExceededException,
    LogsClientError,
    ResourceNotFoundException,
)
from moto.logs.models import LogGroup, logs_backends

from helpers.cloud.clock import Clock
from helpers.cloud.logs.insights import Answer, Event, MalformedQuery, Query, parse_query
from helpers.cloud.logs.insights.values import Moment
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.regexes import SlowRegexError

MAX_RUNNING, MAX_KEPT, MAX_GROUPS, MAX_QUERY = 30, 200, 50, 10_000
MILLISECONDS_FROM = 100_000_000_000
"""From here on a moment can only be meant in milliseconds."""
Params = Mapping[str, Any]


def malformed(error: MalformedQuery) -> Exception:
    """Return AWS's error about a query that cannot be read; it says where."""
    location = {"startCharOffset": error.start, "endCharOffset": error.end}
    refusal = LogsClientError("MalformedQueryException", error.message)
    refusal.description = json.dumps(
        {
            "__type": "MalformedQueryException",
            "message": error.message,
            "queryCompileError": {"location": location, "message": error.message},
        }
    )
    return refusal  # type: ignore[no-any-return]


@dataclass(slots=True)
class RunningQuery:
    """A query that was started: `status` is Running, Complete, Failed, Timeout or Cancelled."""

    id: str
    region: str
    text: str
    groups: list[str]
    created_ms: int
    status: str = "Running"
    answer: Answer = field(default_factory=lambda: Answer([]))


class LogQueries:
    """Every query of the account; lives with the cloud."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queries: OrderedDict[str, RunningQuery] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, region: str, params: Params) -> Mapping[str, Any]:
        """Start a query and return its id."""
        groups = _groups(region, params)
        start, end = _milliseconds(params["startTime"]), _milliseconds(params["endTime"]) + 999
        if end < start:
            raise InvalidParameterException("End time should not be before the start time.")
        if len(params["queryString"]) > MAX_QUERY:
            raise InvalidParameterException(
                "1 validation error detected: Value at 'queryString' failed to satisfy constraint: "
                f"Member must have length less than or equal to {MAX_QUERY}"
            )
        try:
            query = parse_query(params["queryString"])
        except MalformedQuery as error:
            raise malformed(error) from error
        limit = params.get("limit")
        if limit is not None:
            if not 1 <= limit <= 10_000:
                raise InvalidParameterException("limit must be between 1 and 10000")
            query.plan.limit = min(query.plan.limit, limit)
        running = RunningQuery(
            str(uuid.uuid4()),
            region,
            params["queryString"],
            [group.name for group in groups],
            int(self._clock.now() * 1000),
        )
        with self._lock:
            if sum(one.status == "Running" for one in self._queries.values()) >= MAX_RUNNING:
                raise LimitExceededException
            self._queries[running.id] = running
            while len(self._queries) > MAX_KEPT:
                self._queries.popitem(last=False)
        threading.Thread(
            target=self._run,
            args=(running, query, groups, (start, end)),
            name=f"query-{running.id[:8]}",
            daemon=True,
        ).start()
        return {"queryId": running.id}

    def results(self, params: Params) -> Mapping[str, Any]:
        """Return what a query has found."""
        running = self._known(params["queryId"])
        answer = running.answer
        return {
            "queryLanguage": "CWLI",
            "results": [
                [{"field": name, "value": value} for name, value in row] for row in answer.rows
            ],
            "statistics": {
                "recordsMatched": float(answer.matched),
                "recordsScanned": float(answer.scanned),
                "bytesScanned": float(answer.bytes_scanned),
                "estimatedRecordsSkipped": 0.0,
                "estimatedBytesSkipped": 0.0,
                "logGroupsScanned": float(len(running.groups)),
            },
            "status": running.status,
        }

    def stop(self, params: Params) -> Mapping[str, Any]:
        """Stop a query that runs."""
        running = self._known(params["queryId"])
        with self._lock:
            if running.status != "Running":
                raise InvalidParameterException(
                    f"Query with id {running.id} has already ended with status {running.status}"
                )
            running.status = "Cancelled"
        return {"success": True}

    def describe(self, region: str, params: Params) -> Mapping[str, Any]:
        """Return recent queries, the latest first."""
        name, status = params.get("logGroupName"), params.get("status")
        found = [
            {
                "queryLanguage": "CWLI",
                "queryId": one.id,
                "queryString": one.text,
                "status": one.status,
                "createTime": one.created_ms,
                "logGroupName": name or one.groups[0],
            }
            for one in reversed(list(self._queries.values()))
            if one.region == region
            and (name is None or name in one.groups)
            and status in (None, one.status)
        ]
        return {"queries": found[: int(params.get("maxResults") or 1000)]}

    def clear(self) -> None:
        """Forget every query; those that run end soon."""
        with self._lock:
            for running in self._queries.values():
                running.status = "Cancelled"
            self._queries.clear()

    def _known(self, query_id: str) -> RunningQuery:
        running = self._queries.get(query_id)
        if running is None:
            raise ResourceNotFoundException(f"Query with id {query_id} does not exist")
        return running

    def _run(
        self, running: RunningQuery, query: Query, groups: list[LogGroup], span: tuple[int, int]
    ) -> None:
        status = "Failed"
        try:
            events = _events(groups, *span)
            answer = query.run(events, lambda: running.status != "Running")
            answer.rows = [
                [(k, pointer(v) if k == "@ptr" else v) for k, v in row] for row in answer.rows
            ]
            running.answer, status = answer, "Complete"
        except SlowRegexError:
            status = "Timeout"
        except Exception:  # whoever asked is told, by the status
            traceback.print_exc()
        with self._lock:
            if running.status == "Running":
                running.status = status


def pointer(event_id: str) -> str:
    """Return what @ptr shows for an event."""
    return base64.b64encode(f"event/{event_id}".encode()).decode()


def log_record(region: str, params: Params) -> Mapping[str, Any]:
    """Return all fields of one event, by its @ptr."""
    for name, group in list(logs_backends[ACCOUNT_ID][region].groups.items()):
        for stream in list(group.streams.values()):
            for event in list(stream.events):
                if pointer(str(event.event_id)) == params["logRecordPointer"]:
                    found = _event(event, f"{ACCOUNT_ID}:{name}", stream.log_stream_name)
                    found.get("?")  # discovers
                    shown = {k: str(v) for k, v in found.fields.items() if k != "@ptr"}
                    return {"logRecord": shown}
    raise InvalidParameterException("The specified log record pointer is invalid.")


def _events(groups: list[LogGroup], start_ms: int, end_ms: int) -> Iterator[Event]:
    """Yield the events of log groups in a range of time, the latest first."""
    found = [
        (event.timestamp, event.event_id, event, f"{ACCOUNT_ID}:{group.name}", name)
        for group in groups
        for name, stream in list(group.streams.items())
        for event in list(stream.events)
        if start_ms <= event.timestamp <= end_ms
    ]
    found.sort(key=lambda one: one[:2], reverse=True)
    for _, _, event, log, stream_name in found:
        yield _event(event, log, stream_name)


def _event(event: Any, log: str, stream_name: str) -> Event:
    return Event(
        {
            "@timestamp": Moment(event.timestamp),
            "@message": event.message,
            "@logStream": stream_name,
            "@log": log,
            "@ingestionTime": Moment(event.ingestion_time),
            "@ptr": str(event.event_id),
        }
    )


def _groups(region: str, params: Params) -> list[LogGroup]:
    kinds = [
        params[kind]
        for kind in ("logGroupName", "logGroupNames", "logGroupIdentifiers")
        if params.get(kind)
    ]
    if len(kinds) != 1:
        raise InvalidParameterException(
            "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given."
        )
    names = [kinds[0]] if isinstance(kinds[0], str) else kinds[0]
    if len(names) > MAX_GROUPS:
        raise LimitExceededException
    known = logs_backends[ACCOUNT_ID][region].groups
    plain = [name.removesuffix(":*").rsplit(":log-group:", 1)[-1] for name in names]
    missing = [name for name in plain if name not in known]
    if missing:
        raise ResourceNotFoundException(
            f"Log group '{missing[0]}' does not exist for account ID '{ACCOUNT_ID}'"
        )
    return [known[name] for name in dict.fromkeys(plain)]


def _milliseconds(moment: int) -> int:
    return int(moment) if moment > MILLISECONDS_FROM else int(moment) * 1000
