"""Widgets that act on the account: each takes the lab, and is preceded by its twin in text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.consoles.cost import CostConsole
    from helpers.consoles.event_explorer import EventExplorer
    from helpers.consoles.function_console import FunctionConsole
    from helpers.consoles.http_console import HttpConsole
    from helpers.consoles.quiz import Quiz
    from helpers.consoles.simulator import Simulator
    from helpers.consoles.timeline import LiveTimeline

__all__ = [
    "CostConsole",
    "EventExplorer",
    "FunctionConsole",
    "HttpConsole",
    "LiveTimeline",
    "Quiz",
    "Simulator",
]
_HOMES = {
    "CostConsole": "cost",
    "EventExplorer": "event_explorer",
    "FunctionConsole": "function_console",
    "HttpConsole": "http_console",
    "LiveTimeline": "timeline",
    "Quiz": "quiz",
    "Simulator": "simulator",
}


def __getattr__(name: str) -> Any:
    """Import a console when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"helpers.consoles.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
