"""Values of a query: how they compare, when they count as numbers, how they are shown."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any


class Moment(float):
    """A moment in Unix milliseconds, shown as date and time."""

    __slots__ = ()


def number(value: Any) -> float | None:
    """Return a value as a number, None if it is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, str):
        try:
            found = float(value)
        except ValueError:
            return None
        return found if math.isfinite(found) else None
    return None


def shown(value: Any) -> str:
    """Return a value as a query's results hold it.

    >>> [shown(value) for value in (3.0, 0.25, True, {"a": 1}, Moment(0))]
    ['3', '0.25', '1', '{"a":1}', '1970-01-01 00:00:00.000']
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Moment):
        moment = datetime.fromtimestamp(value / 1000, UTC)
        return f"{moment:%Y-%m-%d %H:%M:%S}.{int(value) % 1000:03d}"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float)):
        whole = float(value).is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else f"{value:.10g}"
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal: as numbers if both are, else as text."""
    if left is None or right is None:
        return False
    if isinstance(left, str) and isinstance(right, str) and left == right:
        return True
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return a == b
    return text(left) == text(right)


def less(left: Any, right: Any) -> bool:
    """Tell whether the left value is smaller: as numbers if both are, else as text."""
    if left is None or right is None:
        return False
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return a < b
    return text(left) < text(right)


def text(value: Any) -> str:
    """Return a value as text to compare with, in which true is `true`."""
    return str(value).lower() if isinstance(value, bool) else shown(value)


def truth(value: Any) -> bool:
    """Tell whether a filter keeps an event for which its expression has this value."""
    return bool(value) and value not in ("0", "false")


def sort_key(value: Any) -> tuple[int, float, str]:
    """Return what values are ordered by: numbers before text."""
    as_number = number(value)
    return (0, as_number, "") if as_number is not None else (1, 0.0, shown(value))
