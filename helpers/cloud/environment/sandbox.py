"""The processes of an environment that has extensions: several groups, driven as one.

Each extension is a process group of its own beside the runtime's: it is started before, and must
be seen to crash; all are stopped, continued, measured and killed together.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-extensions.html.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence

from helpers.cloud.environment.processes import Command, ProcessGroup


class Sandbox(ProcessGroup):
    """The runtime's process group and those of the extensions, driven as one."""

    def __init__(self, command: Command, others: Sequence[ProcessGroup]) -> None:
        self._others = others
        super().__init__(command)
        super().stop()  # extensions come first: the runtime waits until they have registered

    @property
    def marks(self) -> list[tuple[int, str]]:
        """Each group and the variable its processes are known by."""
        return [*super().marks, *(mark for group in self._others for mark in group.marks)]

    def start_runtime(self) -> None:
        """Let the runtime begin."""
        super().resume()

    def end_runtime(self) -> None:
        """Kill the runtime's own group; the extensions go on."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Stop every process of every group."""
        super().stop()
        for group in self._others:
            group.stop()

    def resume(self) -> None:
        """Let every process of every group go on."""
        for group in self._others:
            group.resume()
        super().resume()

    def slay(self) -> None:
        """Send the kill to every process of every group."""
        super().slay()
        for group in self._others:
            group.slay()

    def bury(self) -> None:
        """Kill and reap every group."""
        super().bury()
        for group in self._others:
            group.bury()

    def resident_bytes(self) -> int:
        """Return the resident memory of all groups: extensions share the function's."""
        return super().resident_bytes() + sum(group.resident_bytes() for group in self._others)

    def peak_bytes(self) -> int:
        """Return the highest resident memory of all groups."""
        return super().peak_bytes() + sum(group.peak_bytes() for group in self._others)

    def cpu_s(self) -> float:
        """Return the processor seconds of all groups."""
        return super().cpu_s() + sum(group.cpu_s() for group in self._others)

    def pids(self) -> list[int]:
        """Return the process ids of all groups."""
        return [*super().pids(), *(pid for group in self._others for pid in group.pids())]
