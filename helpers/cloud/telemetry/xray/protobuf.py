"""Protocol buffers on the wire: the fields of one message, without its definition.

Leaves out groups, which proto3 does not have. A field of an unknown number or of another wire type
is for the caller to pass over, as every reader of the format does.

Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

MAX_VARINT_BYTES = 10


class Wire:
    """How a field's value is written; plain numbers, for they are compared for every field."""

    VARINT: Final = 0
    FIXED64: Final = 1
    BYTES: Final = 2
    FIXED32: Final = 5


WIDTHS = {Wire.FIXED64: 8, Wire.FIXED32: 4}
"""Bytes of the two fixed wire types."""


class BadMessage(ValueError):  # noqa: N818 - what it is
    """Bytes that are no message: cut off, or of a form that does not exist."""


Field = tuple[int, int, int, memoryview]
"""Number, wire type, the value of an integer, the bytes of anything with a length."""

NOTHING = memoryview(b"")


def fields(message: memoryview) -> Iterator[Field]:
    """Yield the fields of a message in their order; raises BadMessage where it cannot go on."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if not 0 < number < 1 << 29:
            raise BadMessage(f"field number {number}")
        if wire == Wire.VARINT:
            value, at = _varint(message, at)
            yield number, wire, value, NOTHING
            continue
        if wire == Wire.BYTES:
            width, at = _varint(message, at)
        elif wire in WIDTHS:
            width = WIDTHS[wire]
        else:
            raise BadMessage(f"wire type {wire}")
        if width > len(message) - at:
            raise BadMessage("cut off")
        content = message[at : at + width]
        at += width
        if wire == Wire.BYTES:
            yield number, wire, 0, content
        else:
            yield number, wire, int.from_bytes(content, "little"), NOTHING


def text(content: memoryview) -> str:
    """Return a string field's value; raises BadMessage where it is not UTF-8."""
    try:
        return str(content, "utf-8")
    except UnicodeDecodeError as error:
        raise BadMessage("no UTF-8") from error


def signed(value: int) -> int:
    """Return what an int64 field's varint stands for."""
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    if at < len(message) and message[at] < 0x80:  # most are of one byte
        return message[at], at + 1
    value = 0
    for place in range(MAX_VARINT_BYTES):
        if at + place >= len(message):
            raise BadMessage("cut off")
        byte = message[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value & (1 << 64) - 1, at + place + 1
    raise BadMessage("a number of more than ten bytes")
