"""Filter policies of SNS: which messages match, and which policies SNS refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.events.sns_filter import Scope, read_filter_policy
from helpers.cloud.events.sns_filter_rules import InvalidFilterPolicy


def attributes(**values: Any) -> dict[str, dict[str, str]]:
    """Return message attributes of these values."""
    kinds = {str: "String", int: "Number", float: "Number", list: "String.Array"}
    return {
        name: {
            "Type": kinds[type(value)],
            "Value": value if isinstance(value, str) else json.dumps(value),
        }
        for name, value in values.items()
    }


@pytest.mark.parametrize(
    ("condition", "matching", "others"),
    [
        (["red"], "red", "Red"),
        (["red", "blue"], "blue", "green"),
        ([7], 7, 8),
        ([7], 7.0, "7"),
        ([{"prefix": "re"}], "red", "blue"),
        ([{"suffix": "ed"}], "red", "blue"),
        ([{"equals-ignore-case": "RED"}], "red", "reed"),
        ([{"wildcard": "r*d?"}], "rubied?", "rubiedx"),
        ([{"anything-but": ["red", "blue"]}], "green", "red"),
        ([{"anything-but": "red"}], "green", "red"),
        ([{"anything-but": [7]}], 8, 7),
        ([{"anything-but": {"prefix": "re"}}], "blue", "red"),
        ([{"anything-but": {"suffix": "ed"}}], "blue", "red"),
        ([{"numeric": ["=", 7]}], 7.0, 7.1),
        ([{"numeric": [">", 7, "<=", 9]}], 9, 7),
        ([{"cidr": "10.0.0.0/24"}], "10.0.0.255", "10.0.1.0"),
        ([{"exists": True}], "anything", None),
        ([{"exists": False}], None, "anything"),
        (["b"], ["a", "b"], ["a"]),
        ([True], [True], [False]),
        ([None], [None], ["null"]),
    ],
)
def test_conditions_on_message_attributes(condition: list[Any], matching: Any, others: Any):
    """Every operator, on strings, numbers and arrays of strings."""
    policy = read_filter_policy(json.dumps({"a": condition}), Scope.ATTRIBUTES)

    answers = [
        policy.matches("", {} if value is None else attributes(a=value))
        for value in (matching, others)
    ]

    assert [True, False] == answers


@pytest.mark.parametrize(
    ("policy", "body", "expected"),
    [
        ({"a": {"b": ["x"]}}, {"a": {"b": "x"}}, True),
        ({"a": {"b": ["x"]}}, {"a": {"b": "y"}}, False),
        ({"a": {"b": ["x"]}}, {"a": [{"b": "y"}, {"b": "x"}]}, True),
        ({"a": ["x"]}, {"a": ["y", "x"]}, True),
        ({"a": [{"anything-but": ["x"]}]}, {"a": ["y", "x"]}, False),
        ({"a": ["x"], "b": ["y"]}, {"a": "x"}, False),
        ({"a": {"b": [{"exists": False}]}}, {"a": {}}, True),
        ({"a": [1]}, {"a": True}, False),
        ({"a": [None]}, {"a": None}, True),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"b": "y"}, True),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}], "c": [1]}, {"b": "y"}, False),
        ({"a": ["x"]}, ["a"], False),
    ],
)
def test_conditions_on_the_message_body(policy: Any, body: Any, expected: bool):
    """Nested objects, lists of them, and alternatives."""
    read = read_filter_policy(json.dumps(policy), Scope.BODY)

    assert expected == read.matches(json.dumps(body), {})


def test_a_body_that_is_not_json_matches_nothing():
    """MessageBody policies are for JSON objects."""
    assert not read_filter_policy('{"a": ["x"]}', Scope.BODY).matches("a=x", {})


def test_binary_attributes_take_no_part():
    """They neither match nor exist for a filter's values."""
    binary = {"a": {"Type": "Binary", "Value": "eA=="}}

    assert not read_filter_policy('{"a": ["eA=="]}', Scope.ATTRIBUTES).matches("", binary)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ([], "Filter policy must be a JSON object"),
        ({str(n): ["x"] for n in range(6)}, "Filter policy can not have more than 5 keys"),
        ({"a": ["x"] * 13, "b": ["y"] * 12}, "Filter policy is too complex"),
        ({"a": [["x"]]}, "Match value must be String, number, true, false, or null"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "Only one key allowed in match expression"),
        ({"a": [{"prefix": 1}]}, "prefix match pattern must be a string"),
        ({"a": [{"exists": "yes"}]}, "exists match pattern must be either true or false."),
        ({"a": [{"anything-but": {"like": "x"}}]}, "Unsupported anything-but pattern: like"),
        ({"a": [{"numeric": []}]}, "Invalid member in numeric match: ]"),
        ({"a": [{"numeric": [1]}]}, "Invalid member in numeric match: 1"),
        ({"a": [{"numeric": ["~", 1]}]}, "Unrecognized numeric range operator: ~"),
        ({"a": [{"numeric": ["=", "1"]}]}, "Value of equals must be numeric"),
        ({"a": [{"numeric": ["<", 1, ">", 2]}]}, "Too many elements in numeric expression"),
        ({"a": [{"numeric": [">", 1, 2]}]}, "Bad value in numeric range: 2"),
        ({"a": [{"numeric": [">", 1, ">", 2]}]}, "Bad numeric range operator: >"),
        ({"a": [{"numeric": [">", 2, "<", 1]}]}, "Bottom must be less than top"),
        (
            {"a": [{"numeric": [">", 1, "<", 2, "<", 3]}]},
            "Too many terms in numeric range expression",
        ),
        ({"a": [{"cidr": "10.0.0.0"}]}, "Malformed CIDR, one '/' required"),
        ({"a": [{"cidr": "10.0.0.0/x"}]}, "Malformed CIDR, mask bits must be an integer"),
        ({"a": [{"cidr": "10.0.0.300/8"}]}, "Nonstandard IP address: 10.0.0.300"),
    ],
)
def test_policies_that_sns_refuses(policy: Any, expected: str):
    """The error says what is wrong."""
    with pytest.raises(InvalidFilterPolicy) as caught:
        read_filter_policy(json.dumps(policy), Scope.ATTRIBUTES)

    assert f"FilterPolicy: {expected}" == str(caught.value)


