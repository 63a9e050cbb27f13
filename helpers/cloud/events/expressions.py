"""Match expressions of a pattern: `{"prefix": "a"}`, `{"anything-but": […]}` and their like.

Reads one object of the list of a field, with the reasons that EventBridge gives when it is wrong.
Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html;
github.com/aws/event-ruler.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from helpers.cloud.events import matchers
from helpers.cloud.events.matchers import Matcher
from helpers.cloud.events.tokens import InvalidPattern, Kind, Tokens

ONE_KEY = "Only one key allowed in match expression"
TOO_MANY = "Too many elements in numeric expression"
NO_OTHER_TYPES = "Inside anything but list, start|null|boolean is not supported."
_IGNORING_CASE = (
    "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
)
INNER: dict[str, tuple[Callable[[str], Matcher], str]] = {
    "prefix": (matchers.prefix, "prefix/suffix match pattern must be a string"),
    "suffix": (matchers.suffix, "prefix/suffix match pattern must be a string"),
    "wildcard": (matchers.wildcard, "wildcard match pattern must be a string"),
    "equals-ignore-case": (
        lambda text: matchers.ignoring_case(matchers.string, text),
        _IGNORING_CASE,
    ),
}
"""What can stand in anything-but, and what is said when its value is no string."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A dialect: its operators, those that anything-but takes, and how numbers compare."""

    operators: frozenset[str]
    inside_anything_but: frozenset[str]
    number: Callable[[str], Matcher]


def expression(tokens: Tokens, rules: Rules) -> Matcher:
    """Read one match expression, whose opening brace was taken; raises InvalidPattern."""
    if tokens.take().kind is not Kind.FIELD:
        raise tokens.fail("Match expression name not found")
    name = tokens.current.value
    if name not in rules.operators:
        raise tokens.fail(f"Unrecognized match type {name}")
    if name == "numeric":
        return _numeric(tokens)
    if name == "anything-but":
        return _anything_but(tokens, rules)
    if name == "exists":
        return _exists(tokens)
    return _of_text(tokens, name)


def _of_text(tokens: Tokens, name: str) -> Matcher:
    kind = tokens.take().kind
    if name in ("prefix", "suffix") and kind is Kind.OBJECT:
        return _affix_ignoring_case(tokens, name)
    if kind is not Kind.STRING:
        called = {"cidr": "prefix", "exactly": "exact"}.get(name, name)
        raise tokens.fail(f"{called} match pattern must be a string")
    text = tokens.content()
    if name == "wildcard":
        matcher = _wildcard(tokens, text)
    else:
        matcher = {
            "prefix": matchers.prefix,
            "suffix": matchers.suffix,
            "exactly": matchers.string,
            "cidr": matchers.cidr,
            "equals-ignore-case": INNER["equals-ignore-case"][0],
        }[name](text)
    _end(tokens, ONE_KEY)
    return matcher


def _affix_ignoring_case(tokens: Tokens, name: str) -> Matcher:
    if tokens.take().kind is not Kind.FIELD:
        raise tokens.fail(f"{name.capitalize()} expression name not found")
    if tokens.current.value != "equals-ignore-case":
        raise tokens.fail(f"Unsupported {name} pattern: {tokens.current.value}")
    if tokens.take().kind is not Kind.STRING:
        raise tokens.fail("equals-ignore-case match pattern must be a string")
    affix = matchers.prefix if name == "prefix" else matchers.suffix
    matcher = matchers.ignoring_case(affix, tokens.content())
    _end(tokens, ONE_KEY)
    _end(tokens, ONE_KEY)
    return matcher


def _exists(tokens: Tokens) -> Matcher:
    token = tokens.take()
    if token.kind is not Kind.WORD or token.value == "null":
        raise tokens.fail("exists match pattern must be either true or false.")
    _end(tokens, ONE_KEY)
    return matchers.exists if token.value == "true" else matchers.absent


