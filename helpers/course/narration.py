"""Saying which boto3 call a helper makes, in words a learner could type."""

from __future__ import annotations

import json
import pprint
import textwrap
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Say = Callable[[str], None]
WIDTH = 96
LONGEST_STRING = 120


@dataclass(frozen=True, slots=True)
class JsonText:
    """A value that boto3 wants as a JSON text, said as the json.dumps that makes it."""

    value: Mapping[str, Any]

    def __str__(self) -> str:
        """Return the JSON."""
        return json.dumps(self.value)


def narrate(line: str) -> None:
    """Print a line, unless several threads run: their order would differ on each run."""
    if threading.current_thread() is threading.main_thread():
        print(line)


def silence(_line: str) -> None:
    """Say nothing: checks make their calls quietly."""


def spelled(service: str, operation: str, parameters: Mapping[str, Any]) -> str:
    """Return a boto3 call as code: on one line, or one argument per line when it is long."""
    start = f'lab.client("{service}").{operation}('
    arguments = [f"{name}={_value(value)}" for name, value in parameters.items()]
    line = f"{start}{', '.join(arguments)})"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    body = textwrap.indent("".join(f"{argument},\n" for argument in arguments), "    ")
    return f"{start}\n{body})"


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
