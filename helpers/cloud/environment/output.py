"""What an environment prints, as log events in the order it was printed.

One pipe carries everything: plain stdout and stderr, and the frames in which awslambdaric sends
whatever goes through the logging module (so a traceback stays one event). A frame starts with a
magic number, then its length and its time; all the rest is lines.

Source: awslambdaric's FramedTelemetryLogSink.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.cloud.logs import MAX_EVENT_BYTES, LogLevel, level_in

MAGIC = b"\xa5\x5a\x00"
HEADER_BYTES = 16
MAX_FRAME_BYTES = 16 * 1024 * 1024
"""A longer length is noise that happens to start like a frame."""
LEVELS = (
    None,
    None,
    LogLevel.DEBUG,
    LogLevel.INFO,
    LogLevel.WARN,
    LogLevel.ERROR,
    LogLevel.FATAL,
)


@dataclass(frozen=True, slots=True)
class Output:
    """One printed event: the level it carries, if any, and its text with the line end."""

    level: LogLevel | None
    text: str


class OutputDecoder:
    """Turns the bytes of the pipe into events, whatever the pieces they arrive in."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Output]:
        """Return the events that `data` completes."""
        self._buffer += data
        events: list[Output] = []
        while (event := self._take()) is not None:
            events.append(event)
        return events

    def flush(self) -> list[Output]:
        """Return what was printed without a line end: the pipe was drained."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        return [_plain(rest)] if rest else []

    def _take(self) -> Output | None:
        if self._buffer.startswith(MAGIC[: len(self._buffer)]):
            if len(self._buffer) < HEADER_BYTES:
                return None
            length = int.from_bytes(self._buffer[4:8], "big")
            if length <= MAX_FRAME_BYTES:
                return self._take_frame(HEADER_BYTES + length)
        return self._take_line()

    def _take_frame(self, end: int) -> Output | None:
        if len(self._buffer) < end:
            return None
        number = self._buffer[3] >> 2
        text = self._buffer[HEADER_BYTES:end].decode(errors="replace")
        del self._buffer[:end]
        level = LEVELS[number] if number < len(LEVELS) else None
        return Output(level, text if text.endswith("\n") else text + "\n")

    def _take_line(self) -> Output | None:
        newline = self._buffer.find(b"\n", 0, MAX_EVENT_BYTES + 1)
        end = newline + 1 if newline >= 0 else MAX_EVENT_BYTES
        frame = self._buffer.find(MAGIC, 1, end)
        if frame > 0:
            end = frame
        elif newline < 0:
            if len(self._buffer) <= MAX_EVENT_BYTES:
                return None
            while end > MAX_EVENT_BYTES - 3 and self._buffer[end] & 0xC0 == 0x80:
                end -= 1  # never inside a UTF-8 character
        line = bytes(self._buffer[:end])
        del self._buffer[:end]
        return _plain(line)


def _plain(line: bytes) -> Output:
    # on a plain stdout awslambdaric joins the lines of a traceback with carriage returns
    text = line.decode(errors="replace").rstrip("\r\n").replace("\r", "\n") + "\n"
    return Output(level_in(text), text)
