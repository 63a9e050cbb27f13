"""One log event in a query: the fields it came with, and those that are discovered in it.

In the logs of Lambda, START, END and REPORT give @requestId, @type, @duration, @billedDuration,
@initDuration, @memorySize and @maxMemoryUsed (in bytes), and @xrayTraceId; the text format of the
runtime gives @requestId. The first JSON object in a message gives its members, with dots.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from helpers.cloud.json_text import too_deep

PLATFORM = re.compile(r"(START|END|REPORT) RequestId: ([0-9a-f-]{36})")
RUNTIME = re.compile(r"\[\w+\]\t[\dT:.Z-]+\t([0-9a-f-]{36})\t")
FIGURES = (
    ("@duration", re.compile(r"\tDuration: ([\d.]+) ms"), 1.0),
    ("@billedDuration", re.compile(r"\tBilled Duration: ([\d.]+) ms"), 1.0),
    ("@initDuration", re.compile(r"\tInit Duration: ([\d.]+) ms"), 1.0),
    ("@memorySize", re.compile(r"\tMemory Size: (\d+) MB"), 1e6),
    ("@maxMemoryUsed", re.compile(r"\tMax Memory Used: (\d+) MB"), 1e6),
)
TRACE = re.compile(r"XRAY TraceId: (\S+)(?:\tSegmentId: (\S+))?")
DECODER = json.JSONDecoder()
STEPS = re.compile(r"[^.\[\]]+")


class Event:
    """A log event, or a row that a command made; fields are looked for when they are asked for."""

    __slots__ = ("_document", "_found", "fields")

    def __init__(self, fields: dict[str, Any], *, discover: bool = True) -> None:
        self.fields = fields
        self._found = not discover
        self._document: Any = None

    def get(self, name: str) -> Any:
        """Return the value of a field, None where there is none."""
        value = self.fields.get(name)
        if value is not None or name in self.fields:
            return value
        if not self._found:
            self._discover()
            if name in self.fields:
                return self.fields[name]
        return None if self._document is None else _inside(self._document, name)

    def _discover(self) -> None:
        self._found = True
        message = self.fields.get("@message", "")
        start = message.find("{")
        if start >= 0 and '"' in message:
            try:
                document, end = DECODER.raw_decode(message, start)
                self._document = None if too_deep(message[start:end]) else document
            except (ValueError, RecursionError):
                pass  # braces in plain text
        if start != 0:
            self.fields.update(_of_lambda(message))


def _of_lambda(message: str) -> dict[str, Any]:
    """Return what Lambda's own lines tell, in text format."""
    platform = PLATFORM.match(message)
    if platform is None:
        runtime = RUNTIME.match(message)
        if runtime is not None:
            return {"@requestId": runtime[1]}
        trace = TRACE.match(message)
        return {} if trace is None else {"@xrayTraceId": trace[1], "@xraySegmentId": trace[2]}
    fields: dict[str, Any] = {"@type": platform[1], "@requestId": platform[2]}
    if platform[1] == "REPORT":
        for name, pattern, factor in FIGURES:
            figure = pattern.search(message)
            if figure is not None:
                fields[name] = float(figure[1]) * factor
        trace = TRACE.search(message)
        if trace is not None:
            fields |= {"@xrayTraceId": trace[1], "@xraySegmentId": trace[2]}
    return fields


def _inside(document: Any, name: str) -> Any:
    if isinstance(document, dict) and name in document:
        return document[name]
    value = document
    for step in STEPS.findall(name):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
