from __future__ import annotations

from typing import Any

from helpers.views.environments import environments_in


def record(kind: str, environment: str) -> dict[str, Any]:
    return {"kind": kind, "environment": environment, "version": "$LATEST", "function": "f"}


def test_each_environment_has_the_state_of_its_last_record():
    """Frozen, running and ended environments are told apart, numbered by creation."""
    table = environments_in(
        [
            record("environment.created", "e1"),
            record("environment.init", "e1"),
            record("invocation.started", "e1"),
            record("invocation.finished", "e1"),
            record("environment.frozen", "e1"),
            record("environment.created", "e2"),
            record("environment.killed", "e2"),
        ],
        function="f",
    )

    assert ["frozen", "ended: killed"] == [each.state for each in table.environments]
    assert [1, 0] == [each.invocations for each in table.environments]
    assert "#1  frozen · 1 invocation · version $LATEST" in repr(table)


def test_records_without_an_environment_are_no_environment():
    """Throttles and decisions do not count as environments."""
    table = environments_in([{"kind": "invocation.throttled", "function": "f"}], function="f")

    assert "f: 0 execution environments" == repr(table)
