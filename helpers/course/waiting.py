"""Waiting for a condition instead of for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

STEP_S = 0.05


def first_true(condition: Callable[[], Any], timeout_s: float) -> Any:
    """Return the condition's first true value, or its last false one when time is up."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value or time.monotonic() >= deadline:
            return value
        time.sleep(STEP_S)
