"""Which filter policies SNS takes, and what it says of the others.

Leaves out the place in the text (line and column) that AWS adds to some messages.
Source: docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.cloud.json_text import read_json

MAX_KEYS = 5
MAX_COMBINATIONS = 150
MAX_BYTES = 256 * 1024
TOO_COMPLEX = "FilterPolicy: Filter policy is too complex"
_TEXT = ("prefix", "suffix", "equals-ignore-case", "wildcard")


class InvalidFilterPolicy(ValueError):  # noqa: N818 - what SNS says it is
    """A policy that SNS refuses; the text follows `Invalid parameter: `."""


def check_policy(text: str, *, nested: bool) -> Mapping[str, Any]:
    """Return the policy as data; raises InvalidFilterPolicy. Only MessageBody may be nested."""
    if len(text.encode()) > MAX_BYTES:
        raise InvalidFilterPolicy("FilterPolicy: Filter policy is too large")
    try:
        policy = read_json(text)
    except ValueError as error:
        raise InvalidFilterPolicy("FilterPolicy: failed to parse JSON.") from error
    if not isinstance(policy, dict):
        raise InvalidFilterPolicy("FilterPolicy: Filter policy must be a JSON object")
    if len(policy) > MAX_KEYS:
        raise InvalidFilterPolicy("FilterPolicy: Filter policy can not have more than 5 keys")
    if _combinations(policy, 1, 1, nested=nested) > MAX_COMBINATIONS:
        raise InvalidFilterPolicy(TOO_COMPLEX)
    return policy


def _combinations(policy: Mapping[str, Any], depth: int, so_far: int, *, nested: bool) -> int:
    """Check every condition; return the product of their numbers, each times its depth."""
    if depth > MAX_COMBINATIONS:
        raise InvalidFilterPolicy(TOO_COMPLEX)
    for key, value in policy.items():
        if isinstance(value, dict):
            if not nested:
                raise InvalidFilterPolicy(
                    "Filter policy scope MessageAttributes does not support nested filter policy"
                )
            so_far = _combinations(value, depth + 1, so_far, nested=nested)
        elif not isinstance(value, list):
            raise InvalidFilterPolicy(f'FilterPolicy: "{key}" must be an object or an array')
        elif not value:
            raise InvalidFilterPolicy("FilterPolicy: Empty arrays are not allowed")
        elif key == "$or" and len(value) > 1 and all(isinstance(each, dict) for each in value):
            so_far = sum(_combinations(each, depth, so_far, nested=nested) for each in value)
        else:
            for condition in value:
                _check_condition(condition)
            so_far *= len(value) * depth
    return so_far


def _check_condition(condition: Any) -> None:
    if condition is None or isinstance(condition, (str, bool)):
        return
    if isinstance(condition, (int, float)):
        if not -1e9 <= condition <= 1e9:
            raise InvalidFilterPolicy("FilterPolicy: Value must be between -1.0E9 and 1.0E9")
        return
    if not isinstance(condition, dict):
        raise InvalidFilterPolicy(
            "FilterPolicy: Match value must be String, number, true, false, or null"
        )
    if len(condition) != 1:
        raise InvalidFilterPolicy("FilterPolicy: Only one key allowed in match expression")
    _check_operator(*next(iter(condition.items())))


def _check_operator(operator: str, operand: Any) -> None:
    if operator in _TEXT:
        if not isinstance(operand, str):
            raise InvalidFilterPolicy(f"FilterPolicy: {operator} match pattern must be a string")
    elif operator == "anything-but":
        _check_anything_but(operand)
    elif operator == "exists":
        if not isinstance(operand, bool):
            raise InvalidFilterPolicy(
                "FilterPolicy: exists match pattern must be either true or false."
            )
    elif operator == "numeric":
        _check_numeric(operand)
    elif operator == "cidr":
        _check_cidr(operand)
    else:
        raise InvalidFilterPolicy(f"FilterPolicy: Unrecognized match type {operator}")


def _check_anything_but(operand: Any) -> None:
    if isinstance(operand, dict):
        for operator, inner in operand.items():
            if operator not in _TEXT:
                raise InvalidFilterPolicy(
                    f"FilterPolicy: Unsupported anything-but pattern: {operator}"
                )
            for each in inner if isinstance(inner, list) else [inner]:
                _check_operator(operator, each)
        return
    for each in operand if isinstance(operand, list) else [operand]:
        if isinstance(each, (dict, list)):
            raise InvalidFilterPolicy(
                "FilterPolicy: Match value must be String, number, true, false, or null"
            )
        _check_condition(each)


def _check_numeric(operand: Any) -> None:
    if not isinstance(operand, list) or not operand:
        raise InvalidFilterPolicy("FilterPolicy: Invalid member in numeric match: ]")
    operator = operand[0]
    if not isinstance(operator, str):
        raise InvalidFilterPolicy(f"FilterPolicy: Invalid member in numeric match: {operator}")
    if operator not in ("<", "<=", "=", ">", ">="):
        raise InvalidFilterPolicy(f"FilterPolicy: Unrecognized numeric range operator: {operator}")
    low = _bound(operand, 1, operator)
    if len(operand) == 2:
        return
    if operator not in (">", ">="):
        raise InvalidFilterPolicy("FilterPolicy: Too many elements in numeric expression")
    second = operand[2]
    if not isinstance(second, str):
        raise InvalidFilterPolicy(f"FilterPolicy: Bad value in numeric range: {second}")
    if second not in ("<", "<="):
        raise InvalidFilterPolicy(f"FilterPolicy: Bad numeric range operator: {second}")
    if _bound(operand, 3, second) <= low:
        raise InvalidFilterPolicy("FilterPolicy: Bottom must be less than top")
    if len(operand) > 4:
        raise InvalidFilterPolicy("FilterPolicy: Too many terms in numeric range expression")


def _bound(operand: Sequence[Any], place: int, operator: str) -> float:
    value = operand[place] if len(operand) > place else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        name = "equals" if operator == "=" else operator
        raise InvalidFilterPolicy(f"FilterPolicy: Value of {name} must be numeric")
    return value


def _check_cidr(operand: Any) -> None:
    if not isinstance(operand, str):
        raise InvalidFilterPolicy("FilterPolicy: prefix match pattern must be a string")
    if operand.count("/") != 1:
        raise InvalidFilterPolicy("FilterPolicy: Malformed CIDR, one '/' required")
    address, bits = operand.split("/")
    if not bits.isdigit():
        raise InvalidFilterPolicy("FilterPolicy: Malformed CIDR, mask bits must be an integer")
    try:
        ipaddress.ip_network(operand)
    except ValueError as error:
        raise InvalidFilterPolicy(f"FilterPolicy: Nonstandard IP address: {address}") from error
