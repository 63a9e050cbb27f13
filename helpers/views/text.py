"""JSON as the views write it: one line for a value, indented for a document."""

from __future__ import annotations

import json
from typing import Any


def as_json(value: Any) -> str:
    """Return a value on one line, with its letters as they are.

    >>> as_json({"a": "ö"})
    '{"a": "ö"}'
    """
    return json.dumps(value, ensure_ascii=False)


def pretty(document: Any) -> str:
    """Return a document over several lines."""
    return json.dumps(document, ensure_ascii=False, indent=2)
