"""What goes wrong in a mapping template."""

from __future__ import annotations


class TemplateError(Exception):
    """A template that cannot be read or rendered; callers of the API see a 500."""
