"""Pictures of what happened: pure functions and values, as HTML and as plain text."""

from __future__ import annotations

from importlib import import_module
from typing import Any

HOMES = {
    "decision_view": "decision_picture",
    "least_policy": "least_picture",
    "queue_view": "queue_picture",
    "stream_view": "stream_picture",
}
"""What notebooks import from here, and the module it is loaded from when it is asked for."""


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
