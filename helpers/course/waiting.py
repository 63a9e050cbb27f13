"""Waiting for a condition instead of for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

STEP_S = 0.05
SWIFT_S = 0.5
"""A look takes milliseconds, or as long as this in a room full of learners."""


def first_true(condition: Callable[[], Any], timeout_s: float) -> Any:
    """Return the condition's first true value, or its last false one when time is up.

    The looks themselves do not count, unless they are slow: where a busy machine answers ten times
    later, what is waited for gets ten times as long. So a right answer passes in a full room.
    """
    waited_s = 0.0
    while True:
        began = time.monotonic()
        value = condition()
        waited_s += max(0.0, time.monotonic() - began - SWIFT_S)
        if value or waited_s >= timeout_s:
            return value
        time.sleep(STEP_S)
        waited_s += STEP_S
