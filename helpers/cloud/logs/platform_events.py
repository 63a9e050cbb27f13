"""The lines Lambda itself writes into a log stream, in text and JSON format, and their names.

Models INIT_START, INIT_REPORT, RESTORE_START, RESTORE_REPORT, EXTENSION, START, END, REPORT and
the X-Ray line, their JSON twins (`platform.*` events) with system log level filtering, and the
names of groups and streams.
A timeout or crash shows as `Status:` at the end of REPORT, as Lambda has written it since 2024.
Left out: subscription events, spans.

Source: docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (JSON records);
monitoring-cloudwatchlogs-log-level.html (levels); lambda-runtime-environment.html (INIT_REPORT);
tabs and the trailing tab as REPORT lines in public logs have them.
"""

from __future__ import annotations

import hashlib
import json
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers.cloud.logs.events import LogLevel, is_wanted
from helpers.cloud.logs.report import Report, Status
from helpers.cloud.model import LogFormat

AHEAD = ("snap-start", "provisioned-concurrency")


@dataclass(frozen=True, slots=True)
class RuntimeVersion:
    """The build of a managed runtime that INIT_START names."""

    name: str
    arn: str

    @classmethod
    def of(cls, runtime: str, region: str) -> RuntimeVersion:
        """Return a version for `python3.13`; AWS's build numbers and hashes are its own."""
        release = runtime.lstrip(string.ascii_lowercase)
        language = runtime.removesuffix(release)
        digest = hashlib.sha256(runtime.encode()).hexdigest()
        return cls(
            name=f"{language}:{release.lstrip('.')}.mainlinev2.v1",
            arn=f"arn:aws:lambda:{region}::runtime:{digest}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformLog:
    """Writes the platform's log events of one execution environment.

    Every method takes the moment as Unix seconds and returns the events that pass the filter,
    each ending in a newline. `stream` is the environment's log stream name.
    """

    function: str
    function_arn: str
    version: str
    stream: str
    memory_mb: int
    runtime_version: RuntimeVersion
    log_format: LogFormat = LogFormat.TEXT
    system_level: LogLevel = LogLevel.INFO
    initialization_type: str = "on-demand"

    def init_start(self, at: float) -> list[str]:
        """Return INIT_START: the environment begins to load the function."""
        if self.log_format is LogFormat.TEXT:
            return [self._text_start("INIT_START")]
        phase = {"initializationType": self.initialization_type, "phase": "init"}
        return self._json(at, "platform.initStart", {**phase, **self._instance()}, LogLevel.INFO)

    def restore_start(self, at: float) -> list[str]:
        """Return RESTORE_START: the environment begins as a copy of a snapshot."""
        if self.log_format is LogFormat.TEXT:
            return [self._text_start("RESTORE_START")]
        return self._json(at, "platform.restoreStart", self._instance(), LogLevel.INFO)

    def restore_report(
        self, at: float, duration_ms: float, *, status: Status, error_type: str | None
    ) -> list[str]:
        """Return RESTORE_REPORT: the copy of the snapshot is ready, or failed."""
        succeeded = status is Status.SUCCESS
        if self.log_format is LogFormat.TEXT:
            ending = "" if succeeded else _text_status(status, error_type)
            return [f"RESTORE_REPORT Restore Duration: {duration_ms:.2f} ms{ending}\n"]
        level = LogLevel.DEBUG if succeeded else LogLevel.WARN
        done = _json_status(status, error_type)
        report = {**done, "metrics": {"durationMs": round(duration_ms, 3)}}
        return [
            *self._json(at, "platform.restoreRuntimeDone", done, level),
            *self._json(at, "platform.restoreReport", report, level),
        ]

    def _text_start(self, word: str) -> str:
        runtime = self.runtime_version
        return f"{word} Runtime Version: {runtime.name}\tRuntime Version ARN: {runtime.arn}\n"

    def _instance(self) -> dict[str, Any]:
        runtime = self.runtime_version
        return {
            "runtimeVersion": runtime.name,
            "runtimeVersionArn": runtime.arn,
            "functionName": self.function,
            "functionVersion": self.version,
            "instanceId": self.stream.replace("[", f"{self.function}[", 1),
            "instanceMaxMemory": self.memory_mb * 1024 * 1024,
        }

    def init_report(
        self,
        at: float,
        duration_ms: float,
        *,
        phase: str = "init",
        status: Status = Status.SUCCESS,
        error_type: str | None = None,
    ) -> list[str]:
        """Return what tells of an init that ended; text format stays silent on success.

        But not where init comes long before an event: SnapStart and provisioned concurrency.

        `phase` is `invoke` when init was repeated inside the first invocation.
        """
        succeeded = status is Status.SUCCESS
        if self.log_format is LogFormat.TEXT:
            line = f"INIT_REPORT Init Duration: {duration_ms:.2f} ms"
            if succeeded:
                return [line + "\n"] if self.initialization_type in AHEAD else []
            return [f"{line}\tPhase: {phase}{_text_status(status, error_type)}\n"]
        level = LogLevel.DEBUG if succeeded else LogLevel.WARN
        done = {
            "initializationType": self.initialization_type,
            "phase": phase,
            **_json_status(status, error_type),
        }
        report = {**done, "metrics": {"durationMs": round(duration_ms, 3)}}
        return [
            *self._json(at, "platform.initRuntimeDone", done, level),
            *self._json(at, "platform.initReport", report, level),
        ]

    def extension(self, at: float, name: str, state: str, events: Sequence[str]) -> list[str]:
        """Return EXTENSION: an extension is ready, or failed."""
        if self.log_format is LogFormat.TEXT:
            listed = ",".join(events)
            return [f"EXTENSION\tName: {name}\tState: {state}\tEvents: [{listed}]\n"]
        record = {"name": name, "state": state, "events": list(events)}
        return self._json(at, "platform.extension", record, LogLevel.INFO)

    def start(self, at: float, request_id: str) -> list[str]:
        """Return START: an event is handed to the runtime."""
        if self.log_format is LogFormat.TEXT:
            return [f"START RequestId: {request_id} Version: {self.version}\n"]
        record = {
            "requestId": request_id,
            "functionArn": self.function_arn,
            "version": self.version,
        }
        return self._json(at, "platform.start", record, LogLevel.INFO)

    def report(
        self, at: float, report: Report, *, reset: bool = False, xray: str = ""
    ) -> list[str]:
        """Return END and REPORT.

        In text format the status is written only when the invocation took the environment with
        it (`reset`: timeout, exit, out of memory, failed init); an exception of the handler is in
        the function's own output. `xray` is the line that follows in the same event.
        """
        if self.log_format is LogFormat.TEXT:
            ending = _text_status(report.status, report.error_type) if reset else "\t"
            end = f"END RequestId: {report.request_id}\n"
            return [end, f"{report.text()}{ending}\n{xray}"]
        status = _json_status(report.status, report.error_type)
        level = LogLevel.INFO if report.status == Status.SUCCESS else LogLevel.WARN
        done_level = LogLevel.DEBUG if report.status == Status.SUCCESS else LogLevel.WARN
        duration = {"durationMs": round(report.duration_ms, 3)}
        done = {"requestId": report.request_id, **status, "metrics": duration}
        summary = {"requestId": report.request_id, "metrics": report.metrics(), **status}
        return [
            *self._json(at, "platform.runtimeDone", done, done_level),
            *self._json(at, "platform.report", summary, level),
        ]

    def _json(self, at: float, kind: str, record: Mapping[str, Any], level: LogLevel) -> list[str]:
        if not is_wanted(level, self.system_level):
            return []
        moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
        event = {"time": moment.replace("+00:00", "Z"), "type": kind, "record": record}
        return [json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n"]


def xray_line(trace_id: str, segment_id: str, *, sampled: bool = True) -> str:
    """Return the X-Ray line of a traced invocation; it belongs to the event of REPORT."""
    answer = "true" if sampled else "false"
    return f"XRAY TraceId: {trace_id}\tSegmentId: {segment_id}\tSampled: {answer}\t\n"


def group_name(function: str) -> str:
    """Return the log group a function writes to unless LoggingConfig names another."""
    return f"/aws/lambda/{function}"


def stream_name(at: float, version: str, environment: str) -> str:
    """Return an environment's log stream: day, version, and the environment as 32 hex digits."""
    return f"{datetime.fromtimestamp(at, UTC):%Y/%m/%d}/[{version}]{environment}"


def _text_status(status: str, error_type: str | None) -> str:
    kind = f"\tError Type: {error_type}" if status == Status.ERROR and error_type else ""
    return f"\tStatus: {status}{kind}"


def _json_status(status: str, error_type: str | None) -> dict[str, str]:
    kind = {"errorType": error_type} if status == Status.ERROR and error_type else {}
    return {"status": str(status), **kind}
