"""The log of one environment: system lines and printed lines, in order, in one log stream.

Source: docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html and
monitoring-cloudwatchlogs-log-level.html (formats, levels).
"""

from __future__ import annotations

from collections.abc import Sequence

from helpers.cloud.clock import Clock
from helpers.cloud.environment.output import Output
from helpers.cloud.logs import (
    LogLevel,
    PlatformLog,
    Report,
    RuntimeVersion,
    Status,
    is_wanted,
    stream_name,
)
from helpers.cloud.model import FunctionVersion, LogFormat
from helpers.cloud.ports import FunctionLog, LogEvent


class Journal:
    """Collects the lines of one environment and hands them on when an invocation has ended."""

    def __init__(
        self,
        function: FunctionVersion,
        environment: str,
        *,
        clock: Clock,
        sink: FunctionLog,
        initialization_type: str = "on-demand",
    ) -> None:
        self.stream = stream_name(clock.now(), function.version, environment)
        self._function = function
        self._clock = clock
        self._sink = sink
        self._events: list[LogEvent] = []
        self._abandoned = False
        self._invocation: list[str] = []
        logging = function.logging
        self._application_level = LogLevel.named(logging.application_level or "")
        self._platform = PlatformLog(
            function=function.name,
            function_arn=function.arn,
            version=function.version,
            stream=self.stream,
            memory_mb=function.memory_mb,
            runtime_version=RuntimeVersion.of(function.runtime, function.region),
            log_format=logging.log_format,
            system_level=LogLevel.named(logging.system_level or "") or LogLevel.INFO,
            initialization_type=initialization_type,
        )

    def printed(self, outputs: list[Output]) -> None:
        """Take what the process printed, as far as the application log level lets it through."""
        json = self._function.logging.log_format is LogFormat.JSON
        threshold = self._application_level if json else None
        self._add(
            [
                output.text
                for output in outputs
                if threshold is None or is_wanted(output.level, threshold)
            ]
        )

    def init_started(self) -> None:
        """Write INIT_START."""
        self._add(self._platform.init_start(self._clock.now()))

    def init_ended(
        self, duration_ms: float, *, phase: str, status: Status, error_type: str | None
    ) -> None:
        """Write INIT_REPORT, which text format keeps for failures."""
        self._add(
            self._platform.init_report(
                self._clock.now(), duration_ms, phase=phase, status=status, error_type=error_type
            )
        )

    def restore_started(self) -> None:
        """Write RESTORE_START."""
        self._add(self._platform.restore_start(self._clock.now()))

    def restore_ended(self, duration_ms: float, *, status: Status, error_type: str | None) -> None:
        """Write RESTORE_REPORT."""
        self._add(
            self._platform.restore_report(
                self._clock.now(), duration_ms, status=status, error_type=error_type
            )
        )

    def extension(self, name: str, state: str, events: Sequence[str]) -> None:
        """Write EXTENSION: what became of an extension in init."""
        self._add(self._platform.extension(self._clock.now(), name, state, events))

    def started(self, request_id: str) -> None:
        """Write START; what follows belongs to this invocation."""
        self._invocation = []
        self._add(self._platform.start(self._clock.now(), request_id))

    def finished(self, report: Report, *, reset: bool, xray: str = "") -> None:
        """Write END and REPORT, and hand everything to the log group."""
        self._add(self._platform.report(self._clock.now(), report, reset=reset, xray=xray))
        self.hand_on()

    def abandon(self) -> None:
        """Hand on nothing any more: the account whose log this was is gone."""
        self._abandoned = True

    def hand_on(self) -> None:
        """Send what was collected to the log stream."""
        events, self._events = self._events, []
        if events and not self._abandoned:
            self._sink.put(self._function, self.stream, events)

    def invocation_lines(self) -> Sequence[str]:
        """Return the lines since START, for LogResult."""
        return self._invocation

    def _add(self, lines: Sequence[str]) -> None:
        timestamp_ms = int(self._clock.now() * 1000)
        self._invocation.extend(lines)
        self._events.extend(LogEvent(timestamp_ms, line) for line in lines)
