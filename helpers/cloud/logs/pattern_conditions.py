"""Conditions of filter patterns: `$.user.id = 7 || $.tags[0] = "a*"`, `status = 4* && bytes > 9`.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
"""

from __future__ import annotations

import fnmatch
import operator
import re
from collections.abc import Callable
from typing import Any

from helpers.cloud.regexes import InvalidRegexError, Regex, SlowRegexError

ValueOf = Callable[[str], Any]
Condition = Callable[[ValueOf], bool]
TOKEN = re.compile(
    r'\s*(?:(?P<symbol>&&|\|\||[()]|!=|>=|<=|=|>|<)|"(?P<quoted>(?:[^"\\]|\\.)*)"'
    r"|%(?P<regex>[^%]*)%|(?P<bare>[^\s()&|=!<>\"]+))"
)
SELECTOR = re.compile(r"\['([^']*)'\]|\[\"([^\"]*)\"\]|\[(\d+|\*)\]|\.?([^.\[\]]+)")
NUMERIC: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ABSENT = object()
"""What a selector gives that finds nothing; null is found."""
MAX_DEPTH = 30


class PatternError(ValueError):
    """A filter pattern that cannot be read."""


def conditions(text: str) -> Condition:
    """Read conditions joined by && and ||; raises PatternError."""
    parser = _Parser(text)
    condition = parser.either(0)
    if parser.tokens:
        raise PatternError("Invalid filter pattern")
    return condition


def field_value(document: Any, selector: str) -> Any:
    """Return what a selector such as `$.user.names[0]` finds in a document, or ABSENT."""
    value = document
    for quoted, double, index, name in SELECTOR.findall(selector.removeprefix("$")):
        if index:
            inside = isinstance(value, list) and index != "*" and int(index) < len(value)
            value = value[int(index)] if inside else ABSENT
        else:
            key = quoted or double or name
            value = value.get(key, ABSENT) if isinstance(value, dict) else ABSENT
        if value is ABSENT:
            return ABSENT
    return value


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[re.Match[str]] = []
        at = 0
        while text[at:].strip():
            found = TOKEN.match(text, at)
            if found is None:
                raise PatternError("Invalid filter pattern")
            self.tokens.append(found)
            at = found.end()

    def either(self, depth: int) -> Condition:
        found = [self._all(depth)]
        while self._takes("||"):
            found.append(self._all(depth))
        return lambda value_of: any(one(value_of) for one in found)

    def _all(self, depth: int) -> Condition:
        found = [self._one(depth)]
        while self._takes("&&"):
            found.append(self._one(depth))
        return lambda value_of: all(one(value_of) for one in found)

    def _one(self, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise PatternError("Invalid filter pattern")
        if self._takes("("):
            inner = self.either(depth + 1)
            if not self._takes(")"):
                raise PatternError("Invalid filter pattern")
            return inner
        selector = self._next()["bare"]
        if not selector:
            raise PatternError("Invalid filter pattern")
        asked = self._next()
        if asked["symbol"]:
            return _compared(selector, asked["symbol"], self._next())
        return self._stated(selector, str(asked["bare"]).upper())

    def _stated(self, selector: str, word: str) -> Condition:
        if word == "EXISTS":
            return lambda value_of: value_of(selector) is not ABSENT
        if word == "NOT" and str(self._next()["bare"]).upper() == "EXISTS":
            return lambda value_of: value_of(selector) is ABSENT
        if word == "IS":
            wanted = str(self._next()["bare"]).upper()
            if wanted in ("TRUE", "FALSE", "NULL"):
                value = {"TRUE": True, "FALSE": False, "NULL": None}[wanted]
                return lambda value_of: value_of(selector) is value
        raise PatternError("Invalid filter pattern")

    def _next(self) -> re.Match[str]:
        if not self.tokens:
            raise PatternError("Invalid filter pattern")
        return self.tokens.pop(0)

    def _takes(self, symbol: str) -> bool:
        if self.tokens and self.tokens[0]["symbol"] == symbol:
            self.tokens.pop(0)
            return True
        return False


def _compared(selector: str, symbol: str, token: re.Match[str]) -> Condition:
    if token["symbol"]:
        raise PatternError("Invalid filter pattern")
    if symbol in NUMERIC:
        limit, compare = _number(token["bare"]), NUMERIC[symbol]
        if limit is None:
            raise PatternError("Invalid filter pattern")
        bound = limit
        return lambda value_of: _holds(compare, _number(value_of(selector)), bound)
    equal = _equality(token)
    if symbol == "=":
        return lambda value_of: equal(value_of(selector))
    return lambda value_of: _differs(equal, value_of(selector))


def _differs(equal: Callable[[Any], bool], value: Any) -> bool:
    return value is not ABSENT and not equal(value)


def _holds(compare: Callable[[Any, Any], bool], value: float | None, limit: float) -> bool:
    return value is not None and compare(value, limit)


def _equality(token: re.Match[str]) -> Callable[[Any], bool]:
    if token["regex"] is not None:
        found = found_by(token["regex"])
        return lambda value: value is not ABSENT and found(_text(value))
    text = token["bare"] if token["quoted"] is None else re.sub(r"\\(.)", r"\1", token["quoted"])
    number = _number(text) if token["quoted"] is None else None
    if number is not None:
        return lambda value: _number(value) == number
    if "*" in text:
        expression = re.compile(fnmatch.translate(re.sub(r"([\[?])", r"[\1]", text)))
        return lambda value: value is not ABSENT and expression.match(_text(value)) is not None
    return lambda value: value is not ABSENT and _text(value) == text


def found_by(source: str) -> Callable[[str], bool]:
    """Return whether a regular expression finds something, which it does not if it is too slow.

    Raises PatternError.
    """
    try:
        expression = Regex(source)
    except InvalidRegexError as error:
        raise PatternError("Invalid filter pattern") from error

    def found(text: str) -> bool:
        try:
            return expression.search(text) is not None
        except SlowRegexError:
            return False

    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        return float(value)
    except ValueError:
        return None
