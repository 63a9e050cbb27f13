"""A room: learners who arrive, work at the same time, and leave nothing behind.

They share this process's event loop, on a thread of its own; the calling thread looks at their
memory, tells how it goes, and takes Ctrl-C, after which every kernel is ended and waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import psutil

from tools.learners.footprint import MB, families, measure
from tools.learners.learner import Learner

if TYPE_CHECKING:
    from nbformat import NotebookNode

LOOK_EVERY_S = 2.0
TELL_EVERY_S = 10.0
GONE_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Who comes when: `learners` within so many seconds, drawn with `seed`; 0 is all at once.

    `cores` pins the room, this process included, to so many processors; 0 is all there are.
    """

    learners: int
    within_s: float = 60.0
    seed: int = 1
    cores: int = 0

    def arrivals(self) -> list[float]:
        """Return when each arrives, the first at 0."""
        drawn = random.Random(self.seed)
        times = sorted(drawn.uniform(0, self.within_s) for _ in range(self.learners))
        return [moment - times[0] for moment in times]


@dataclass
class Outcome:
    """How a room went: its learners, and what it took of the machine."""

    learners: list[Learner]
    wall_s: float = 0.0
    fullest_mb: float = 0.0
    taken_mb: float = 0.0
    left_behind: list[str] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        """What went wrong, with the learner's number, and what was left behind."""
        own = [f"learner {who.number}: {what}" for who in self.learners for what in who.failures]
        return own + [f"left behind: {what}" for what in self.left_behind]


class Room:
    """One room, used once."""

    def __init__(self, notebook: NotebookNode, plan: Plan, *, tell: TextIO | None = None) -> None:
        self._notebook = notebook
        self._plan = plan
        self._tell_to = tell or sys.stderr
        self._seen: set[psutil.Process] = set()
        self._told: set[str] = set()

    def run(self) -> Outcome:
        """Let everybody in, wait until the last has left, and look what is left behind."""
        with (
            tempfile.TemporaryDirectory(prefix="coldstart-room-", ignore_cleanup_errors=True) as at,
            _changed(os.environ, "JUPYTER_RUNTIME_DIR", str(Path(at, "runtime"))),
            _pinned(self._plan.cores),
        ):
            outcome = Outcome(
                [
                    Learner(number, arrives_s, Path(at, f"learner-{number}"))
                    for number, arrives_s in enumerate(self._plan.arrivals(), start=1)
                ]
            )
            self._fill(outcome)
            outcome.left_behind = self._left_behind()
        self._tell_failures(outcome)
        return outcome

    def _fill(self, outcome: Outcome) -> None:
        loop = asyncio.new_event_loop()
        everybody: asyncio.Future[list[BaseException | None]] | None = None

        async def work() -> None:
            nonlocal everybody
            # when cancelled, it waits for all of them: each ends its kernel
            everybody = asyncio.gather(
                *(who.go_through(self._notebook) for who in outcome.learners),
                return_exceptions=True,
            )
            await everybody

        # not the thread's own join: one that is interrupted takes the thread for ended
        ended = threading.Event()
        thread = threading.Thread(target=_run, args=(loop, work, ended), name="learners")
        began = time.monotonic()
        free_mb = psutil.virtual_memory().available / MB
        thread.start()
        try:
            self._watch(outcome, ended, free_mb)
        finally:
            if not ended.is_set() and everybody is not None:
                for who in outcome.learners:
                    who.hurry()
                loop.call_soon_threadsafe(everybody.cancel)
            ended.wait()
            outcome.wall_s = time.monotonic() - began

    def _watch(self, outcome: Outcome, ended: threading.Event, free_mb: float) -> None:
        began = told = time.monotonic()
        while not ended.is_set():
            at_work = {who.kernel: who for who in outcome.learners if who.kernel is not None}
            total_mb = 0.0
            for pid, family in families(at_work).items():
                self._seen.update(family)
                footprint = measure(family)
                at_work[pid].look(footprint)
                total_mb += footprint.total_mb
            outcome.fullest_mb = max(outcome.fullest_mb, total_mb)
            now_free_mb = psutil.virtual_memory().available / MB
            outcome.taken_mb = max(outcome.taken_mb, free_mb - now_free_mb)
            self._tell_failures(outcome)
            if time.monotonic() - told >= TELL_EVERY_S:
                told = time.monotonic()
                self._tell(outcome, told - began, total_mb)
            ended.wait(LOOK_EVERY_S)

    def _tell(self, outcome: Outcome, elapsed_s: float, total_mb: float) -> None:
        learners = outcome.learners
        done = sum(who.is_done for who in learners)
        at_work = sum(who.kernel is not None for who in learners)
        print(
            f"{elapsed_s:5.0f} s: {at_work} of {len(learners)} at work, {done} done, "
            f"{len(outcome.failures)} failures, {total_mb / 1000:.1f} GB",
            file=self._tell_to,
            flush=True,
        )

    def _tell_failures(self, outcome: Outcome) -> None:
        """Say what has gone wrong since the last look, at once: a room lasts minutes."""
        for failure in outcome.failures:
            if failure not in self._told:
                print(failure, file=self._tell_to, flush=True)
        self._told.update(outcome.failures)

    def _left_behind(self) -> list[str]:
        """Return the processes that outlived their learner, after ending them."""
        until = time.monotonic() + GONE_WITHIN_S
        while (alive := [p for p in self._seen if _lives(p)]) and time.monotonic() < until:
            time.sleep(0.1)
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        return [f"process {process.pid}" for process in alive]


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def _run(
    loop: asyncio.AbstractEventLoop,
    work: Callable[[], Coroutine[None, None, None]],
    ended: threading.Event,
) -> None:
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda *_: None)  # nbclient's watchers, when it is stopped half-way
    try:
        loop.run_until_complete(work())
    except asyncio.CancelledError:
        pass
    finally:
        loop.close()
        ended.set()


@contextmanager
def _changed(variables: Mapping[str, str], name: str, value: str) -> Iterator[None]:
    before = variables.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextmanager
def _pinned(cores: int) -> Iterator[None]:
    """Use the first `cores` processors only, where the system lets a process choose."""
    if not cores or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
