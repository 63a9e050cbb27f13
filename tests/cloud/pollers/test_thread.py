"""The thread of a mapping: bells wake it, faults do not end it, stopping does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from helpers.cloud.pollers.thread import PollerThread


class Told:
    """Stands for a courier: it keeps what it is told."""

    def __init__(self) -> None:
        self.mapping = type("Mapping", (), {"uuid": "0123456789"})()
        self.results: list[str] = []

    def report(self, result: str) -> None:
        self.results.append(result)


class Work:
    """Counts its steps; fails as often as it is asked to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.steps = threading.Semaphore(0)

    def step(self) -> float | None:
        self.steps.release()
        if self.failures:
            self.failures -= 1
            raise OSError("no such luck")
        return None

    def waits_for_a_step(self) -> bool:
        return self.steps.acquire(timeout=10)


@pytest.fixture
def started() -> Any:
    """Start threads, and stop them in the end."""
    threads: list[PollerThread] = []

    def start(work: Work, told: Told) -> PollerThread:
        thread = PollerThread(told)  # type: ignore[arg-type]
        thread.start(work, lambda ring: lambda: None)
        threads.append(thread)
        return thread

    yield start
    for thread in threads:
        thread.stop()


def test_a_bell_is_one_more_step(started: Callable[..., PollerThread]):
    """Without bells nothing happens; each one is heard."""
    work = Work()
    thread = started(work, Told())
    assert work.waits_for_a_step()
    assert not work.steps.acquire(timeout=0.05)
    thread.ring()
    assert work.waits_for_a_step()


def test_a_fault_is_told_and_the_work_goes_on(
    started: Callable[..., PollerThread], capfd: pytest.CaptureFixture[str]
):
    """The thread survives, and tries again after a while without any bell."""
    work, told = Work(failures=2), Told()
    started(work, told)

    assert all(work.waits_for_a_step() for _ in range(3))
    assert ["PROBLEM: OSError: no such luck"] * 2 == told.results
    assert "no such luck" in capfd.readouterr().err


def test_a_stopped_thread_ends_its_watch(started: Callable[..., PollerThread]):
    """Neither bells nor sleepers hold it."""
    ended = threading.Event()
    thread = PollerThread(Told())  # type: ignore[arg-type]
    thread.start(Work(), lambda ring: ended.set)
    thread.stop()

    assert ended.is_set()
    assert thread.stopped
    assert not thread.sleep(60)
