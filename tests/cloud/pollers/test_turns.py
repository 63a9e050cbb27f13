"""Whoever calls the thread of a mapping lets it have its turn, and is not held up by it."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from helpers.cloud.pollers import thread as thread_module
from helpers.cloud.pollers.thread import PollerThread
from tests.waiting import PATIENCE_S, until


class Looks:
    """Counts its turns; each lasts until `go_on`."""

    def __init__(self) -> None:
        self.begun = self.ended = 0
        self.go_on = threading.Event()
        self.go_on.set()

    def step(self) -> float | None:
        """Look, and sleep until a bell rings."""
        self.begun += 1
        self.go_on.wait(PATIENCE_S)
        self.ended += 1
        return None


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let callers wait longer than any machine needs for a turn."""
    monkeypatch.setattr(thread_module, "TURN_S", PATIENCE_S)


def started(looks: Looks) -> PollerThread:
    """Return the thread of a mapping, asleep after its first look."""
    courier: Any = SimpleNamespace(mapping=SimpleNamespace(uuid="0f2e3d4c-5b6a"))
    poller = PollerThread(courier)
    poller.start(looks, lambda _ring: lambda: None)
    until(poller._asleep.is_set)
    return poller


@pytest.mark.usefixtures("patient")
def test_a_caller_goes_on_when_the_thread_that_slept_has_looked():
    """Whoever brings a message is not in the way of whoever waits for it."""
    looks = Looks()
    poller = started(looks)
    for turn in range(2, 30):
        poller.call()
        assert turn <= looks.ended
        until(poller._asleep.is_set)
    poller.stop()


@pytest.mark.usefixtures("patient")
def test_a_caller_does_not_wait_for_a_thread_that_is_at_work():
    """It looks once more when it has done what it does, and nobody waits for that."""
    looks = Looks()
    poller = started(looks)
    looks.go_on.clear()
    poller.ring()
    until(lambda: 2 == looks.begun)
    poller.call()
    assert (2, 1) == (looks.begun, looks.ended)

    looks.go_on.set()
    until(lambda: looks.ended >= 3)
    poller.stop()


def test_a_caller_does_not_wait_long_for_a_thread_that_hangs():
    """A turn that lasts holds no writer up."""
    looks = Looks()
    poller = started(looks)
    looks.go_on.clear()
    poller.call()
    assert looks.ended < 2

    looks.go_on.set()
    until(lambda: looks.ended >= 2)
    poller.stop()
