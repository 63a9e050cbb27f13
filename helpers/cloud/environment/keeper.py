"""The keeper: a tiny process that cleans up after a cloud that died.

A frozen process cannot notice that its parent is gone, so somebody else must. The keeper reads
lines from its standard input; at end of file it kills every process group and deletes every
folder it was told of and not told to forget:

    +1234 NAME=value    a process group started, with this among its variables
    -1234               it ended
    /a/folder           a folder to delete

A process can leave its group (setsid), but not what /proc shows of its variables, so a process
with the variable of a group is killed with it. Other systems than Linux show no variables; there,
a process that left its group outlives the cloud.

Standard library only, and it imports nothing of the kit: it is started by path.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

SWEEPS = 20


class Keeper:
    """The cloud's end of the pipe; starts the process, and starts it anew if somebody kills it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: dict[int, str] = {}
        self._folders: list[Path] = []
        self._closing = False
        self._process = self._start()
        threading.Thread(target=self._watch, name="keeper", daemon=True).start()

    @property
    def pid(self) -> int:
        """The keeper's process id."""
        return self._process.pid

    def adopt(self, group: int, mark: str) -> None:
        """Kill this process group, and who else has the variable `mark`, if the cloud dies."""
        with self._lock:
            self._groups[group] = mark
            self._tell(f"+{group} {mark}")

    def release(self, group: int) -> None:
        """The group has ended; its number may soon belong to a stranger."""
        with self._lock:
            self._groups.pop(group, None)
            self._tell(f"-{group}")

    def inherit(self, folder: Path) -> None:
        """Delete this folder if the cloud dies."""
        with self._lock:
            self._folders.append(folder)
            self._tell(str(folder))

    def close(self) -> None:
        """End the keeper; it kills and deletes what is left."""
        with self._lock:
            self._closing = True
            process = self._process
        with contextlib.suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            bufsize=0,
        )

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # a killed keeper is replaced by _watch, with all lines
            self._process.stdin.write(line.encode() + b"\n")

    def _watch(self) -> None:
        while True:
            self._process.wait()
            with self._lock:
                if self._closing:
                    return
                self._process = self._start()
                for folder in self._folders:
                    self._tell(str(folder))
                for group, mark in self._groups.items():
                    self._tell(f"+{group} {mark}")


def end_group(group: int) -> None:
    """Kill a process group at once; nobody may be left to kill."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    else:
        command = ["taskkill", "/F", "/T", "/PID", str(group)]
        subprocess.run(command, check=False, capture_output=True)


def end_marked(marks: Iterable[str]) -> None:
    """Kill every process that started with one of these variables (NAME=value)."""
    wanted = {mark.encode() for mark in marks if "=" in mark}
    for _ in range(SWEEPS):  # a process may fork while it is looked for
        found = [pid for pid in living_processes() if not wanted.isdisjoint(variables_of(pid))]
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def living_processes() -> Iterator[int]:
    """Yield the ids of all processes; none where the system has no /proc."""
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):  # noqa: PTH208 - half the cost of Path.iterdir
            if name.isdigit():
                yield int(name)


def variables_of(pid: int) -> list[bytes]:
    """Return the variables that a process started with; none of a process of somebody else."""
    try:
        descriptor = os.open(f"/proc/{pid}/environ", os.O_RDONLY)
    except OSError:
        return []
    with contextlib.suppress(OSError), open(descriptor, "rb") as file:  # noqa: PTH123
        return file.read().split(b"\0")
    return []


def main() -> None:
    """Read lines until the cloud is gone, then clean up."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    groups: dict[int, str] = {}
    folders: list[str] = []
    for raw in sys.stdin.buffer:
        line = raw.decode().rstrip("\n")
        if line.startswith("+"):
            group, _, mark = line[1:].partition(" ")
            groups[int(group)] = mark
        elif line.startswith("-"):
            groups.pop(int(line[1:]), None)
        else:
            folders.append(line)
    for group in groups:
        end_group(group)
    end_marked(groups.values())
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
