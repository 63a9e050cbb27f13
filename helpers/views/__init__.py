"""Pictures of what happened: pure functions and values, as HTML and as plain text.

What notebooks import from here is looked up late, so that nobody pays for a picture they do not
draw.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.views.side_by_side import events_side_by_side

__all__ = ["events_side_by_side"]
_HOMES = {
    "events_side_by_side": "side_by_side",
}


def __getattr__(name: str) -> Any:
    """Import a picture when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"helpers.views.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
