"""One process of an environment and everything it says, driven by whoever waits for it.

The driver has no thread: the thread that serves an event runs `wait`, which looks at the Runtime
API, the output pipe, the exit, the memory and the processor share until something happens.
"""

from __future__ import annotations

import contextlib
import os
import selectors
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from helpers.cloud.clock import Clock
from helpers.cloud.environment import extensions as extensions_api
from helpers.cloud.environment.extensions import Extensions
from helpers.cloud.environment.output import Output, OutputDecoder
from helpers.cloud.environment.processes import HAS_SIGNALS, ProcessGroup
from helpers.cloud.environment.relay import OutputReader, open_output
from helpers.cloud.environment.runtime_api import RuntimeApi
from helpers.cloud.environment.runtime_calls import Event, Happening, RuntimeCalls
from helpers.cloud.environment.runtime_requests import Connection, Request
from helpers.cloud.environment.sandbox import Sandbox
from helpers.cloud.governor import MEMORY_SAMPLE_S, CpuShare, MemoryWatch
from helpers.cloud.model import Invocation

PIPE_BYTES = 262_144
SPINDOWN = "spindown"
RUNTIME_GRACE_S = 0.3
"""What of the shutdown phase's two seconds the runtime may use, beside external extensions."""
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """What ends or slows a wait: a deadline (steady seconds), memory, processor share."""

    deadline: float
    memory: MemoryWatch
    share: CpuShare | None = None


