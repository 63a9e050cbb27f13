"""One request at a time decides what becomes of the stacks of a Region.

A name is looked for, or a status, and then taken; of two requests for one stack the other one comes
too late. What a stack does afterwards takes its time, and holds up nobody.
"""

from __future__ import annotations

import threading
from typing import Any

_CLAIMS = "coldstart_claims"


def claiming(backend: Any) -> threading.RLock:
    """Return what is held between a look at a Region's stacks and the claim of one."""
    lock: threading.RLock = backend.__dict__.setdefault(_CLAIMS, threading.RLock())
    return lock
