"""Pictures of what happened: pure functions and values, as HTML and as plain text.

A picture whose module has another name than itself is imported when it is first asked for, so
that a lab that does not draw it does not pay for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from helpers.views.timeline import timeline

if TYPE_CHECKING:
    from helpers.views.side_by_side import events_side_by_side

__all__ = ["events_side_by_side", "timeline"]
_LATE = {
    "events_side_by_side": "side_by_side",
}


def __getattr__(name: str) -> Any:
    """Import a picture when it is first asked for."""
    if name in _LATE:
        return getattr(import_module(f"helpers.views.{_LATE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
