"""Filter policies of SNS subscriptions: which messages a subscriber wants.

The policy's keys are AND-ed and a key's conditions OR-ed; `$or` lists alternatives. The scope
MessageAttributes looks at message attributes, MessageBody at the message, which then is JSON.
Source: docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html and
subscription-filter-policy-constraints.html.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import translate
from typing import Any

from helpers.cloud.events.sns import Attributes
from helpers.cloud.events.sns_filter_rules import check_policy
from helpers.cloud.json_text import read_json

Flat = Mapping[str, Sequence[Any]]
"""A policy without nesting: dotted path → conditions."""


class Scope(StrEnum):
    """What a filter policy looks at."""

    ATTRIBUTES = "MessageAttributes"
    BODY = "MessageBody"


@dataclass(frozen=True, slots=True)
class FilterPolicy:
    """A filter policy that was read and checked."""

    scope: Scope
    alternatives: tuple[Flat, ...]

    def matches(self, text: str, attributes: Attributes) -> bool:
        """Tell whether a message, given as text and attributes, is wanted."""
        if self.scope is Scope.ATTRIBUTES:
            named = {name: [[*_values(given)]] for name, given in attributes.items()}
            return any(_all_met(flat, named) for flat in self.alternatives)
        try:
            body = read_json(text)
            if not isinstance(body, dict):
                return False
            found = _flat_body(body)
        except ValueError:
            return False
        return any(_all_met(flat, found) for flat in self.alternatives)


def read_filter_policy(text: str, scope: Scope) -> FilterPolicy:
    """Read a policy; raises InvalidFilterPolicy (a ValueError) in the words of SNS."""
    return FilterPolicy(scope, tuple(_flattened(check_policy(text, nested=scope is Scope.BODY))))


def _flattened(policy: Mapping[str, Any]) -> list[dict[str, Sequence[Any]]]:
    """Return a policy's alternatives: one flat policy for each way through its `$or` lists."""
    found: list[dict[str, Sequence[Any]]] = [{}]
    for key, value in policy.items():
        if key == "$or" and isinstance(value, list) and len(value) > 1:
            choices = [flat for each in value for flat in _flattened(each)]
        elif isinstance(value, dict):
            inner = _flattened(value)
            choices = [{f"{key}.{path}": c for path, c in flat.items()} for flat in inner]
        else:
            choices = [{key: value}]
        found = [{**done, **choice} for done in found for choice in choices]
    return found


def _flat_body(body: Mapping[str, Any], before: str = "") -> dict[str, list[Sequence[Any]]]:
    """Return a JSON message by dotted path: the values of each place that the path leads to."""
    found: dict[str, list[Sequence[Any]]] = {}
    for key, value in body.items():
        path = f"{before}{key}"
        items = value if isinstance(value, list) else [value]
        objects = [item for item in items if isinstance(item, dict)]
        plain = [item for item in items if not isinstance(item, (dict, list))]
        for each in objects:
            for inner, places in _flat_body(each, f"{path}.").items():
                found.setdefault(inner, []).extend(places)
        if plain or not objects:
            found.setdefault(path, []).append(plain)
    return found


def _all_met(flat: Flat, subject: Mapping[str, Sequence[Sequence[Any]]]) -> bool:
    return all(
        any(_met(condition, subject.get(path)) for condition in conditions)
        for path, conditions in flat.items()
    )


def _met(condition: Any, places: Sequence[Sequence[Any]] | None) -> bool:
    if isinstance(condition, dict) and "exists" in condition:
        return bool(condition["exists"]) == (places is not None)
    return any(_met_by(condition, values) for values in places or () if values)


def _met_by(condition: Any, values: Sequence[Any]) -> bool:
    if isinstance(condition, dict):
        (operator, operand), *_ = condition.items()
        if operator == "anything-but":
            return not any(_excluded(operand, value) for value in values)
        return any(_OPERATORS[operator](value, operand) for value in values)
    return any(_equal(value, condition) for value in values)


def _excluded(operand: Any, value: Any) -> bool:
    if isinstance(operand, dict):
        (operator, inner), *_ = operand.items()
        several = inner if isinstance(inner, list) else [inner]
        return any(_OPERATORS[operator](value, each) for each in several)
    several = operand if isinstance(operand, list) else [operand]
    return any(_equal(value, each) for each in several)


def _equal(value: Any, condition: Any) -> bool:
    if isinstance(value, bool) or isinstance(condition, bool):
        return value is condition
    if isinstance(value, (int, float)) and isinstance(condition, (int, float)):
        return round(value, 6) == round(condition, 6)
    return type(value) is type(condition) and bool(value == condition)


def _on_text(compare: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, operand: isinstance(value, str) and compare(value, operand)


def _numeric(value: Any, operand: Sequence[Any]) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    terms = zip(operand[::2], operand[1::2], strict=True)
    return all(_COMPARISONS[operator](value, bound) for operator, bound in terms)


def _cidr(value: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(network)
    except ValueError:
        return False


def _wildcard(value: str, pattern: str) -> bool:
    # only the asterisk is a wildcard
    quoted = re.sub(r"[\[?]", lambda found: f"[{found[0]}]", pattern)
    return re.match(translate(quoted), value) is not None


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": lambda value, bound: round(value, 6) == round(bound, 6),
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "prefix": _on_text(str.startswith),
    "suffix": _on_text(str.endswith),
    "equals-ignore-case": _on_text(lambda value, other: value.lower() == other.lower()),
    "wildcard": _on_text(_wildcard),
    "cidr": _on_text(_cidr),
    "numeric": _numeric,
}


def _values(given: Mapping[str, str]) -> Iterator[Any]:
    """Yield what a message attribute holds; binary ones take no part in filtering."""
    kind, value = given["Type"], given["Value"]
    if kind == "String.Array":
        try:
            items = read_json(value)
        except ValueError:
            return
        yield from items if isinstance(items, list) else [items]
    elif kind.startswith("Number"):
        try:
            yield float(value)
        except ValueError:
            return
    elif kind.startswith("String"):
        yield value
