"""Widgets that act on the account: each takes the lab, and is preceded by its twin in text."""

from helpers.consoles.event_explorer import EventExplorer
from helpers.consoles.function_console import FunctionConsole
from helpers.consoles.http_console import HttpConsole
from helpers.consoles.timeline import LiveTimeline

__all__ = ["EventExplorer", "FunctionConsole", "HttpConsole", "LiveTimeline"]
