"""Widgets that act on the account: each takes the lab, and is preceded by its twin in text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.consoles.live_queue import LiveQueue
    from helpers.consoles.live_stream import LiveStream
    from helpers.consoles.policy import PolicyConsole
    from helpers.consoles.timeline import LiveTimeline

__all__ = ["LiveQueue", "LiveStream", "LiveTimeline", "PolicyConsole"]
_HOMES = {
    "LiveQueue": "live_queue",
    "LiveStream": "live_stream",
    "LiveTimeline": "timeline",
    "PolicyConsole": "policy",
}


def __getattr__(name: str) -> Any:
    """Import a console when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"helpers.consoles.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
