"""Functions of fields, filter and sort, by name in lower case.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from helpers.cloud.logs.insights.values import Moment, number, shown, text

Compute = Callable[..., Any]


def numeric(compute: Callable[..., float]) -> Compute:
    """Return a function of numbers that gives nothing where one argument is none."""

    def guarded(*arguments: Any) -> float | None:
        numbers = [number(argument) for argument in arguments]
        if None in numbers:
            return None
        try:
            result = float(compute(*numbers))
        except (ZeroDivisionError, ValueError, OverflowError, TypeError):
            return None
        return result if math.isfinite(result) else None

    return guarded


def textual(compute: Callable[..., Any]) -> Compute:
    """Return a function of texts that gives nothing where the first argument is missing."""

    def guarded(*arguments: Any) -> Any:
        if arguments[0] is None:
            return None
        return compute(*["" if argument is None else text(argument) for argument in arguments])

    return guarded


def _substring(whole: str, start: str, length: str = "") -> str:
    first = int(number(start) or 0)
    count = number(length) if length else None
    return whole[first:] if count is None else whole[first : first + int(count)]


def floored(moment: Any, period_ms: float) -> Moment | None:
    """Return the start of the period in which a moment lies."""
    at = number(moment)
    return None if at is None else Moment(at - at % period_ms)


def ceiled(moment: Any, period_ms: float) -> Moment | None:
    """Return the end of the period in which a moment lies."""
    at = number(moment)
    return None if at is None else Moment(at + -at % period_ms)


def _first_present(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _extreme(choose: Callable[..., float]) -> Compute:
    def compute(*values: Any) -> float | None:
        numbers = [found for found in map(number, values) if found is not None]
        return choose(numbers) if numbers else None

    return compute


LATEST_MS = 8.64e15
"""What a moment may be at most, on either side of 1970."""


def _moment(value: Any) -> Moment | None:
    at = number(value)
    return None if at is None or abs(at) > LATEST_MS else Moment(at)


FUNCTIONS: Mapping[str, tuple[int, int, Compute]] = {
    "abs": (1, 1, numeric(abs)),
    "ceil": (1, 1, numeric(math.ceil)),
    "floor": (1, 1, numeric(math.floor)),
    "greatest": (1, 99, _extreme(max)),
    "least": (1, 99, _extreme(min)),
    "log": (1, 1, numeric(math.log)),
    "sqrt": (1, 1, numeric(math.sqrt)),
    "concat": (1, 99, lambda *values: "".join(text(v) for v in values if v is not None)),
    "strlen": (1, 1, textual(len)),
    "trim": (1, 2, textual(lambda whole, chars=" \t\n\r": whole.strip(chars))),
    "ltrim": (1, 2, textual(lambda whole, chars=" \t\n\r": whole.lstrip(chars))),
    "rtrim": (1, 2, textual(lambda whole, chars=" \t\n\r": whole.rstrip(chars))),
    "tolower": (1, 1, textual(str.lower)),
    "toupper": (1, 1, textual(str.upper)),
    "substr": (2, 3, textual(_substring)),
    "replace": (3, 3, textual(str.replace)),
    "strcontains": (2, 2, textual(lambda whole, part: part in whole)),
    "isempty": (1, 1, lambda value: value is None or value == ""),
    "isblank": (1, 1, lambda value: value is None or not shown(value).strip()),
    "ispresent": (1, 1, lambda value: value is not None),
    "coalesce": (1, 99, _first_present),
    "if": (3, 3, lambda condition, then, other: then if condition else other),
    "frommillis": (1, 1, _moment),
    "tomillis": (1, 1, lambda value: None if value is None else number(value)),
    "now": (0, 0, lambda: float(int(time.time()))),
}
"""The fewest and the most arguments, and what a function computes."""

UNITS_MS: Mapping[str, float] = {
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
    "mo": 2_592_000_000,
    "q": 7_776_000_000,
    "y": 31_536_000_000,
}


def period_ms(count: str, unit: str) -> float:
    """Return a period such as 5m in milliseconds; months have 30 days and years 365."""
    short = unit if unit in UNITS_MS else unit[:1]
    if unit.startswith("mo"):
        short = "mo"
    if unit.startswith("milli"):
        short = "ms"
    return float(count) * UNITS_MS[short]
