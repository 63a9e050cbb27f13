"""JSON that somebody sent: read, unless it nests deeper than AWS's parser takes.

Python's own parser gives up at a depth that differs from version to version: at about a thousand
in 3.11, not before a hundred thousand in 3.14, where a message went on that whoever walks through
it does not come to an end with.

Source: StreamReadConstraints.DEFAULT_MAX_DEPTH of Jackson, the parser behind AWS's APIs.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate, count
from operator import sub
from typing import Any

MAX_DEPTH = 1000
TOO_DEEP = (
    f"Document nesting depth ({MAX_DEPTH + 1}) exceeds the maximum allowed ({MAX_DEPTH}, from "
    "`StreamReadConstraints.getMaxNestingDepth()`)"
)
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
OTHERS = bytes(set(range(256)) - set(b"[]{}"))
OPENED_OR_NOT = bytes.maketrans(b"[{]}", bytes([2, 2, 0, 0]))
"""With one taken off each, they add up to the depth."""


def read_json(text: str | bytes) -> Any:
    """Return what a JSON text says; ValueError where it is none, or too deep."""
    try:
        document = json.loads(text)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    if too_deep(text):
        raise ValueError(TOO_DEEP)
    return document


def too_deep(text: str | bytes) -> bool:
    """Return whether a JSON text nests deeper than MAX_DEPTH.

    >>> too_deep("[" * 1000 + "]" * 1000), too_deep("[" * 1001 + "]" * 1001)
    (False, True)
    """
    opened = text.count("[") + text.count("{") if isinstance(text, str) else _opened(text)
    if opened <= MAX_DEPTH:
        return False
    document = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    brackets = STRING.sub(b"", document).translate(OPENED_OR_NOT, OTHERS)
    return max(map(sub, accumulate(brackets), count(1)), default=0) > MAX_DEPTH


def _opened(text: bytes) -> int:
    return text.count(b"[") + text.count(b"{")
