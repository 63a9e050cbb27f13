"""Pictures of what happened: pure functions and values, as HTML and as plain text."""

from helpers.views.timeline import timeline

__all__ = ["timeline"]
