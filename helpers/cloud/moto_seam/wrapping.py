"""Methods of moto with a check in front of them."""

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
