"""Records of invocations: what ran, what was refused, and what it logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpers.cloud.records.environments import EnvironmentRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationStarted(EnvironmentRecord):
    """An event was handed to the runtime; `qualifier` is what its caller named."""

    kind: ClassVar[str] = "invocation.started"
    request_id: str
    qualifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationFinished(EnvironmentRecord):
    """The invocation ended: what its REPORT line says, as numbers."""

    kind: ClassVar[str] = "invocation.finished"
    request_id: str
    status: str
    error_type: str | None
    duration_ms: float
    billed_ms: int
    init_ms: float | None
    memory_mb: int
    max_memory_mb: int
    restore_ms: float | None = None
    billed_restore_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationFault(EnvironmentRecord):
    """The error of a traced invocation: its payload, and the runtime's cause for X-Ray, as JSON."""

    kind: ClassVar[str] = "invocation.fault"
    request_id: str
    payload: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationThrottled:
    """An invocation was refused with 429; `reason` is AWS's Reason member."""

    kind: ClassVar[str] = "invocation.throttled"
    function: str
    version: str
    reason: str
    qualifier: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationSpilledOver:
    """Every provisioned environment was busy, so the event runs on demand."""

    kind: ClassVar[str] = "invocation.spilled_over"
    function: str
    version: str
    qualifier: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsWithheld:
    """A function's log lines went nowhere, because its role may not write them."""

    kind: ClassVar[str] = "logs.withheld"
    function: str
    version: str
    reason: str
