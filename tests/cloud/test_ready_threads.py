"""Threads that stand ready: each piece of work at once, on a thread that serves again."""

from __future__ import annotations

import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers.cloud.ready_threads import ReadyThreads
from tests.waiting import until

SOON_S = 20.0


def threads_named(name: str) -> int:
    """Return how many living threads have this name."""
    return sum(1 for thread in threading.enumerate() if thread.name == name)


def test_work_runs_on_a_thread_of_its_own_under_its_name():
    """Whoever hands it over goes on, while it runs."""
    threads, go_on, done = ReadyThreads(), threading.Event(), threading.Event()
    names: list[str] = []

    def work() -> None:
        names.append(threading.current_thread().name)
        go_on.wait(SOON_S)
        done.set()

    threads.run(work, "event-1")
    go_on.set()

    assert done.wait(SOON_S)
    assert ["event-1"] == names


def test_a_thread_that_is_done_takes_the_next_work():
    """Ten pieces, one after the other, need no second thread."""
    threads, idents = ReadyThreads(), set[int]()
    for _ in range(10):
        done = threading.Event()

        def work(done: threading.Event = done) -> None:
            idents.add(threading.get_ident())
            done.set()

        threads.run(work, "one")
        assert done.wait(SOON_S)
        until(lambda: threads._ready)

    assert 1 == len(idents)


def test_work_never_waits_for_other_work():
    """Thirty pieces that wait for one another all run together."""
    threads, together = ReadyThreads(), threading.Barrier(31)

    for number in range(30):
        threads.run(lambda: together.wait(SOON_S), f"of-thirty-{number}")

    together.wait(SOON_S)


def test_many_who_hand_over_short_work_get_each_piece_done():
    """Work is over, and its thread has more, before whoever brought it has heard that it began."""
    threads, done = ReadyThreads(), threading.Semaphore(0)

    def bring(_: int) -> None:
        for _ in range(200):
            threads.run(done.release, "short")

    with ThreadPoolExecutor(16) as bringers:
        list(bringers.map(bring, range(16)))

    assert all(done.acquire(timeout=SOON_S) for _ in range(16 * 200))


def test_a_fault_costs_neither_the_thread_nor_the_next_work(capfd: pytest.CaptureFixture[str]):
    """It is printed, and the same thread serves again."""
    threads, done = ReadyThreads(), threading.Event()

    def fail() -> None:
        raise ValueError("no such event")

    threads.run(fail, "failing")
    until(lambda: threads._ready)
    threads.run(done.set, "next")

    assert done.wait(SOON_S)
    assert "no such event" in capfd.readouterr().err


def test_an_idle_thread_ends_and_work_that_comes_meanwhile_is_not_lost():
    """Threads that end at once, while work keeps coming: each piece runs."""
    threads, done = ReadyThreads(idle_s=0.001), threading.Semaphore(0)

    for _ in range(200):
        threads.run(done.release, "short-lived")
        time.sleep(0.001)  # about as long as a thread waits: either may be first

    assert all(done.acquire(timeout=SOON_S) for _ in range(200))
    until(lambda: not threads._ready)
    assert 0 == threads_named("short-lived")


def test_what_was_run_is_let_go():
    """A thread that stands ready keeps no event alive."""
    threads, one = ReadyThreads(), _Event()
    left = weakref.ref(one)
    threads.run(one.happen, "kept")
    del one
    until(lambda: threads._ready)

    assert left() is None


class _Event:
    def happen(self) -> None:
        """Happen."""
