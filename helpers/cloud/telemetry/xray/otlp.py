"""OpenTelemetry's spans as its protocol sends them: ExportTraceServiceRequest, read.

Holds what X-Ray makes use of: resources, and of spans ids, kind, times, attributes, events, links
and status. Leaves out scopes, trace state and the counts of what an SDK dropped.

Source: opentelemetry.io/docs/specs/otlp; the definitions of opentelemetry.proto.trace.v1.
"""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from helpers.cloud.telemetry.xray.protobuf import BadMessage, Wire, fields, signed, text

MAX_DEPTH = 40
"""How deep attributes may be nested; other readers of the format end at 100 messages."""
STATUS_ERROR = 2

Attributes = Mapping[str, Any]
"""Values as JSON has them: text, numbers, booleans, lists, objects; bytes are base64."""


class Kind(IntEnum):
    """What part a span has in a call."""

    UNSPECIFIED = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """Something that happened in a span, such as an exception."""

    name: str = ""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SpanLink:
    """Another span that this one has to do with; ids in hexadecimal digits."""

    trace_id: str = ""
    span_id: str = ""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span and the resource that made it; ids in hexadecimal digits, times in Unix seconds."""

    resource: Attributes
    trace_id: str = ""
    span_id: str = ""
    parent_id: str = ""
    name: str = ""
    kind: Kind = Kind.UNSPECIFIED
    start: float = 0.0
    end: float = 0.0
    attributes: Attributes = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()
    links: tuple[SpanLink, ...] = ()
    failed: bool = False
    status_message: str = ""


def read_spans(request: bytes) -> list[Span]:
    """Return the spans of an ExportTraceServiceRequest; raises BadMessage."""
    spans = []
    for number, wire, _, content in fields(memoryview(request)):
        if (number, wire) == (1, Wire.BYTES):
            spans += list(_resource_spans(content))
    return spans


def _resource_spans(message: memoryview) -> Iterator[Span]:
    resource: Attributes = {}
    scopes = []
    for number, wire, _, content in fields(message):
        if (number, wire) == (1, Wire.BYTES):
            resource = _attributes(content, 1)
        elif (number, wire) == (2, Wire.BYTES):
            scopes.append(content)
    for scope in scopes:
        for number, wire, _, content in fields(scope):
            if (number, wire) == (2, Wire.BYTES):
                yield _span(content, resource)


def _span(message: memoryview, resource: Attributes) -> Span:
    members: dict[str, Any] = {}
    events, links = [], []
    for number, wire, value, content in fields(message):
        if (number, wire) == (11, Wire.BYTES):
            events.append(_event(content))
        elif (number, wire) == (13, Wire.BYTES):
            links.append(_link(content))
        elif (number, wire) == (15, Wire.BYTES):
            members |= _status(content)
        elif wire == Wire.BYTES and number in IN_BYTES:
            name, read = IN_BYTES[number]
            members[name] = read(content)
        elif (number, wire) in IN_NUMBERS:
            name, count = IN_NUMBERS[number, wire]
            members[name] = count(value)
    return Span(
        resource=resource,
        attributes=_attributes(message, 9),
        events=tuple(events),
        links=tuple(links),
        **members,
    )


def _event(message: memoryview) -> SpanEvent:
    name = ""
    for number, wire, _, content in fields(message):
        if (number, wire) == (2, Wire.BYTES):
            name = text(content)
    return SpanEvent(name, _attributes(message, 3))


def _link(message: memoryview) -> SpanLink:
    found = {1: "", 2: ""}
    for number, wire, _, content in fields(message):
        if wire == Wire.BYTES and number in found:
            found[number] = _identifier(content)
    return SpanLink(found[1], found[2], _attributes(message, 4))


def _status(message: memoryview) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for number, wire, value, content in fields(message):
        if (number, wire) == (2, Wire.BYTES):
            members["status_message"] = text(content)
        elif (number, wire) == (3, Wire.VARINT):
            members["failed"] = value == STATUS_ERROR
    return members


def _identifier(content: memoryview) -> str:
    """Return an id's digits; one of zeros alone is no id."""
    return content.hex() if any(content) else ""


def _attributes(message: memoryview, wanted: int, depth: int = 0) -> dict[str, Any]:
    """Return the key-values that a message repeats under a field number."""
    found: dict[str, Any] = {}
    for number, wire, _, content in fields(message):
        if (number, wire) != (wanted, Wire.BYTES):
            continue
        key, value = "", None
        for part, form, _, inside in fields(content):
            if (part, form) == (1, Wire.BYTES):
                key = text(inside)
            elif (part, form) == (2, Wire.BYTES):
                value = _value(inside, depth)
        found[key] = value
    return found


def _value(message: memoryview, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise BadMessage("nested too deep")
    found: Any = None
    for number, wire, value, content in fields(message):
        match number, wire:
            case 1, Wire.BYTES:
                found = text(content)
            case 2, Wire.VARINT:
                found = bool(value)
            case 3, Wire.VARINT:
                found = signed(value)
            case 4, Wire.FIXED64:
                found = _double(value)
            case 5, Wire.BYTES:
                found = [
                    _value(each, depth + 1)
                    for part, form, _, each in fields(content)
                    if (part, form) == (1, Wire.BYTES)
                ]
            case 6, Wire.BYTES:
                found = _attributes(content, 1, depth + 1)
            case 7, Wire.BYTES:
                found = base64.b64encode(content).decode()
            case _:
                pass
    return found


def _double(bits: int) -> float | str:
    """Return a double; the ones that JSON has no number for by their names."""
    (value,) = struct.unpack("<d", bits.to_bytes(8, "little"))
    return float(value) if math.isfinite(value) else str(value)


def _kind(value: int) -> Kind:
    return Kind(value) if value <= max(Kind) else Kind.UNSPECIFIED


def _seconds(nanoseconds: int) -> float:
    return nanoseconds / 1e9


IN_BYTES: Mapping[int, tuple[str, Callable[[memoryview], str]]] = {
    1: ("trace_id", _identifier),
    2: ("span_id", _identifier),
    4: ("parent_id", _identifier),
    5: ("name", text),
}
IN_NUMBERS: Mapping[tuple[int, int], tuple[str, Callable[[int], Kind | float]]] = {
    (6, Wire.VARINT): ("kind", _kind),
    (7, Wire.FIXED64): ("start", _seconds),
    (8, Wire.FIXED64): ("end", _seconds),
}
"""Members of a span by the numbers of their fields."""
