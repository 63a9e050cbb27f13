"""How to read one value out of an event: a short notation, the Python it stands for, its result.

`Records[0].body|json|detail.bucket` is what `json.loads(event["Records"][0]["body"])["detail"]
["bucket"]` reads. A learner copies the Python; tables follow the same path to show the value.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from helpers.views.text import as_json

MISSING = object()
"""What a path leads to where an event does not have it."""
_STEP = re.compile(r"(?P<name>[^.\[\]|]+)|\[(?P<index>\d+)\]")
_DECODERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "json": ("json.loads", json.loads),
    "base64": ("base64.b64decode", base64.b64decode),
    "unquote": ("unquote_plus", unquote_plus),
}


@dataclass(frozen=True, slots=True)
class EventPath:
    """A path into an event; an empty notation means the event itself."""

    notation: str

    def code(self) -> str:
        """Return the Python expression.

        >>> EventPath("Records[0].body|json|order_id").code()
        'json.loads(event["Records"][0]["body"])["order_id"]'
        """
        written = "event"
        for part in self.notation.split("|"):
            if part in _DECODERS:
                written = f"{_DECODERS[part][0]}({written})"
            else:
                written += "".join(f"[{as_json(step)}]" for step in _steps(part))
        return written

    def follow(self, event: Any) -> Any:
        """Return what the expression reads, or MISSING where it would raise KeyError."""
        found = event
        for part in self.notation.split("|"):
            if part in _DECODERS:
                found = _DECODERS[part][1](found)
                continue
            for step in _steps(part):
                try:
                    found = found[step]
                except (KeyError, IndexError, TypeError):
                    return MISSING
        return found


def _steps(part: str) -> list[str | int]:
    return [
        step["name"] if step["name"] is not None else int(step["index"])
        for step in _STEP.finditer(part)
    ]
