"""The output pipe is readable by a selector, as a pipe and through a socket pair."""

from __future__ import annotations

import os
import selectors

import pytest

from helpers.cloud.environment.relay import open_output

WAYS = pytest.mark.parametrize("selects_pipes", [True, False], ids=["pipe", "socket"])


def read_all(reader: object, size: int) -> bytes:
    """Read through a selector until `size` bytes or the end have come."""
    received = b""
    with selectors.DefaultSelector() as selector:
        selector.register(reader, selectors.EVENT_READ)  # type: ignore[arg-type]
        while len(received) < size and selector.select(10):
            data = reader.read(65536)  # type: ignore[attr-defined]
            if not data:
                break
            received += data
    return received


@WAYS
def test_what_is_written_is_read(selects_pipes: bool) -> None:
    """Bytes come out as they went in, then the end."""
    reader, writer = open_output(selects_pipes=selects_pipes)
    os.write(writer, b"hello\nworld")
    assert read_all(reader, 11) == b"hello\nworld"
    os.close(writer)
    assert read_all(reader, 1) == b""
    reader.close()


@WAYS
def test_nothing_there_does_not_wait(selects_pipes: bool) -> None:
    """Reading when nothing was written raises BlockingIOError at once."""
    reader, writer = open_output(selects_pipes=selects_pipes)
    with pytest.raises(BlockingIOError):
        reader.read(10)
    os.close(writer)
    reader.close()


def test_writer_does_not_block_when_the_reader_has_gone() -> None:
    """Through the socket pair a process can go on printing after nobody listens any more."""
    reader, writer = open_output(selects_pipes=False)
    reader.close()
    assert sum(os.write(writer, b"x" * 65536) for _ in range(20)) == 20 * 65536
    os.close(writer)
