"""Corrections of moto's classes, made once however often they are installed."""

from __future__ import annotations

from functools import wraps
from inspect import unwrap
from typing import Any


def wrapped(method: Any, checked: Any) -> Any:
    """Return a method that is `checked`, which gets moto's own as its first argument.

    Wrapping what is wrapped takes the first check off, so that installing twice is harmless.
    """
    original = unwrap(method)

    @wraps(original)
    def bound(*arguments: Any, **named: Any) -> Any:
        return checked(original, *arguments, **named)

    return bound


def first_time(owner: type, mark: str = "coldstart_bound") -> bool:
    """Tell whether a class of moto is still to be corrected, and mark it."""
    if hasattr(owner, mark):
        return False
    setattr(owner, mark, True)
    return True
