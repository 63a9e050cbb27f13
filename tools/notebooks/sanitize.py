"""Sanitising: what differs between two runs of the same lesson gets one fixed text.

The patterns lie in tests/lessons/sanitize.cfg, in nbval's own form, so that what is stored and
what nbval compares are sanitised alike. Widget views are left out: a saved notebook shows a
widget's text twin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict

SECTION = re.compile(
    r"^\[(?P<name>.+)\]\nregex: (?P<regex>.*)\nreplace: (?P<replace>.*)$", re.MULTILINE
)
WIDGET = "application/vnd.jupyter.widget-view+json"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
IN_CELL = re.compile(r"Cell In\s?\[\d+\], line (\d+)")
ARROW = re.compile(r"-+> ?\d+ ")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One volatile thing: what it is, how it looks, what stands in its place."""

    name: str
    regex: str
    replace: str

    def apply(self, text: str) -> str:
        """Return the text with this volatile thing replaced."""
        return re.sub(self.regex, self.replace, text)


def read_patterns(path: Path) -> tuple[Pattern, ...]:
    """Read the patterns of a sanitize.cfg, in order."""
    text = path.read_text(encoding="utf-8")
    return tuple(Pattern(**found.groupdict()) for found in SECTION.finditer(text))


def sanitized(text: str, patterns: tuple[Pattern, ...]) -> str:
    """Return the text with every volatile thing replaced."""
    for pattern in patterns:
        text = pattern.apply(text)
    return text


def stored_outputs(
    outputs: list[NotebookNode], patterns: tuple[Pattern, ...]
) -> list[NotebookNode]:
    """Return a cell's outputs as they are stored: the same at every run."""
    stored = [_stored(output, patterns) for output in _joined(outputs)]
    return [output for output in stored if output is not None]


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of one stream: where a kernel flushes is chance."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if (
            last is not None
            and output.output_type == "stream"
            and output.get("name") == last.get("name")
        ):
            last.text += output.text
        else:
            joined.append(from_dict(output))
    return joined


def _stored(output: NotebookNode, patterns: tuple[Pattern, ...]) -> NotebookNode | None:
    if output.output_type == "stream":
        output.text = sanitized(output.text, patterns)
    elif output.output_type == "error":
        output.evalue = sanitized(output.evalue, patterns)
        output.traceback = [sanitized(line, patterns) for line in short_traceback(output.traceback)]
    else:
        output.metadata = {}
        output.data = _sanitized_data(output.data, patterns)
        if not output.data:
            return None
        if output.output_type == "execute_result":
            output.execution_count = None
    return output


def _sanitized_data(data: Mapping[str, Any], patterns: tuple[Pattern, ...]) -> dict[str, Any]:
    return {
        mime: sanitized(value, patterns) if isinstance(value, str) else value
        for mime, value in data.items()
        if mime != WIDGET
    }


def short_traceback(entries: list[str]) -> list[str]:
    """Return the frames of the lesson's own cells, one marked line each, and the error.

    What lies between is boto3, IPython and the kit: it differs by machine and explains nothing.
    """
    plain = [COLOUR.sub("", entry) for entry in entries]
    frames = [_frame(entry) for entry in plain[:-1] if IN_CELL.search(entry)]
    return [*frames, *(IN_CELL.sub(r"Cell, line \1", entry) for entry in plain[-1:])]


def _frame(entry: str) -> str:
    head, *lines = entry.splitlines()
    marked = [line for line in lines if ARROW.match(line)]
    return "\n".join([IN_CELL.sub(r"Cell, line \1", head), *marked])
