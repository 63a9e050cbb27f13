"""Segment documents: what X-Ray refuses, and what it reads of one.

Source: docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.invoke.tracing import SEGMENT_ID, TRACE_ID
from helpers.cloud.json_text import read_json

MAX_SEGMENT_BYTES = 64 * 1024
MAX_NAME = 200
MAX_DEPTH = 200
"""How deep a document is nested at most; Python's own readers of JSON end near 1000."""

Document = dict[str, Any]


class BadSegment(ValueError):  # noqa: N818 - what it is
    """A document that X-Ray does not take: the id if it has one, and X-Ray's error code."""

    def __init__(self, code: str, segment_id: str = "") -> None:
        super().__init__(f"Invalid segment. ErrorCode: {code}")
        self.code = code
        self.segment_id = segment_id

    def as_json(self) -> dict[str, str]:
        """Return a member of UnprocessedTraceSegments."""
        known = {"Id": self.segment_id} if self.segment_id else {}
        return {**known, "ErrorCode": self.code, "Message": str(self)}


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment, or a subsegment that was sent by itself."""

    id: str
    trace_id: str
    is_subsegment: bool
    text: str = field(repr=False)


def parse_segment(text: str) -> Segment:
    """Read a document; raises BadSegment in X-Ray's words."""
    if len(text.encode(errors="surrogatepass")) > MAX_SEGMENT_BYTES:
        raise BadSegment("SegmentTooLarge")
    try:
        document = read_json(text)
    except ValueError:
        raise BadSegment("ParseError") from None
    if not isinstance(document, dict) or _is_too_deep(document):
        raise BadSegment("ParseError")
    segment_id = document.get("id")
    if not isinstance(segment_id, str) or not SEGMENT_ID.fullmatch(segment_id):
        raise BadSegment("MissingId" if segment_id is None else "InvalidId")
    _check(document, segment_id)
    is_subsegment = document.get("type") == "subsegment"
    compact = json.dumps(document, separators=(",", ":"))
    return Segment(segment_id, document["trace_id"], is_subsegment, compact)


def _check(document: Mapping[str, Any], segment_id: str) -> None:
    trace_id, name = document.get("trace_id"), document.get("name")
    problems = {
        "InvalidTraceId": not isinstance(trace_id, str) or not TRACE_ID.fullmatch(trace_id),
        "InvalidName": not isinstance(name, str) or not 0 < len(name) <= MAX_NAME,
        "MissingStartTime": not _is_moment(document.get("start_time")),
        "MissingEndTime": not _is_moment(document.get("end_time"))
        and document.get("in_progress") is not True,
        "MissingParentId": document.get("type") == "subsegment" and not document.get("parent_id"),
        "InvalidParentId": "parent_id" in document
        and not SEGMENT_ID.fullmatch(str(document["parent_id"])),
        "InvalidSubsegments": any(not _is_part(part) for part in every_part(document)),
    }
    for code, applies in problems.items():
        if applies:
            raise BadSegment(code, segment_id)


def _is_too_deep(document: object) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            inside
            for each in level
            if isinstance(each, (dict, list))
            for inside in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def _is_moment(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e11


def _is_part(part: Mapping[str, Any]) -> bool:
    objects = ("aws", "http", "annotations", "metadata")
    return (
        isinstance(part.get("name", ""), str)
        and (_is_moment(part.get("start_time", 0)) and _is_moment(part.get("end_time") or 0))
        and all(isinstance(part.get(member) or {}, dict) for member in objects)
    )


def every_part(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the document and all its subsegments; what is no object is an empty one."""
    waiting: list[object] = [document]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, dict):
            yield {"name": None}
            continue
        yield part
        children = part.get("subsegments") or ()
        if not isinstance(children, (list, tuple)):
            yield {"name": None}
        else:
            waiting.extend(reversed(children))
