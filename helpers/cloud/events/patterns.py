"""Event patterns: which events a rule, or a filter of an event source mapping, takes.

A pattern becomes alternatives (one without $or), each a path → the matchers of its list. An event
becomes the values at each path, with the places in arrays they come from: values of two paths match
together only when they come from the same element of an array. Leaves out EventBridge's estimate
of how complex a pattern of wildcards is.
Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html,
docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.events import matchers
from helpers.cloud.events.expressions import Rules, expression
from helpers.cloud.events.matchers import Matcher
from helpers.cloud.events.tokens import InvalidPattern, Kind, Tokens

OR = "$or"
COMBINATIONS = 1000
INSIDE_ANYTHING_BUT = frozenset({"prefix", "suffix", "equals-ignore-case"})
SHARED = INSIDE_ANYTHING_BUT | {"anything-but", "numeric", "exists"}
EVENTBRIDGE = Rules(
    operators=SHARED | {"cidr", "wildcard", "exactly"},
    inside_anything_but=INSIDE_ANYTHING_BUT | {"wildcard"},
    number=matchers.number,
)
"""The language of rules."""
FILTERS = Rules(
    operators=SHARED,
    inside_anything_but=INSIDE_ANYTHING_BUT,
    number=matchers.number_as_text,
)
"""The subset that Lambda's filter criteria know; numbers are compared as they are written."""
RESERVED = (
    EVENTBRIDGE.operators
    | {*matchers.COMPARISONS, "regex", "not-wildcard", "not-equals-ignore-case"}
    | {"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"}
    | {"ip-address-in-range", "ip-address-not-in-range"}
)
"""Names of fields that cannot stand in $or."""

Alternative = dict[str, Sequence[Matcher]]
Places = frozenset[tuple[int, int]]
"""Where in arrays a value stands: number of the array, index in it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern."""

    alternatives: Sequence[Alternative] = field(repr=False)

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Tell whether an event, as JSON gives it, has what the pattern asks for.

        >>> compile_pattern('{"detail": {"total": [{"numeric": [">", 10]}]}}').matches(
        ...     {"detail": {"total": 12}}
        ... )
        True
        """
        values = _values(event)
        return any(_matches(alternative, values) for alternative in self.alternatives)


def compile_pattern(document: str | Mapping[str, Any], *, rules: Rules = EVENTBRIDGE) -> Pattern:
    """Read a pattern, as JSON text or as the object itself.

    Raises InvalidPattern with AWS's reason: "Event pattern is not valid. Reason: " goes before it
    in EventBridge.
    """
    text = document if isinstance(document, str) else json.dumps(document)
    tokens = Tokens(text)
    if tokens.take().kind is not Kind.OBJECT:
        raise tokens.fail("Filter is not an object")
    try:
        return Pattern(_Compiler(tokens, rules).compiled())
    except RecursionError:
        raise InvalidPattern("The pattern is nested too deeply") from None


class _Compiler:
    def __init__(self, tokens: Tokens, rules: Rules) -> None:
        self._tokens = tokens
        self._rules = rules

    def compiled(self) -> list[Alternative]:
        found: list[Alternative] = [{}]
        self._object(found, "", in_or=False)
        return found

    def _object(self, found: list[Alternative], path: str, *, in_or: bool) -> None:
        tokens = self._tokens
        if tokens.take().kind is Kind.OBJECT_END:
            raise tokens.fail("Empty objects are not allowed")
        while tokens.current.kind is Kind.FIELD:
            name = tokens.current.value
            if name == OR:
                self._or(found, path)
            elif in_or and name in RESERVED:
                sentence = f"{name} is Ruler reserved fieldName which cannot be used inside {OR}."
                raise tokens.fail(sentence)
            else:
                self._field(found, f"{path}.{name}" if path else name, name, in_or=in_or)
            tokens.take()

    def _field(self, found: list[Alternative], path: str, name: str, *, in_or: bool) -> None:
        kind = self._tokens.take().kind
        if kind is Kind.OBJECT:
            self._object(found, path, in_or=in_or)
        elif kind is Kind.ARRAY:
            values = self._list()
            for alternative in found:
                alternative[path] = values
        else:
            raise self._tokens.fail(f'"{name}" must be an object or an array')

    def _or(self, found: list[Alternative], path: str) -> None:
        tokens = self._tokens
        if tokens.take().kind is not Kind.ARRAY:
            raise tokens.fail(f"It must be an Array followed with {OR}.")
        before = [dict(alternative) for alternative in found]
        found.clear()
        branches = 0
        while tokens.take().kind is not Kind.ARRAY_END:
            if tokens.current.kind is not Kind.OBJECT:
                sentence = f"Only JSON object is allowed in array of {OR} relationship."
                raise tokens.fail(sentence)
            branches += 1
            branch = [dict(alternative) for alternative in before]
            self._object(branch, path, in_or=True)
            found += branch
            if len(found) > COMBINATIONS:
                raise InvalidPattern(f"Rule has more than {COMBINATIONS} combinations in {OR}")
        if branches < 2:
            raise tokens.fail(f"There must have at least 2 Objects in {OR} relationship.")

    def _list(self) -> list[Matcher]:
        tokens = self._tokens
        values = []
        while (kind := tokens.take().kind) is not Kind.ARRAY_END:
            if kind is Kind.OBJECT:
                values.append(expression(tokens, self._rules))
            elif kind is Kind.STRING:
                values.append(matchers.string(tokens.content()))
            elif kind is Kind.NUMBER:
                values.append(self._rules.number(tokens.content()))
            elif kind is Kind.WORD:
                values.append(matchers.word(tokens.content()))
            else:
                raise tokens.fail("Match value must be String, number, true, false, or null")
        if not values:
            raise tokens.fail("Empty arrays are not allowed")
        return values


def _matches(alternative: Alternative, values: Mapping[str, list[tuple[Any, Places]]]) -> bool:
    together: set[Places] = {frozenset()}
    for path, wanted in alternative.items():
        found = values.get(path)
        if found is None:
            if matchers.absent not in wanted:
                return False
            continue
        fitting = {places for value, places in found if any(fits(value) for fits in wanted)}
        together = {
            joined for one in together for other in fitting if _consistent(joined := one | other)
        }
        if not together:
            return False
    return True


def _consistent(places: Places) -> bool:
    return len({array for array, _ in places}) == len(places)


def _values(event: Mapping[str, Any]) -> dict[str, list[tuple[Any, Places]]]:
    """Give the values at each path; an empty array or object has none."""
    values: dict[str, list[tuple[Any, Places]]] = {}
    arrays = 0
    waiting: list[tuple[str, Any, Places]] = [("", event, frozenset())]
    while waiting:
        path, value, places = waiting.pop()
        if isinstance(value, Mapping):
            for name, inner in value.items():
                waiting.append((f"{path}.{name}" if path else name, inner, places))
        elif isinstance(value, (list, tuple)):
            arrays += 1
            for index, inner in enumerate(value):
                waiting.append((path, inner, places | {(arrays, index)}))
        else:
            values.setdefault(path, []).append((value, places))
    return values
