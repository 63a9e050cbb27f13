"""Processes that left their environment's group: found, stopped with it, counted in its memory.

A handler's child can leave session, group and parent (a daemon); Lambda freezes it all the same,
for it freezes the whole environment. Here such a process is known by the environment's marking
variable, which /proc shows. The search runs beside the invocations, twice a second, and looks only
at processes that are new: a daemon may tick for that long before it is stopped for the first time.
Linux only; elsewhere a daemon goes on between events.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (invoke phase).
"""

from __future__ import annotations

import contextlib
import os
import threading

from helpers.cloud.clock import Timers
from helpers.cloud.environment.keeper import living_processes, variables_of
from helpers.cloud.environment.proc import HAS_PROC
from helpers.cloud.environment.processes import HAS_PIDFD, ProcessGroup

LOOK_EVERY_S = 0.5


class Strays:
    """Looks for processes that left the groups it watches; lives with the cloud."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self._lock = threading.Lock()
        self._groups: dict[bytes, ProcessGroup] = {}
        self._owned: dict[int, ProcessGroup] = {}
        self._seen: set[int] = set()
        if HAS_PROC and HAS_PIDFD:
            timers.after(LOOK_EVERY_S, self._look)

    def watch(self, group: ProcessGroup) -> None:
        """Look for processes with one of the group's marks, from now on."""
        with self._lock:
            self._groups.update({mark.encode(): group for _, mark in group.marks if mark})

    def forget(self, group: ProcessGroup) -> None:
        """The group has ended."""
        with self._lock:
            for _, mark in group.marks:
                self._groups.pop(mark.encode(), None)
            self._owned = {pid: owner for pid, owner in self._owned.items() if owner is not group}

    def _look(self) -> None:
        with contextlib.suppress(OSError):
            self._find(set(living_processes()))
        self._timers.after(LOOK_EVERY_S, self._look)

    def _find(self, living: set[int]) -> None:
        with self._lock:
            groups = dict(self._groups)
        found = {}
        for pid in living - self._seen if groups else ():
            marks = groups.keys() & set(variables_of(pid))
            if marks:
                found[pid] = groups[marks.pop()]
        self._seen = living
        with self._lock:
            owned = {**self._owned, **found}
            self._owned = {pid: group for pid, group in owned.items() if pid in living}
            owned = dict(self._owned)
        for pid, group in owned.items():
            with contextlib.suppress(ProcessLookupError):
                if os.getpgid(pid) not in {leader for leader, _ in group.marks}:
                    group.contain(pid)
