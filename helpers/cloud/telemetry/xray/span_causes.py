"""Exceptions of a span as the `cause` of a segment, with the frames of Python's tracebacks.

Leaves out the tracebacks of other languages: their exceptions have no frames here.

Source: docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html (Errors and
exceptions); opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from helpers.cloud.telemetry.xray.otlp import Attributes, Kind, Span

CHAIN = re.compile(
    r"\n+(?:During handling of the above exception, another exception occurred"
    r"|The above exception was the direct cause of the following exception):\n+"
)
FRAME = re.compile(r'^  File "(.*)", line (\d{1,9}), in (.*)$', re.MULTILINE)
MAX_CHAIN = 10


def cause_of(span: Span) -> dict[str, Any]:
    """Return the exceptions that a span recorded, else its message if it failed, else nothing."""
    exceptions: list[dict[str, Any]] = []
    for event in span.events:
        if event.name == "exception":
            exceptions += _exceptions(span, event.attributes, len(exceptions))
    if not exceptions and span.failed and span.status_message:
        exceptions = [_exception(span, 0, "", span.status_message, "")]
    return {"exceptions": exceptions} if exceptions else {}


def _exceptions(span: Span, attributes: Attributes, number: int) -> list[dict[str, Any]]:
    """Return an exception, and after it those that it was raised in the handling of."""
    kind, message, trace = (
        str(attributes.get(f"exception.{part}") or "") for part in ("type", "message", "stacktrace")
    )
    is_python = span.resource.get("telemetry.sdk.language") == "python"
    *earlier, last = CHAIN.split(trace) if is_python else [""]
    found = [_exception(span, number, kind, message, last)]
    for block in earlier[: -MAX_CHAIN - 1 : -1]:
        told = block.rstrip().rpartition("\n")[2]
        kind, _, message = told.partition(": ")
        found[-1]["cause"] = _identifier(span, number + len(found))
        found.append(_exception(span, number + len(found), kind, message, block))
    return found


def _exception(span: Span, number: int, kind: str, message: str, trace: str) -> dict[str, Any]:
    frames = [
        {"path": path, "line": int(line), "label": label}
        for path, line, label in reversed(FRAME.findall(trace))
    ]
    return {
        "id": _identifier(span, number),
        "type": kind,
        "message": message,
        **({"remote": True} if span.kind in (Kind.CLIENT, Kind.PRODUCER) else {}),
        **({"stack": frames} if frames else {}),
    }


def _identifier(span: Span, number: int) -> str:
    return hashlib.sha256(f"{span.span_id}:exception:{number}".encode()).hexdigest()[:16]