def _anything_but(tokens: Tokens, rules: Rules) -> Matcher:
    kind = tokens.take().kind
    inner = None
    if kind is Kind.OBJECT:
        if tokens.take().kind is not Kind.FIELD:
            raise tokens.fail("Anything-But expression name not found")
        inner = tokens.current.value
        if inner not in rules.inside_anything_but:
            raise tokens.fail(f"Unsupported anything-but pattern: {inner}")
        kind = tokens.take().kind
    if kind not in (Kind.ARRAY, Kind.STRING, Kind.NUMBER):
        raise tokens.fail("Value of anything-but must be an array or single string/number value.")
    refused = _literals(tokens, rules) if inner is None else _inner(tokens, inner)
    _end(tokens, TOO_MANY)
    if inner is not None:
        _end(tokens, TOO_MANY)
    return matchers.anything_but(refused)


def _literals(tokens: Tokens, rules: Rules) -> list[Matcher]:
    one = tokens.current.kind is not Kind.ARRAY
    found, kinds = [], set()
    while one or tokens.take().kind is not Kind.ARRAY_END:
        kind = tokens.current.kind
        if kind is Kind.STRING:
            found.append(matchers.string(tokens.content()))
        elif kind is Kind.NUMBER:
            found.append(rules.number(tokens.content()))
        else:
            raise tokens.fail(NO_OTHER_TYPES, times=2)
        kinds.add(kind)
        if one:
            break
    if len(kinds) != 1:
        raise tokens.fail(
            "Inside anything but list, either all values are number or string,"
            " mixed type is not supported"
        )
    return found


def _inner(tokens: Tokens, name: str) -> list[Matcher]:
    one = tokens.current.kind is not Kind.ARRAY
    make, sentence = INNER[name]
    found = []
    while one or tokens.take().kind is not Kind.ARRAY_END:
        if tokens.current.kind is not Kind.STRING:
            raise tokens.fail(sentence, times=1 if one else 2)
        text = tokens.content()
        if not text and name in ("prefix", "suffix"):
            raise tokens.fail("Null prefix/suffix not allowed", times=1 if one else 2)
        found.append(_wildcard(tokens, text) if name == "wildcard" else make(text))
        if one:
            break
    return found


def _wildcard(tokens: Tokens, text: str) -> Matcher:
    try:
        return matchers.wildcard(text)
    except InvalidPattern as error:
        raise tokens.fail(error.reason) from None


def _numeric(tokens: Tokens) -> Matcher:
    if tokens.take().kind is not Kind.ARRAY:
        raise tokens.fail("Value of numeric must be an array.")
    if tokens.take().kind is not Kind.STRING:
        raise tokens.fail(f"Invalid member in numeric match: {tokens.content()}")
    sign = tokens.content()
    if sign not in matchers.COMPARISONS:
        tokens.take()
        raise tokens.fail(f"Unrecognized numeric range operator: {sign}")
    limits = [(sign, _limit(tokens, "equals" if sign == "=" else sign))]
    if tokens.take().kind is not Kind.ARRAY_END:
        if sign not in (">", ">="):
            raise tokens.fail(TOO_MANY)
        limits.append(_upper_limit(tokens))
    try:
        matcher = matchers.numeric(limits)
        if len(limits) == 2 and limits[0][1] >= limits[1][1]:
            raise InvalidPattern("Bottom must be less than top")
    except InvalidPattern as error:
        raise tokens.fail(error.reason) from None
    _end(tokens, TOO_MANY)
    return matcher


def _upper_limit(tokens: Tokens) -> tuple[str, float]:
    if tokens.current.kind is not Kind.STRING:
        raise tokens.fail(f"Bad value in numeric range: {tokens.content()}")
    sign = tokens.content()
    if sign not in ("<", "<="):
        raise tokens.fail(f"Bad numeric range operator: {sign}")
    limit = _limit(tokens, sign)
    if tokens.take().kind is not Kind.ARRAY_END:
        raise tokens.fail("Too many terms in numeric range expression")
    return sign, limit


def _limit(tokens: Tokens, called: str) -> float:
    if tokens.take().kind is not Kind.NUMBER:
        raise tokens.fail(f"Value of {called} must be numeric")
    return float(tokens.content())


def _end(tokens: Tokens, otherwise: str) -> None:
    if tokens.take().kind is not Kind.OBJECT_END:
        raise tokens.fail(otherwise)
