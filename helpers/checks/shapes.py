"""What to try where an answer is not the dict that an exercise asks for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def advice_on_dict(answer: Any, keys: Collection[str]) -> str:
    """Return what keeps an answer from being a dict with these keys; "" where nothing does.

    >>> advice_on_dict({"total": 1, "unit": "ct"}, ["total"])
    'Leave out unit: the answer has the key total and no other.'
    """
    wanted = ", ".join(keys)
    if answer is None:
        return "The handler returned nothing. Does every way through it end with return?"
    if isinstance(answer, str):
        return "That is a text. Return the dict itself: Lambda makes JSON of it."
    if not isinstance(answer, dict):
        return f"Return a dict with the {_keys(keys)} {wanted}."
    if missing := [key for key in keys if key not in answer]:
        return f"The answer lacks {', '.join(missing)}."
    if more := [key for key in answer if key not in keys]:
        return (
            f"Leave out {', '.join(more)}: the answer has the {_keys(keys)} {wanted} and no other."
        )
    return ""


def _keys(keys: Collection[str]) -> str:
    return "key" if len(keys) == 1 else "keys"
