"""Function logs in moto's CloudWatch Logs, written only where the execution role may.

Source: docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html (permissions).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from moto.logs.models import LogGroup, logs_backends

from helpers.cloud import records
from helpers.cloud.model import FunctionVersion
from helpers.cloud.ports import Authorizer, LogEvent
from helpers.cloud.records import Recorder

ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")


class MotoFunctionLog:
    """Implements FunctionLog; lives with the cloud."""

    def __init__(self, authorizer: Authorizer, recorder: Recorder) -> None:
        self._authorizer = authorizer
        self._recorder = recorder
        self._lock = threading.Lock()  # moto's log groups are not made for several writers

    def put(self, function: FunctionVersion, stream: str, events: Sequence[LogEvent]) -> None:
        """Append events to the function's log group, or record why they went nowhere."""
        refusal = self._refusal(function, stream)
        if refusal is not None:
            self._recorder.add(
                records.LogsWithheld(
                    function=function.name, version=function.version, reason=refusal
                )
            )
            return
        lines = [{"timestamp": e.timestamp_ms, "message": e.message} for e in events]
        with self._lock:
            group = self._group(function)
            if group is None:
                return
            if stream not in group.streams:
                group.create_log_stream(stream)
            group.put_log_events(stream, lines)

    def _group(self, function: FunctionVersion) -> LogGroup | None:
        backend = logs_backends[function.account_id][function.region]
        name = function.logging.group
        if name not in backend.groups:
            arn = f"arn:aws:logs:{function.region}:{function.account_id}:log-group:{name}"
            refusal = self._authorizer.role_may(function.role_arn, "logs:CreateLogGroup", arn)
            if refusal is not None:
                self._recorder.add(
                    records.LogsWithheld(
                        function=function.name, version=function.version, reason=refusal
                    )
                )
                return None
            backend.create_log_group(name, {})
        return backend.groups[name]

    def _refusal(self, function: FunctionVersion, stream: str) -> str | None:
        group = f"arn:aws:logs:{function.region}:{function.account_id}:log-group"
        arn = f"{group}:{function.logging.group}:log-stream:{stream}"
        for action in ACTIONS:
            refusal = self._authorizer.role_may(function.role_arn, action, arn)
            if refusal is not None:
                return refusal
        return None
