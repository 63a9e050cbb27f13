"""Widgets that act on the account: each takes the lab, and is preceded by its twin in text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.consoles.cost import CostConsole
    from helpers.consoles.event_explorer import EventExplorer
    from helpers.consoles.function_console import FunctionConsole
    from helpers.consoles.http_console import HttpConsole
    from helpers.consoles.live_queue import LiveQueue
    from helpers.consoles.live_stream import LiveStream
    from helpers.consoles.policy import PolicyConsole
    from helpers.consoles.quiz import Quiz
    from helpers.consoles.simulator import Simulator
    from helpers.consoles.timeline import LiveTimeline

__all__ = [
    "CostConsole",
    "EventExplorer",
    "FunctionConsole",
    "HttpConsole",
    "LiveQueue",
    "LiveStream",
    "LiveTimeline",
    "PolicyConsole",
    "Quiz",
    "Simulator",
]
_HOMES = {
    "CostConsole": "cost",
    "EventExplorer": "event_explorer",
    "FunctionConsole": "function_console",
    "HttpConsole": "http_console",
    "LiveQueue": "live_queue",
    "LiveStream": "live_stream",
    "LiveTimeline": "timeline",
    "PolicyConsole": "policy",
    "Quiz": "quiz",
    "Simulator": "simulator",
}


def __getattr__(name: str) -> Any:
    """Import a console when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"helpers.consoles.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
