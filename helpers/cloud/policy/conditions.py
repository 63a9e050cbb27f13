"""The Condition element: every operator, IfExists, ForAllValues and ForAnyValue.

Models IAM's rules: operators and keys are joined by AND, the values of one key by OR (by NOR for
the negated operators); a missing key fails a condition, satisfies a negated one and anything
with IfExists; ForAllValues is true of no values at all, ForAnyValue is not. Key names ignore case.

Leaves out: the AWS-only comparison of ``aws:SourceVpc`` lists. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
reference_policies_condition-single-vs-multi-valued-context-keys.html.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator as compare
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any

from helpers.cloud.policy.errors import MalformedPolicyDocument
from helpers.cloud.policy.match import Context, arn_pattern, pattern_of, tokenize

Test = Callable[[str, Context], bool]
"""Whether one value of the request passes one value of the policy."""


class Quantifier(StrEnum):
    """How a condition treats a key with several values."""

    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator applied to one key; ``absent`` is set for the Null operator only."""

    key: str
    tests: tuple[Test, ...]
    negated: bool = False
    if_exists: bool = False
    quantifier: Quantifier | None = None
    absent: tuple[bool, ...] = ()

    def holds(self, context: Context) -> bool:
        """Whether the request satisfies this condition."""
        values = context.get(self.key, ())
        if self.absent:
            return (not values) in self.absent
        if not values:
            return self._without_values()
        if self.quantifier is Quantifier.ALL:
            return all(self._passes(value, context) for value in values)
        if self.quantifier is Quantifier.ANY or not self.negated:
            return any(self._passes(value, context) for value in values)
        return all(self._passes(value, context) for value in values)

    def _without_values(self) -> bool:
        if self.if_exists or self.quantifier is Quantifier.ALL:
            return True
        return self.negated and self.quantifier is None

    def _passes(self, value: str, context: Context) -> bool:
        return any(test(value, context) for test in self.tests) is not self.negated


def parse_conditions(element: Mapping[str, object], *, variables: bool) -> tuple[Condition, ...]:
    """Compile a Condition element, or raise MalformedPolicyDocument."""
    conditions: list[Condition] = []
    for operator, block in element.items():
        if not isinstance(block, Mapping):
            raise MalformedPolicyDocument("Syntax errors in policy.")
        for key, values in block.items():
            texts = [_text(value) for value in _listed(values)]
            conditions.append(_condition(operator, str(key), texts, variables=variables))
    return tuple(conditions)


def _listed(values: object) -> list[object]:
    return list(values) if isinstance(values, list | tuple) else [values]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise MalformedPolicyDocument("Syntax errors in policy.")


def _condition(operator: str, key: str, texts: list[str], *, variables: bool) -> Condition:
    prefix, _, rest = operator.rpartition(":")
    if_exists = rest.endswith("IfExists")
    name = rest.removesuffix("IfExists")
    if prefix not in {"", *Quantifier} or (name == "Null" and if_exists):
        raise MalformedPolicyDocument(f"Invalid Condition type : {operator}")
    if name == "Null":
        return Condition(key.lower(), (), absent=tuple(text.lower() == "true" for text in texts))
    if name not in _OPERATORS:
        raise MalformedPolicyDocument(f"Invalid Condition type : {operator}")
    make, negated = _OPERATORS[name]
    try:
        tests = tuple(make(text, variables) for text in texts)
    except (ValueError, InvalidOperation) as error:
        raise MalformedPolicyDocument(f"Invalid value in {operator} of {key}: {texts!r}") from error
    quantifier = Quantifier(prefix) if prefix else None
    return Condition(key.lower(), tests, negated, if_exists, quantifier)


def _string(*, wildcards: bool = False, fold: bool = False) -> Callable[[str, bool], Test]:
    def make(text: str, variables: bool) -> Test:
        tokens = tokenize(text, wildcards=wildcards, variables=variables)
        return pattern_of(tokens, fold=fold).matches

    return make


def _arn(text: str, variables: bool) -> Test:
    return arn_pattern(text, variables=variables).matches


def _ordered(
    read: Callable[[str], Decimal | float], holds: Callable[[Any, Any], bool]
) -> Callable[[str, bool], Test]:
    def make(text: str, _variables: bool) -> Test:
        bound = read(text)

        def test(value: str, _context: Context) -> bool:
            try:
                return holds(read(value), bound)
            except (ValueError, InvalidOperation):
                return False

        return test

    return make


def _number(text: str) -> Decimal:
    number = Decimal(text.strip())
    if not number.is_finite():
        raise ValueError(text)
    return number


def _date(text: str) -> float:
    """Read ISO 8601 or epoch seconds; a date without a zone is UTC."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _bool(text: str, _variables: bool) -> Test:
    expected = text.lower()
    if expected not in {"true", "false"}:
        raise ValueError(text)
    return lambda value, _context: value.lower() == expected


def _binary(text: str, _variables: bool) -> Test:
    expected = base64.b64decode(text, validate=True)

    def test(value: str, _context: Context) -> bool:
        try:
            return base64.b64decode(value, validate=True) == expected
        except binascii.Error:
            return False

    return test


@lru_cache(maxsize=1024)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _ip(text: str, _variables: bool) -> Test:
    network = ipaddress.ip_network(text, strict=False)

    def test(value: str, _context: Context) -> bool:
        address = _address(value)
        return address is not None and address in network

    return test


_OPERATORS: dict[str, tuple[Callable[[str, bool], Test], bool]] = {
    "StringEquals": (_string(), False),
    "StringNotEquals": (_string(), True),
    "StringEqualsIgnoreCase": (_string(fold=True), False),
    "StringNotEqualsIgnoreCase": (_string(fold=True), True),
    "StringLike": (_string(wildcards=True), False),
    "StringNotLike": (_string(wildcards=True), True),
    "NumericEquals": (_ordered(_number, compare.eq), False),
    "NumericNotEquals": (_ordered(_number, compare.eq), True),
    "NumericLessThan": (_ordered(_number, compare.lt), False),
    "NumericLessThanEquals": (_ordered(_number, compare.le), False),
    "NumericGreaterThan": (_ordered(_number, compare.gt), False),
    "NumericGreaterThanEquals": (_ordered(_number, compare.ge), False),
    "DateEquals": (_ordered(_date, compare.eq), False),
    "DateNotEquals": (_ordered(_date, compare.eq), True),
    "DateLessThan": (_ordered(_date, compare.lt), False),
    "DateLessThanEquals": (_ordered(_date, compare.le), False),
    "DateGreaterThan": (_ordered(_date, compare.gt), False),
    "DateGreaterThanEquals": (_ordered(_date, compare.ge), False),
    "Bool": (_bool, False),
    "BinaryEquals": (_binary, False),
    "IpAddress": (_ip, False),
    "NotIpAddress": (_ip, True),
    "ArnEquals": (_arn, False),
    "ArnLike": (_arn, False),
    "ArnNotEquals": (_arn, True),
    "ArnNotLike": (_arn, True),
}
