"""Saying which boto3 call a helper makes, in words a learner could type.

The first call of a kind in a kernel is spelled in full, every later one on a short line.
"""

from __future__ import annotations

import json
import pprint
import textwrap
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.course.showing import cell_number

WIDTH = 96
BRIEF_WIDTH = 112
LONGEST_STRING = 120
LONGEST_IN_BRIEF = 48


@dataclass(frozen=True, slots=True)
class JsonText:
    """A value that boto3 wants as a JSON text, said as the json.dumps that makes it."""

    value: Mapping[str, Any]

    def __str__(self) -> str:
        """Return the JSON."""
        return json.dumps(self.value)


@dataclass(frozen=True, slots=True)
class Call:
    """A boto3 call that a helper makes; `operation` may be a waiter's `get_waiter("…").wait`."""

    service: str
    operation: str
    parameters: Mapping[str, Any]

    def __str__(self) -> str:
        """Return the call as code: on one line, or one argument per line when it is long."""
        arguments = [f"{name}={_value(value)}" for name, value in self.parameters.items()]
        line = f"{self._start()}{', '.join(arguments)})"
        if len(line) <= WIDTH and "\n" not in line:
            return line
        body = textwrap.indent("".join(f"{argument},\n" for argument in arguments), "    ")
        return f"{self._start()}\n{body})"

    def brief(self) -> str:
        """Return the call on one line: long values, and arguments beyond the line, are "…"."""
        line = self._start()
        names = list(self.parameters)
        for name in names:
            argument = f"{name}={_in_brief(self.parameters[name])}"
            room = BRIEF_WIDTH - len(line) - (1 if name == names[-1] else len(", …)"))
            if len(argument) > room:
                return f"{line}…)"
            line += argument if name == names[-1] else f"{argument}, "
        return f"{line})"

    def _start(self) -> str:
        return f'lab.client("{self.service}").{self.operation}('


Say = Callable[[Call], None]


class Narrator:
    """What a kernel has told of boto3's calls; lives as long as the kernel."""

    def __init__(self) -> None:
        self._kinds: set[tuple[str, str]] = set()
        self._last: tuple[int, str] = (0, "")

    def __call__(self, call: Call) -> None:
        """Print a call, unless several threads run: their order would differ on each run."""
        if threading.current_thread() is not threading.main_thread():
            return
        kind = (call.service, call.operation)
        words = call.brief() if kind in self._kinds else str(call)
        self._kinds.add(kind)
        # a loop that makes one call many times is told once per cell
        latest = (cell_number(), call.brief())
        if latest != self._last:
            print(words)
        self._last = latest


def silence(_call: Call) -> None:
    """Say nothing: checks make their calls quietly."""


def _in_brief(value: Any) -> str:
    text = "…" if isinstance(value, JsonText) else _value(value)
    return text if len(text) <= LONGEST_IN_BRIEF and "\n" not in text else "…"


def _value(value: Any) -> str:
    if isinstance(value, JsonText):
        text = _value(value.value)
        if "\n" in text:
            text = f"\n{textwrap.indent(text, '    ')}\n"
        return f"json.dumps({text})"
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, Mapping) and any(isinstance(item, bytes) for item in value.values()):
        inner = ", ".join(f'"{key}": {_value(item)}' for key, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, str):
        text = value if len(value) <= LONGEST_STRING else f"{value[: LONGEST_STRING - 1]}…"
        return f'"{text}"' if '"' not in text else repr(text)
    return pprint.pformat(value, width=WIDTH - 16, sort_dicts=False)
