"""What is told of one environment: its log and its records, always both, always in step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from helpers.cloud import records
from helpers.cloud.billing import billed_ms
from helpers.cloud.environment.ending import Ending, Restored
from helpers.cloud.environment.extensions import Extensions
from helpers.cloud.environment.journal import Journal
from helpers.cloud.governor import MemoryWatch
from helpers.cloud.logs import Report, Status, xray_line
from helpers.cloud.model import FunctionVersion, Invocation, InvocationResult
from helpers.cloud.records import Recorder

MAX_CAUSE = 16_384
"""What of an error is told for its trace; a segment holds 64 KB at most."""


class Chronicle:
    """Writes the log lines and the records of one environment; lives as long as it."""

    def __init__(
        self, function: FunctionVersion, environment: str, journal: Journal, recorder: Recorder
    ) -> None:
        self.journal = journal
        self._function = function
        self._environment = environment
        self._recorder = recorder
        self._silent = False

    def fall_silent(self) -> None:
        """Tell nothing any more: a new account has begun, and this is not its history."""
        self._silent = True
        self.journal.abandon()

    def begin(self, invocation: Invocation) -> None:
        """Tell that an event is handed to the runtime."""
        self.journal.started(invocation.request_id)
        self.record(
            records.InvocationStarted,
            request_id=invocation.request_id,
            qualifier=invocation.invoked_arn.removeprefix(self._function.arn).lstrip(":"),
        )

    def finish(
        self,
        invocation: Invocation,
        ending: Ending,
        memory: MemoryWatch,
        before: Ending | Restored | None,
    ) -> InvocationResult:
        """Tell how an invocation ended; return what its caller gets.

        `before` is the init or the restore that came first, if one did.
        """
        fault = ending.fault
        restored = before if isinstance(before, Restored) else None
        init_ms = before.duration_ms if isinstance(before, Ending) else None
        billed_before_ms = restored.billed_ms if restored else init_ms
        report = Report(
            request_id=invocation.request_id,
            duration_ms=round(ending.duration_ms, 2),
            billed_ms=billed_ms(ending.duration_ms, billed_before_ms),
            memory_mb=self._function.memory_mb,
            max_memory_mb=memory.used_mb,
            init_ms=None if init_ms is None else round(init_ms, 2),
            status=fault.status if fault else Status.SUCCESS,
            error_type=fault.error_type if fault else None,
            restore_ms=round(restored.duration_ms, 2) if restored else None,
            billed_restore_ms=billed_ms(restored.billed_ms) if restored else None,
        )
        if fault is not None and invocation.function.traced:
            self.record(
                records.InvocationFault,
                request_id=invocation.request_id,
                payload=fault.payload.decode(errors="replace")[:MAX_CAUSE],
                cause=fault.cause if len(fault.cause) <= MAX_CAUSE else "",
            )
        reset = fault is not None and not fault.from_runtime
        logged = replace(report, error_type=fault.logged_type) if fault else report
        self.journal.finished(logged, reset=reset, xray=_xray_line(invocation))
        self.record(
            records.InvocationFinished,
            request_id=invocation.request_id,
            status=report.status,
            error_type=report.error_type,
            duration_ms=report.duration_ms,
            billed_ms=report.billed_ms,
            init_ms=report.init_ms,
            memory_mb=report.memory_mb,
            max_memory_mb=report.max_memory_mb,
            restore_ms=report.restore_ms,
            billed_restore_ms=report.billed_restore_ms,
        )
        return ending.result(self.journal.invocation_lines())

    def note_init(self, ending: Ending, *, phase: str) -> None:
        """Tell how init ended, in its own phase or inside an invocation."""
        fault = ending.fault
        status = fault.status if fault else Status.SUCCESS
        error_type = fault.error_type if fault and status is Status.ERROR else None
        logged_type = fault.logged_type if fault else None
        self.journal.init_ended(
            ending.duration_ms, phase=phase, status=status, error_type=logged_type
        )
        self.record(
            records.EnvironmentInit,
            phase=phase,
            status=status,
            duration_ms=round(ending.duration_ms, 2),
            error_type=error_type,
        )

    def note_restore(self, restored: Restored, snapshot: str) -> None:
        """Tell how the restore from a snapshot ended."""
        fault = restored.fault
        status = fault.status if fault else Status.SUCCESS
        error_type = fault.error_type if fault and status is Status.ERROR else None
        logged_type = fault.logged_type if fault else None
        self.journal.restore_ended(restored.duration_ms, status=status, error_type=logged_type)
        self.record(
            records.EnvironmentRestored,
            snapshot=snapshot,
            status=status,
            duration_ms=round(restored.duration_ms, 2),
            billed_ms=billed_ms(restored.billed_ms),
            error_type=error_type,
        )

    def tell_of_extensions(self, extensions: Extensions | None) -> None:
        """Write a line for each extension."""
        for extension in extensions.every if extensions is not None else ():
            self.journal.extension(extension.name, extension.state, extension.events)

    def record(self, kind: type[records.EnvironmentRecord], **facts: Any) -> None:
        """Add a record of this environment."""
        if self._silent:
            return
        function = self._function
        self._recorder.add(
            kind(
                function=function.name,
                version=function.version,
                environment=self._environment,
                region=function.region,
                **facts,
            )
        )

    def record_snapshot(self, kind: type[records.SnapshotRecord], **facts: Any) -> None:
        """Add a record of the snapshot that this is the log of."""
        if self._silent:
            return
        function = self._function
        self._recorder.add(
            kind(
                function=function.name,
                version=function.version,
                snapshot=self._environment,
                **facts,
            )
        )


def _xray_line(invocation: Invocation) -> str:
    """Return the line that a traced invocation's report ends with."""
    if not invocation.function.traced:
        return ""
    fields = dict(field.partition("=")[::2] for field in invocation.trace_id.split(";"))
    if fields.get("Sampled") != "1":
        return ""
    return xray_line(fields.get("Root", ""), fields.get("Parent", ""))
