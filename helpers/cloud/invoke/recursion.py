"""Whether a function may go on in a loop: RecursiveLoop, and the stop after 16 runs in a chain.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html.
"""

from __future__ import annotations

from enum import StrEnum

from helpers.cloud import records
from helpers.cloud.errors import RecursiveInvocationException
from helpers.cloud.invoke.lineage import MAX_RUNS, Trace
from helpers.cloud.model import FunctionVersion
from helpers.cloud.records import Recorder
from helpers.cloud.registry import Key, Registry


class RecursiveLoop(StrEnum):
    """What Lambda does with a loop."""

    TERMINATE = "Terminate"
    ALLOW = "Allow"


class RecursionGuard:
    """Every function's RecursiveLoop, and its effect; lives with the cloud."""

    def __init__(self, registry: Registry, recorder: Recorder) -> None:
        self._allowed: set[Key] = set()
        self._registry = registry
        self._recorder = recorder
        registry.subscribe(self._on_change)

    def get(self, key: Key) -> RecursiveLoop:
        """Return a function's setting."""
        return RecursiveLoop.ALLOW if key in self._allowed else RecursiveLoop.TERMINATE

    def put(self, key: Key, wanted: RecursiveLoop) -> None:
        """Change a function's setting."""
        if wanted is RecursiveLoop.ALLOW:
            self._allowed.add(key)
        else:
            self._allowed.discard(key)

    def clear(self) -> None:
        """Forget every setting."""
        self._allowed.clear()

    def check(self, function: FunctionVersion, trace: Trace, request_id: str) -> None:
        """Raise AWS's error when this chain has run the function often enough."""
        if function.key in self._allowed or trace.runs(function.arn) < MAX_RUNS:
            return
        self._recorder.add(
            records.RecursionStopped(
                function=function.name,
                version=function.version,
                request_id=request_id,
                runs=trace.runs(function.arn),
                region=function.region,
            )
        )
        raise RecursiveInvocationException(
            "Lambda has detected a recursive loop and stopped the invocation of function "
            f"{function.arn}."
        )

    def _on_change(self, key: Key) -> None:
        if self._registry.get(key) is None:
            self._allowed.discard(key)
