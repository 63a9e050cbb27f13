"""How deep a JSON text may nest: as deep for every Python, and as AWS's parser has it.

Python's own parser gives up at a depth that differs from version to version, and what it lets
through may be too deep for whoever walks through it later.

Source: StreamReadConstraints.DEFAULT_MAX_DEPTH of Jackson, the parser behind AWS's APIs.
"""

from __future__ import annotations

import re
from itertools import accumulate, count
from operator import sub

MAX_DEPTH = 1000
TOO_DEEP = (
    f"Document nesting depth ({MAX_DEPTH + 1}) exceeds the maximum allowed ({MAX_DEPTH}, from "
    "`StreamReadConstraints.getMaxNestingDepth()`)"
)
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
OTHERS = bytes(set(range(256)) - set(b"[]{}"))
OPENED_OR_NOT = bytes.maketrans(b"[{]}", bytes([2, 2, 0, 0]))
"""With one taken off each, they add up to the depth."""


def too_deep(document: bytes) -> bool:
    """Return whether a JSON text nests deeper than MAX_DEPTH.

    >>> too_deep(b"[" * 1000 + b"]" * 1000), too_deep(b"[" * 1001 + b"]" * 1001)
    (False, True)
    """
    if document.count(b"[") + document.count(b"{") <= MAX_DEPTH:
        return False
    brackets = STRING.sub(b"", document).translate(OPENED_OR_NOT, OTHERS)
    return max(map(sub, accumulate(brackets), count(1)), default=0) > MAX_DEPTH
