"""Printed bytes become log events: lines and frames, whatever the pieces they arrive in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.environment.output import MAGIC, Output, OutputDecoder
from helpers.cloud.logs import MAX_EVENT_BYTES, LogLevel

ERROR_FRAME = b"\xa5\x5a\x00\x17"


def frame(text: str, kind: bytes = ERROR_FRAME) -> bytes:
    """Return a frame as the runtime client sends it."""
    message = text.encode()
    return kind + len(message).to_bytes(4, "big") + (0).to_bytes(8, "big") + message


def texts(data: bytes, pieces: int = 1 << 30) -> list[str]:
    """Return the events of some bytes that arrive in pieces of this size."""
    decoder = OutputDecoder()
    events: list[Output] = []
    for start in range(0, len(data), pieces):
        events += decoder.feed(data[start : start + pieces])
    return [event.text for event in [*events, *decoder.flush()]]


def test_lines() -> None:
    """Each line is an event; what has no line end yet waits for the flush."""
    decoder = OutputDecoder()
    assert [e.text for e in decoder.feed(b"one\ntwo\nthr")] == ["one\n", "two\n"]
    assert [e.text for e in decoder.feed(b"ee")] == []
    assert [e.text for e in decoder.flush()] == ["three\n"]
    assert decoder.flush() == []


def test_frame_is_one_event_with_its_level() -> None:
    """A frame of many lines stays one event, and carries the level of its type."""
    (event,) = OutputDecoder().feed(frame("[ERROR] boom\nTraceback\n  line"))
    assert event == Output(LogLevel.ERROR, "[ERROR] boom\nTraceback\n  line\n")


def test_frame_of_an_unknown_type_has_no_level() -> None:
    """A frame type without a level leaves the level open."""
    (event,) = OutputDecoder().feed(frame("text", MAGIC + b"\x03"))
    assert event.level is None


def test_line_of_json_carries_its_level() -> None:
    """A printed JSON object with a level counts with it."""
    (event,) = OutputDecoder().feed(b'{"level": "debug", "a": 1}\n')
    assert event.level is LogLevel.DEBUG


def test_print_between_frames() -> None:
    """Lines and frames keep their order, also when a half line stands before a frame."""
    data = b"before" + frame("one") + b"between\n" + frame("two\n") + b"after\n"
    assert texts(data) == ["before\n", "one\n", "between\n", "two\n", "after\n"]


@pytest.mark.parametrize("pieces", [1, 2, 3, 5, 7, 16, 17])
def test_pieces_change_nothing(pieces: int) -> None:
    """However the pipe cuts the bytes, complete lines and frames come out the same."""
    data = "größe 🚀\n".encode() + frame("eins\nzwei ü") + b"end\n" + frame("x")
    assert texts(data, pieces) == ["größe 🚀\n", "eins\nzwei ü\n", "end\n", "x\n"]


@given(st.binary(max_size=200), st.integers(1, 50))
def test_never_fails_on_noise(data: bytes, pieces: int) -> None:
    """Any bytes at all are taken, and every event ends in a line end."""
    assert all(text.endswith("\n") for text in texts(data, pieces))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)))
def test_every_line_is_found(lines: list[str]) -> None:
    """The lines that were printed are the events."""
    data = "".join(line + "\n" for line in lines).encode()
    assert texts(data, 11) == [line + "\n" for line in lines]


def test_long_length_is_noise() -> None:
    """What looks like a frame of gigabytes is printed bytes, not a reason to wait."""
    data = ERROR_FRAME + b"\xff\xff\xff\xff" + b"12345678\n"
    assert len(texts(data)) == 1


def test_carriage_returns_join_a_traceback() -> None:
    """On plain stdout the lines of a traceback come with carriage returns: one event."""
    assert texts(b"[ERROR] boom\rTraceback\r  line\n") == ["[ERROR] boom\nTraceback\n  line\n"]


@pytest.mark.parametrize("pieces", [1000, 262_144, 1 << 30])
def test_long_line_is_cut_between_characters(pieces: int) -> None:
    """A line above the size of a log event is several, cut where a character ends."""
    line = "é" * (MAX_EVENT_BYTES // 2 + 50_000)
    events = texts(f"{line}\n".encode(), pieces)
    assert "".join(event.rstrip("\n") for event in events) == line
    assert len(events) == 2
    assert max(len(event.rstrip("\n").encode()) for event in events) <= MAX_EVENT_BYTES
