"""A clock and timers that a test moves by hand."""

from __future__ import annotations

from collections.abc import Callable

from helpers.cloud.clock import Clock


class HandClock(Clock):
    """A clock whose steady seconds are set by hand."""

    seconds = 0.0

    def steady(self) -> float:
        """Return what was set."""
        return self.seconds


class HandTimers:
    """Timers that run, in their order, when the test says so."""

    def __init__(self) -> None:
        """Wait for nothing yet."""
        self.actions: list[tuple[float, Callable[[], None]]] = []

    def after(self, wait_s: float, action: Callable[[], None]) -> None:
        """Keep an action until `fire`."""
        self.actions.append((wait_s, action))

    def fire(self) -> None:
        """Run what was kept."""
        actions, self.actions = self.actions, []
        for _, action in actions:
            action()
