"""Waiting for one call of AWS that cannot be interrupted, so that Cancel works all the same."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from helpers.consoles.work import Task

GLANCE_S = 0.1
Value = TypeVar("Value")


def awaited(task: Task, call: Callable[[], Value], *, at_most_s: float, what: str) -> Value:
    """Return what `call` returns; raises what it raises, and Cancelled once Cancel was pressed.

    The bar shows how much of `at_most_s` has gone. After Cancel the call ends by itself.
    """
    done: queue.SimpleQueue[tuple[Value | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((call(), None))
        except Exception as error:  # raised again where somebody waits
            done.put((None, error))

    threading.Thread(target=run, name="coldstart-call", daemon=True).start()
    began = time.monotonic()
    while True:
        try:
            value, error = done.get(timeout=GLANCE_S)
        except queue.Empty:
            spent = time.monotonic() - began
            task.report(min(spent / at_most_s, 1.0), f"{what}: {spent:.0f} s")
            continue
        if error is not None:
            raise error
        return value  # type: ignore[return-value]


def watched(
    task: Task, look: Callable[[], Value], settled: Callable[[Value], bool], *, at_most_s: float
) -> Value:
    """Look again and again until what is seen is settled, or the time is over; return it."""
    began = time.monotonic()
    while True:
        seen = look()
        spent = time.monotonic() - began
        if settled(seen) or spent > at_most_s:
            return seen
        task.report(spent / at_most_s, "what becomes of it")
        time.sleep(GLANCE_S)
