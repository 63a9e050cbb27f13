"""Expressions of a query, compiled to functions of an event.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Filter.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.cloud.logs.insights.events import Event
from helpers.cloud.logs.insights.functions import FUNCTIONS, ceiled, floored, numeric, period_ms
from helpers.cloud.logs.insights.scanner import (
    FIELD,
    MAX_DEPTH,
    NUMBER,
    PERIOD,
    REGEX,
    STRING,
    Scanner,
    regex_of,
    unquoted,
)
from helpers.cloud.logs.insights.values import less, same, text, truth

Evaluate = Callable[[Event], Any]
CALL = re.compile(r"[A-Za-z_]\w*(?=\s*\()")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "!=": lambda a, b: not same(a, b),
    "<=": lambda a, b: a is not None and b is not None and not less(b, a),
    ">=": lambda a, b: a is not None and b is not None and not less(a, b),
    "=": same,
    "<": less,
    ">": lambda a, b: less(b, a),
}
SUMS = {"+": numeric(operator.add), "-": numeric(operator.sub)}
PRODUCTS = {
    "*": numeric(operator.mul),
    "/": numeric(operator.truediv),
    "%": numeric(operator.mod),
}
POWER = numeric(operator.pow)


@dataclass(frozen=True, slots=True)
class Expression:
    """What computes a value of an event, and the text it was written as, which names a column."""

    evaluate: Evaluate
    text: str


class ExpressionReader:
    """Reads expressions; `call` reads the functions that only some commands know."""

    def __init__(
        self, scanner: Scanner, call: Callable[[str, int], Evaluate | None] | None = None
    ) -> None:
        self._scanner = scanner
        self._call = call

    def read(self) -> Expression:
        """Read one expression."""
        scanner, start = self._scanner, self._scanner.at
        evaluate = self._either()
        return Expression(evaluate, scanner.text[start : scanner.at].strip())

    def _either(self) -> Evaluate:
        self._scanner.depth += 1
        if self._scanner.depth > MAX_DEPTH:
            raise self._scanner.refused("the expression is nested too deeply", self._scanner.at)
        left = self._both()
        while self._scanner.takes_word("or"):
            left = _or(left, self._both())
        self._scanner.depth -= 1
        return left

    def _both(self) -> Evaluate:
        left = self._negated()
        while self._scanner.takes_word("and"):
            left = _and(left, self._negated())
        return left

    def _negated(self) -> Evaluate:
        if self._scanner.takes_word("not"):
            inner = self._negated()
            return lambda event: not truth(inner(event))
        return self._comparison()

    def _comparison(self) -> Evaluate:
        left = self._sum()
        scanner = self._scanner
        if scanner.takes("=~"):
            return self._like(left)
        for symbol, compare in COMPARE.items():
            if scanner.takes(symbol):
                return _binary(compare, left, self._sum())
        negative = scanner.takes_word("not") is not None
        word = scanner.takes_word("like", "in")
        if word is None:
            if negative:
                raise scanner.unexpected()
            return left
        found = self._like(left) if word == "like" else self._in(left)
        return (lambda event: not found(event)) if negative else found

    def _like(self, left: Evaluate) -> Evaluate:
        scanner = self._scanner
        regex = scanner.takes_match(REGEX)
        if regex is not None:
            search = regex_of(regex, scanner).search

            def matches(event: Event) -> bool:
                value = left(event)
                return value is not None and search(text(value)) is not None

            return matches
        part = unquoted(scanner.needs_match(STRING))

        def contains(event: Event) -> bool:
            value = left(event)
            return value is not None and part in text(value)

        return contains

    def _in(self, left: Evaluate) -> Evaluate:
        scanner = self._scanner
        scanner.needs("[")
        items = [self._sum()]
        while scanner.takes(","):
            items.append(self._sum())
        scanner.needs("]")

        def contained(event: Event) -> bool:
            value = left(event)
            return any(same(value, item(event)) for item in items)

        return contained

    def _sum(self) -> Evaluate:
        left = self._product()
        while (symbol := self._symbol("+", "-")) is not None:
            left = _binary(SUMS[symbol], left, self._product())
        return left

    def _product(self) -> Evaluate:
        left = self._power()
        while (symbol := self._symbol("*", "/", "%")) is not None:
            left = _binary(PRODUCTS[symbol], left, self._power())
        return left

    def _power(self) -> Evaluate:
        if self._scanner.takes("-"):
            inner = self._power()
            negate = numeric(operator.neg)
            return lambda event: negate(inner(event))
        base = self._primary()
        if self._scanner.takes("^"):
            return _binary(POWER, base, self._power())
        return base

    def _symbol(self, *symbols: str) -> str | None:
        return next((symbol for symbol in symbols if self._scanner.takes(symbol)), None)

    def _primary(self) -> Evaluate:
        scanner = self._scanner
        if scanner.takes("("):
            inner = self._either()
            scanner.needs(")")
            return inner
        string = scanner.takes_match(STRING)
        if string is not None:
            return _constant(unquoted(string))
        number = scanner.takes_match(NUMBER)
        if number is not None:
            return _constant(float(number[0]))
        called = scanner.takes_match(CALL)
        if called is not None:
            return self._called(called)
        field = scanner.needs_match(FIELD)[0]
        if field.lower() in ("true", "false"):
            return _constant(field.lower() == "true")
        name = field.strip("`")
        return lambda event: event.get(name)

    def _called(self, called: re.Match[str]) -> Evaluate:
        scanner, name = self._scanner, called[0].lower()
        scanner.needs("(")
        if self._call is not None:
            special = self._call(name, called.start())
            if special is not None:
                return special
        if name in ("bin", "datefloor", "dateceil"):
            return self._period(name)
        known = FUNCTIONS.get(name)
        if known is None:
            raise scanner.refused(f"unknown function: {called[0]}", called.start())
        fewest, most, compute = known
        arguments: list[Evaluate] = []
        while not scanner.peeks(")"):
            if arguments:
                scanner.needs(",")
            arguments.append(self._either())
        scanner.needs(")")
        if not fewest <= len(arguments) <= most:
            raise scanner.refused(f"wrong number of arguments: {called[0]}", called.start())
        return _applied(compute, arguments)

    def _period(self, name: str) -> Evaluate:
        scanner = self._scanner
        moment: Evaluate = lambda event: event.get("@timestamp")  # noqa: E731
        if name != "bin":
            moment = self._either()
            scanner.needs(",")
        found = scanner.needs_match(PERIOD)
        scanner.needs(")")
        length = period_ms(found[1], found[2])
        if length <= 0:
            raise scanner.refused("the period must be longer than nothing", found.start())
        cut = ceiled if name == "dateceil" else floored
        return lambda event: cut(moment(event), length)


def _applied(compute: Callable[..., Any], arguments: list[Evaluate]) -> Evaluate:
    if len(arguments) == 1:
        only = arguments[0]
        return lambda event: compute(only(event))
    return lambda event: compute(*[argument(event) for argument in arguments])


def _binary(compute: Callable[[Any, Any], Any], left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda event: compute(left(event), right(event))


def _and(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda event: truth(left(event)) and truth(right(event))


def _or(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda event: truth(left(event)) or truth(right(event))


def _constant(value: Any) -> Evaluate:
    return lambda _event: value
