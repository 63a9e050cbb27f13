"""Log groups and streams where moto leaves something out: classes, search by a part of the name.

A group of the class INFREQUENT_ACCESS takes neither metric filters nor subscriptions. What is not
there, or is there already, is told as a stream where moto speaks of a group.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html;
docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html,
API_RejectedLogEventsInfo.html.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.core.utils import unix_time_millis, utcnow
from moto.logs.exceptions import (
    InvalidParameterException,
    LogsClientError,
    ResourceAlreadyExistsException,
    ResourceNotFoundException,
)
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from helpers.cloud.moto_seam.wrapping import first_time

STANDARD = "STANDARD"
CLASS = "coldstart_log_group_class"
"""Attribute of moto's log groups."""
NEWEST = timedelta(hours=2)
"""How far in the future an event may lie."""


def install() -> None:
    """Bind the corrections; harmless when called again."""
    if not first_time(LogGroup):
        return
    LogGroup.__init__ = _classed(LogGroup.__init__)
    LogGroup.to_describe_dict = _described(LogGroup.to_describe_dict)
    LogGroup.create_log_stream = _of_streams(LogGroup.create_log_stream)
    for name in ("delete_log_stream", "get_log_events"):
        setattr(LogGroup, name, _of_streams(getattr(LogGroup, name)))
    LogsBackend.put_log_events = _with_indices(LogsBackend.put_log_events)
    LogsResponse.create_log_group = _create(LogsResponse.create_log_group)
    LogsResponse.describe_log_groups = _describe
    for name in ("put_metric_filter", "put_subscription_filter"):
        setattr(LogsResponse, name, _standard_only(getattr(LogsResponse, name)))


def _classed(init: Any) -> Any:
    def made(group: Any, *given: Any, **named: Any) -> None:
        init(group, *given, **named)
        setattr(group, CLASS, named.get("LogGroupClass") or STANDARD)

    return made


def _create(create: Any) -> Any:
    def created(response: Any) -> Any:
        answer = create(response)
        group = response.logs_backend.groups[response._get_param("logGroupName")]
        setattr(group, CLASS, response._get_param("logGroupClass") or STANDARD)
        return answer

    return created


def _described(describe: Any) -> Any:
    def described(group: Any) -> dict[str, Any]:
        return {**describe(group), "logGroupClass": getattr(group, CLASS)}

    return described


def _describe(response: Any) -> str:
    """DescribeLogGroups: by the beginning of the name, or a part of it in any case; by class."""
    prefix, part = (
        response._get_param("logGroupNamePrefix"),
        response._get_param("logGroupNamePattern"),
    )
    if prefix and part:
        raise InvalidParameterException(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    of_class, after = response._get_param("logGroupClass"), response._get_param("nextToken")
    limit = response._get_param("limit", 50)
    found = [
        group
        for group in response.logs_backend.groups.values()
        if group.name.startswith(prefix or "") and (part or "").lower() in group.name.lower()
        if of_class in (None, getattr(group, CLASS)) and group.name > (after or "")
    ]
    shown = sorted(found, key=lambda group: str(group.name))[:limit]
    token = {"nextToken": shown[-1].name} if len(found) > len(shown) else {}
    return json.dumps({"logGroups": [group.to_describe_dict() for group in shown], **token})


def _of_streams(operation: Callable[..., Any]) -> Callable[..., Any]:
    def told(*given: Any, **named: Any) -> Any:
        try:
            return operation(*given, **named)
        except ResourceNotFoundException as error:
            text = "The specified log stream does not exist."
            raise ResourceNotFoundException(text) from error
        except ResourceAlreadyExistsException as error:
            text = "The specified log stream already exists"
            raise LogsClientError("ResourceAlreadyExistsException", text) from error

    return told


def _with_indices(put: Any) -> Any:
    """Tell the index after the last event that is too old, and that of the first too new one."""

    def rejected(backend: Any, group: str, stream: str, events: list[dict[str, Any]]) -> Any:
        token, info = put(backend, group, stream, events)
        if "tooOldLogEventEndIndex" in info:
            info["tooOldLogEventEndIndex"] += 1
        if "tooNewLogEventStartIndex" in info:
            newest = unix_time_millis(utcnow() + NEWEST)
            early = sum(event["timestamp"] <= newest for event in events)
            info["tooNewLogEventStartIndex"] = min(early, info["tooNewLogEventStartIndex"])
        return token, info

    return rejected


def _standard_only(operation: Any) -> Any:
    def put(response: Any) -> Any:
        group = response.logs_backend.groups.get(response._get_param("logGroupName"))
        kept = getattr(group, CLASS, STANDARD)
        if kept != STANDARD:
            raise LogsClientError(
                "InvalidOperationException",
                f"This operation is not supported for log groups of the class {kept}.",
            )
        return operation(response)

    return put
