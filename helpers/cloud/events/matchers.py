"""What one value of an event is compared with: the operators of the pattern language.

A matcher takes a value as JSON gives it (string, number, boolean or None) and tells whether it
fits. Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html.
"""

from __future__ import annotations

import ipaddress
import json
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

from helpers.cloud.events.tokens import InvalidPattern

Matcher = Callable[[Any], bool]

LARGEST = 5e9
"""Numbers up to here, on either side of zero, are compared as numbers; others as text."""
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def is_number(value: object) -> bool:
    """Tell whether a JSON value is a number; true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def string(text: str) -> Matcher:
    """Match this string."""
    return lambda value: isinstance(value, str) and value == text


def word(text: str) -> Matcher:
    """Match true, false or null."""
    wanted = json.loads(text)
    return lambda value: value is wanted


def number(text: str) -> Matcher:
    """Match this number, however it is written."""
    wanted = json.loads(text)
    if abs(wanted) > LARGEST:
        return number_as_text(text)
    return lambda value: is_number(value) and value == wanted


def number_as_text(text: str) -> Matcher:
    """Match a number that is written so: 300 is not 300.0."""
    wanted = json.dumps(json.loads(text))
    return lambda value: is_number(value) and json.dumps(value) == wanted


def prefix(text: str) -> Matcher:
    """Match strings that begin so."""
    return lambda value: isinstance(value, str) and value.startswith(text)


def suffix(text: str) -> Matcher:
    """Match strings that end so."""
    return lambda value: isinstance(value, str) and value.endswith(text)


def ignoring_case(matcher: Callable[[str], Matcher], text: str) -> Matcher:
    """Match as `matcher` does, small and capital letters being the same."""
    folded = matcher(text.lower())
    return lambda value: isinstance(value, str) and folded(value.lower())


def anything_but(matchers: Sequence[Matcher]) -> Matcher:
    """Match every value, of any type, that none of the matchers matches."""
    return lambda value: not any(matches(value) for matches in matchers)


def exists(_value: Any) -> bool:
    """Match every value."""
    return True


def absent(_value: Any) -> bool:
    """Match no value: the pattern matches where there is none."""
    return False


def numeric(limits: Sequence[tuple[str, float]]) -> Matcher:
    """Match numbers within limits: pairs of comparison and number."""
    for _, limit in limits:
        if abs(limit) > LARGEST:
            raise InvalidPattern("Value must be between -5.0E9 and 5.0E9, inclusive")
    return lambda value: (
        is_number(value)
        and abs(value) <= LARGEST
        and all(COMPARISONS[sign](value, limit) for sign, limit in limits)
    )


def wildcard(text: str) -> Matcher:
    r"""Match strings by `*`; `\*` and `\\` stand for themselves."""
    parts = [""]
    at = 0
    while at < len(text):
        if text[at] == "\\":
            if text[at + 1 : at + 2] not in ("*", "\\"):
                raise InvalidPattern(f"Invalid escape character at pos {at + 1}")
            parts[-1] += text[at + 1]
            at += 2
        elif text[at] == "*":
            if text[at + 1 : at + 2] == "*":
                raise InvalidPattern(f"Consecutive wildcard characters at pos {at + 1}")
            parts.append("")
            at += 1
        else:
            parts[-1] += text[at]
            at += 1
    return lambda value: isinstance(value, str) and _fits(parts, value)


def _fits(parts: Sequence[str], value: str) -> bool:
    if len(parts) == 1:
        return value == parts[0]
    first, *middle, last = parts
    if len(value) < len(first) + len(last):
        return False
    if not (value.startswith(first) and value.endswith(last)):
        return False
    at, end = len(first), len(value) - len(last)
    for part in middle:
        found = value.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def cidr(text: str) -> Matcher:
    """Match addresses of a network, such as 10.0.0.0/24."""
    address, *masks = text.split("/")
    if len(masks) != 1:
        raise InvalidPattern("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"-?\d+", masks[0]):
        raise InvalidPattern("Malformed CIDR, mask bits must be an integer")
    if masks[0].startswith("-"):
        raise InvalidPattern("Malformed CIDR, mask bits must not be negative")
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        raise InvalidPattern(f"Nonstandard IP address: {address}") from None
    bits = 32 if version == 4 else 128
    if int(masks[0]) >= bits:
        raise InvalidPattern(f"IPv{version} mask bits must be < {bits}")
    network = ipaddress.ip_network(text, strict=False)
    return lambda value: isinstance(value, str) and _within(network, value)


def _within(network: ipaddress.IPv4Network | ipaddress.IPv6Network, value: str) -> bool:
    try:
        return ipaddress.ip_address(value) in network
    except ValueError:
        return False