class Driver:
    """A runtime process from its start until it is buried; its output goes to `on_output`.

    `restores` says that the runtime may ask to be restored from a snapshot.
    """

    def __init__(
        self,
        clock: Clock,
        on_output: Callable[[list[Output]], None],
        *,
        restores: bool = False,
    ) -> None:
        self._clock = clock
        self._on_output = on_output
        self._selector = selectors.DefaultSelector()
        self.api = RuntimeApi(self._selector)
        self._decoder = OutputDecoder()
        self._output: OutputReader | None = None
        self._calls = RuntimeCalls(self.api, restores=restores)
        self.group: ProcessGroup | None = None
        self.extensions: Extensions | None = None
        self.on_alive: Callable[[int], None] = lambda pid: None

    def launch(self, start: Callable[[int], tuple[ProcessGroup, Extensions]]) -> ProcessGroup:
        """Start the extensions and the runtime; `start` takes the descriptor they print to."""
        reader, writer = open_output()
        try:
            self.group, self.extensions = start(writer)
        except BaseException:
            reader.close()
            raise
        finally:
            os.close(writer)
        self._output = reader
        for descriptor in extensions_api.exit_descriptors(self.extensions):
            self._selector.register(descriptor, selectors.EVENT_READ, "extension exit")
        self._selector.register(reader, selectors.EVENT_READ, "output")
        if self.group.exit_descriptor is not None:
            self._selector.register(self.group.exit_descriptor, selectors.EVENT_READ, "exit")
        return self.group

    def deliver(self, invocation: Invocation, headers: Mapping[str, str]) -> None:
        """Answer the runtime's waiting /next with an event."""
        assert self.extensions is not None
        self.extensions.invoke(headers, self.api)
        self._calls.deliver(invocation.request_id, headers, invocation.event, invocation.pieces)

    def wait(self, limits: Limits) -> Event:
        """Drive the process until something happens that the caller must act on."""
        assert self.group is not None
        started, used = self._clock.steady(), self.group.cpu_s() if limits.share else 0.0
        while True:
            now = self._clock.steady()
            if now >= limits.deadline:  # what was said in time counts, if only read now
                return self._turn(0.0) or Event(Happening.DEADLINE)
            pause_s = self._share(limits, used, now - started)
            event = self._turn(min(pause_s, limits.deadline - now))
            if event is not None:
                return event
            if self._extension_failed():
                return Event(Happening.EXTENSION)
            if limits.memory.due(self._clock.steady()):
                self.on_alive(self.group.pid)
                if limits.memory.exceeded(self.group.resident_bytes()):
                    return Event(Happening.MEMORY)
            if self.group.exit_descriptor is None and self.group.poll() is not None:
                return Event(Happening.EXITED)

    def say_farewell(self, reason: str) -> None:
        """Run the shutdown phase: the runtime ends, then the extensions have their time."""
        group, extensions = self.group, self.extensions
        if group is None or extensions is None or not extensions.every or not HAS_SIGNALS:
            return
        clock = self._clock
        deadline = clock.steady() + extensions.grace_s
        if group.exit_descriptor is not None:
            self._forget(group.exit_descriptor)  # it would stay readable
        group.resume()
        if reason == SPINDOWN:
            group.ask_to_end()
            until = clock.steady() + (
                RUNTIME_GRACE_S if extensions.programs else extensions.grace_s
            )
            while group.poll() is None and clock.steady() < until:
                self._turn(min(POLL_S, until - clock.steady()))
        if not isinstance(group, Sandbox):
            return
        group.end_runtime()
        extensions.shut_down(reason, clock.now() + deadline - clock.steady(), self.api)
        while extensions.left() and clock.steady() < deadline:
            self._turn(min(POLL_S, deadline - clock.steady()))
            extensions.note_exits()

    def drain(self) -> None:
        """Read what is left in the output pipe; a half line counts as a line."""
        while self._output is not None and self._read_output():
            pass
        self._emit(self._decoder.flush())

    def bury(self) -> None:
        """Kill and reap the process, read its last words, and forget its connections."""
        if self.group is None:
            return
        if self.group.exit_descriptor is not None:
            self._forget(self.group.exit_descriptor)
        if self.extensions is not None:
            for descriptor in extensions_api.exit_descriptors(self.extensions):
                self._forget(descriptor)
        self.group.bury()
        self.drain()
        if self._output is not None:
            self._close_output()
        self.api.disconnect()
        self._calls.start_over()
        self.group = self.extensions = None

    def close(self) -> None:
        """End everything, the Runtime API's socket too."""
        self.bury()
        self.api.close()
        self._selector.close()

    def _share(self, limits: Limits, used_s: float, elapsed_s: float) -> float:
        if limits.share is None:
            return MEMORY_SAMPLE_S
        assert self.group is not None
        advice = limits.share.advise(used_s=self.group.cpu_s() - used_s, elapsed_s=elapsed_s)
        if advice.pause != self.group.stopped:
            (self.group.stop if advice.pause else self.group.resume)()
        return advice.ask_again_s

    def _turn(self, timeout_s: float) -> Event | None:
        happened: Event | None = None
        for key, mask in self._selector.select(max(0.0, timeout_s)):
            if isinstance(key.data, Connection):
                for request in self.api.ready(key.data, mask):
                    happened = self._route(request) or happened
            elif key.data == "output":
                self._read_output()
            elif key.data == "exit":
                happened = happened or Event(Happening.EXITED)
            elif key.data == "extension exit":
                self._forget(key.fd)
            else:
                assert self.group is not None
                self.api.accept(self.group.owns_peer)
                self.on_alive(self.group.pid)
        return happened

    def _route(self, request: Request) -> Event | None:
        if request.path.startswith(extensions_api.API):
            return self._extension_called(request)
        event = self._calls.take(request)
        return self._settled() if event and event.happening is Happening.NEXT else event

    def _settled(self) -> Event | None:
        """Tell of the poll for the next event once all extensions have polled as well."""
        waiting = self._calls.waiting
        if waiting is None or not (self.extensions is None or self.extensions.settled):
            return None
        return Event(Happening.NEXT, waiting)

    def _extension_called(self, request: Request) -> Event | None:
        assert self.extensions is not None
        began = self.extensions.registered
        self.extensions.route(request, self.api)
        if not began and self.extensions.registered and isinstance(self.group, Sandbox):
            self.group.start_runtime()
        return self._settled()

    def _extension_failed(self) -> bool:
        if self.extensions is None or not self.extensions.every:
            return False
        self.extensions.note_exits()
        return self.extensions.failure is not None

    def _forget(self, descriptor: int) -> None:
        with contextlib.suppress(KeyError):
            self._selector.unregister(descriptor)

    def _read_output(self) -> bool:
        assert self._output is not None
        try:
            data = self._output.read(PIPE_BYTES)
        except BlockingIOError:
            return False
        if not data:
            self._close_output()
            return False
        self._emit(self._decoder.feed(data))
        return True

    def _emit(self, events: list[Output]) -> None:
        if events:
            self._on_output(events)

    def _close_output(self) -> None:
        assert self._output is not None
        self._selector.unregister(self._output)
        self._output.close()
        self._output = None
