"""What the machine under the local account has left."""

from __future__ import annotations

import psutil


def free_bytes() -> int:
    """Return the memory that new processes can have without swapping."""
    available: int = psutil.virtual_memory().available
    return available