def test_depth_counts_for_complexity():
    """Four values three levels deep and three values two levels deep make 72 combinations."""
    nested = {"a": {"b": {"c": ["x"] * 4}}, "d": {"e": ["y"] * 3}}
    read_filter_policy(json.dumps(nested), Scope.BODY)
    nested["f"] = {"g": ["z"] * 2}  # type: ignore[dict-item]

    with pytest.raises(InvalidFilterPolicy, match="too complex"):
        read_filter_policy(json.dumps(nested), Scope.BODY)


def test_a_policy_as_deep_as_json_can_be_is_too_complex():
    """Depth alone is refused before it could harm."""
    deep = '{"a":' * 700 + '["x"]' + "}" * 700

    with pytest.raises(InvalidFilterPolicy, match="too complex"):
        read_filter_policy(deep, Scope.BODY)


def test_a_body_of_many_lists_costs_no_more_than_its_size():
    """Each path is looked at by itself: lists are not multiplied with one another."""
    body = {name: [{"x": n} for n in range(200)] for name in "abcdefgh"}
    policy = read_filter_policy('{"a": {"x": [199]}, "h": {"x": [0]}}', Scope.BODY)

    assert policy.matches(json.dumps(body), {})


values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3))
documents = st.recursive(
    values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@given(policy=documents, body=documents)
def test_whatever_is_given_is_read_or_refused(policy: Any, body: Any):
    """No policy and no body makes the filter fail in another way."""
    for scope in Scope:
        try:
            read = read_filter_policy(json.dumps(policy), scope)
        except InvalidFilterPolicy:
            continue
        read.matches(json.dumps(body), attributes(a="x"))
