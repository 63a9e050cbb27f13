"""The watch and the kill, while processes come and go."""

from __future__ import annotations

import queue
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from tools.grade.limits import Limits, Watch, _is_alive, kill_tree

SLEEPS = [sys.executable, "-c", "import time\ntime.sleep(600)"]


def fails_first(call: Callable[..., Any]) -> Callable[..., Any]:
    """Let the first call meet a process that ends while it is read."""
    calls: list[int] = []

    def called(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise IndexError("list index out of range")
        return call(*arguments, **named)

    return called


def test_a_process_that_ends_while_it_is_read_ends_neither_watch_nor_kill(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Anybody's process may: the limits hold all the same, and what is to be killed is."""
    with subprocess.Popen(
        [sys.executable, "-c", f"import subprocess\nsubprocess.run({SLEEPS!r})"]
    ) as process:
        children = psutil.Process.children
        monkeypatch.setattr(psutil.Process, "children", fails_first(children))
        excess: queue.Queue[str] = queue.Queue()
        watch = Watch(Limits(desk_processes=0), lambda: process.pid, lambda e, _: excess.put(e))
        assert "1 processes at once; 0 are allowed" == excess.get(timeout=60)
        watch.stop()
        below = children(psutil.Process(process.pid))
        monkeypatch.setattr(psutil.Process, "children", fails_first(children))
        kill_tree(process.pid)
    assert 1 == len(below)
    assert not any(map(_is_alive, below))
