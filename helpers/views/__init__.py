"""Pictures of what happened: pure functions and values, as HTML and as plain text.

What notebooks import from here is looked up late, so that nobody pays for a picture they do not
draw. The timeline is not: its module has the same name, and would stand in its place.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from helpers.views.timeline import timeline

if TYPE_CHECKING:
    from helpers.views.bill import bill_view
    from helpers.views.concurrency import concurrency_view
    from helpers.views.cost import cost_view
    from helpers.views.decision_picture import decision_view
    from helpers.views.least_picture import least_policy
    from helpers.views.month import Month
    from helpers.views.queue_picture import queue_view
    from helpers.views.side_by_side import events_side_by_side
    from helpers.views.stream_picture import stream_view

__all__ = [
    "Month",
    "bill_view",
    "concurrency_view",
    "cost_view",
    "decision_view",
    "events_side_by_side",
    "least_policy",
    "queue_view",
    "stream_view",
    "timeline",
]
_HOMES = {
    "Month": "month",
    "bill_view": "bill",
    "concurrency_view": "concurrency",
    "cost_view": "cost",
    "decision_view": "decision_picture",
    "events_side_by_side": "side_by_side",
    "least_policy": "least_picture",
    "queue_view": "queue_picture",
    "stream_view": "stream_picture",
}


def __getattr__(name: str) -> Any:
    """Import a picture when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"helpers.views.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
