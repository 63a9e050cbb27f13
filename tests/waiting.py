"""Waiting for what a test expects: on a condition, never by the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 60.0
"""Far more than anything takes here, even on a machine with much else to do."""


def until(
    condition: Callable[[], Any],
    within_s: float = PATIENCE_S,
    *,
    said: Callable[[], str] = lambda: "it did not come to that",
) -> Any:
    """Wait until a condition holds; return what it said. `said` tells why not, if it does not."""
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, said()
        time.sleep(0.01)
    return found
