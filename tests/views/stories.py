"""Records as the account makes them, told in short: for tests of pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

FUNCTION = {"function": "place-order", "version": "$LATEST"}
MEMBERS: dict[str, dict[str, Any]] = {
    "environment.init": {
        "phase": "init",
        "status": "success",
        "duration_ms": 40.0,
        "error_type": None,
    },
    "environment.restored": {"status": "success", "duration_ms": 20.0, "billed_ms": 20},
    "environment.timed_out": {"timeout_s": 1.0},
    "environment.killed": {"reason": "exit"},
    "environment.reaped": {"reason": "idle"},
    "invocation.finished": {
        "status": "success",
        "error_type": None,
        "duration_ms": 8.0,
        "billed_ms": 9,
        "init_ms": None,
        "memory_mb": 512,
        "restore_ms": None,
    },
    "invocation.throttled": {"reason": "ConcurrentInvocationLimitExceeded"},
    "event.retried": {"attempts": 1, "wait_s": 60.0, "reason": "ValueError"},
    "event.dropped": {"attempts": 3, "reason": "RetriesExhausted"},
    "event.sent_on": {"condition": "Success", "target": "arn", "delivered": True, "reason": ""},
    "snapshot.made": {"status": "success", "duration_ms": 300.0},
}


def record(kind: str, environment: str | None = None, **members: Any) -> dict[str, Any]:
    """Return one record; members that its kind has are filled in."""
    place = {} if environment is None else {"environment": environment}
    return {"kind": kind, **FUNCTION, **place, **MEMBERS.get(kind, {}), **members}


def timed(
    records: Iterable[dict[str, Any]], *, start: float = 1.8e9, step: float = 0.1
) -> list[dict[str, Any]]:
    """Return records with sequence numbers and moments, evenly apart."""
    return [
        {"sequence": number + 1, "time": start + number * step, **each}
        for number, each in enumerate(records)
    ]


def cold(environment: str) -> list[dict[str, Any]]:
    """Return a cold start with one invocation."""
    return [
        record("environment.created", environment),
        record("environment.init", environment),
        record("invocation.started", environment),
        record("environment.frozen", environment),
        record("invocation.finished", environment, init_ms=40.0),
    ]


def warm(environment: str, **finished: Any) -> list[dict[str, Any]]:
    """Return one more invocation of a frozen environment."""
    return [
        record("environment.thawed", environment),
        record("invocation.started", environment),
        record("environment.frozen", environment),
        record("invocation.finished", environment, **finished),
    ]
