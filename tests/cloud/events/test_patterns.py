"""Event patterns take the events that AWS takes, and are refused in AWS's words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.events.matchers import wildcard
from helpers.cloud.events.patterns import EVENTBRIDGE, FILTERS, compile_pattern
from helpers.cloud.events.tokens import InvalidPattern

TAKEN = {
    "string": ({"a": ["x"]}, {"a": "x"}),
    "one of a list": ({"a": ["x", "y"]}, {"a": "y"}),
    "element of an event's list": ({"a": ["x"]}, {"a": ["w", "x"]}),
    "element of nested lists": ({"a": ["x"]}, {"a": [["w"], ["x"]]}),
    "empty string": ({"a": [""]}, {"a": ""}),
    "null": ({"a": [None]}, {"a": None}),
    "false": ({"a": [False]}, {"a": False}),
    "number as float": ({"a": [300]}, {"a": 300.0}),
    "large number": ({"a": [123456789012]}, {"a": 123456789012}),
    "nested": ({"detail": {"a": ["x"]}}, {"detail": {"a": "x"}}),
    "joined name in the pattern": ({"detail.a": ["x"]}, {"detail": {"a": "x"}}),
    "joined name in the event": ({"detail": {"a": ["x"]}}, {"detail.a": "x"}),
    "prefix": ({"a": [{"prefix": "x"}]}, {"a": "xyz"}),
    "prefix without case": ({"a": [{"prefix": {"equals-ignore-case": "XY"}}]}, {"a": "xyz"}),
    "suffix": ({"a": [{"suffix": ".png"}]}, {"a": "b.png"}),
    "suffix without case": ({"a": [{"suffix": {"equals-ignore-case": ".PNG"}}]}, {"a": "b.png"}),
    "without case": ({"a": [{"equals-ignore-case": "Alice"}]}, {"a": "aLICE"}),
    "wildcard": ({"a": [{"wildcard": "dir/*/file*.txt"}]}, {"a": "dir/x/y/file1.txt"}),
    "wildcard in the middle": ({"a": [{"wildcard": "*/b/*"}]}, {"a": "a/b/c"}),
    "escaped wildcard": ({"a": [{"wildcard": "a\\*\\\\*"}]}, {"a": "a*\\b"}),
    "anything but a string": ({"a": [{"anything-but": "x"}]}, {"a": "y"}),
    "anything but a string: number": ({"a": [{"anything-but": "4"}]}, {"a": 4}),
    "anything but a string: null": ({"a": [{"anything-but": "x"}]}, {"a": None}),
    "anything but numbers": ({"a": [{"anything-but": [1, 2]}]}, {"a": 3}),
    "anything but, one of two": ({"a": [{"anything-but": ["x"]}]}, {"a": ["x", "y"]}),
    "anything but a prefix": ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "yx"}),
    "anything but prefixes": ({"a": [{"anything-but": {"prefix": ["x", "y"]}}]}, {"a": "z"}),
    "anything but a suffix": ({"a": [{"anything-but": {"suffix": "x"}}]}, {"a": "xy"}),
    "anything but a wildcard": ({"a": [{"anything-but": {"wildcard": "*/x/*"}}]}, {"a": "a/y/b"}),
    "anything but, case": ({"a": [{"anything-but": {"equals-ignore-case": "X"}}]}, {"a": "y"}),
    "numeric range": ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 5}),
    "numeric equals": ({"a": [{"numeric": ["=", 3.018e2]}]}, {"a": 301.8}),
    "cidr": ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.0.255"}),
    "cidr of IPv6": ({"a": [{"cidr": "2001:db8::/32"}]}, {"a": "2001:db8::1"}),
    "exists": ({"a": [{"exists": True}]}, {"a": None}),
    "absent": ({"a": [{"exists": False}]}, {"b": 1}),
    "empty list is absent": ({"a": [{"exists": False}]}, {"a": []}),
    "absent or a value": ({"a": [{"exists": False}, "x"]}, {"a": "x"}),
    "or": ({"$or": [{"a": [1]}, {"b": [2]}]}, {"b": 2}),
    "or inside": ({"d": {"$or": [{"a": [1]}, {"b": [2]}], "c": [3]}}, {"d": {"b": 2, "c": 3}}),
    "elements that agree": (
        {"l": {"a": [1], "b": [2]}},
        {"l": [{"a": 1, "b": 1}, {"a": 1, "b": 2}]},
    ),
}
LEFT = {
    "other string": ({"a": ["x"]}, {"a": "X"}),
    "missing": ({"a": ["x"]}, {"b": "x"}),
    "name in other case": ({"A": ["x"]}, {"a": "x"}),
    "number as text": ({"a": ["4"]}, {"a": 4}),
    "true is not one": ({"a": [1]}, {"a": True}),
    "zero is not false": ({"a": [False]}, {"a": 0}),
    "empty list": ({"a": [None]}, {"a": []}),
    "every field": ({"a": [1], "b": [2]}, {"a": 1, "b": 3}),
    "prefix": ({"a": [{"prefix": "x"}]}, {"a": "yx"}),
    "prefix of a number": ({"a": [{"prefix": "1"}]}, {"a": 12}),
    "wildcard, overlapping": ({"a": [{"wildcard": "ab*ba"}]}, {"a": "aba"}),
    "anything but": ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "y"}),
    "anything but, missing": ({"a": [{"anything-but": "x"}]}, {"b": 1}),
    "anything but numbers": ({"a": [{"anything-but": 0}]}, {"a": 0.0}),
    "anything but wildcards": ({"a": [{"anything-but": {"wildcard": ["a*", "b*"]}}]}, {"a": "bc"}),
    "numeric of a string": ({"a": [{"numeric": [">", 0]}]}, {"a": "1"}),
    "numeric of true": ({"a": [{"numeric": [">", 0]}]}, {"a": True}),
    "open range": ({"a": [{"numeric": [">", 0, "<", 5]}]}, {"a": 5}),
    "cidr": ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.1.0"}),
    "cidr of no address": ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "x"}),
    "exists of an object": ({"a": [{"exists": True}]}, {"a": {"b": 1}}),
    "exists of an empty list": ({"a": [{"exists": True}]}, {"a": []}),
    "absent": ({"a": [{"exists": False}]}, {"a": None}),
    "or": ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 2, "b": 1}),
    "elements that disagree": (
        {"l": {"a": [1], "b": [2]}},
        {"l": [{"a": 1, "b": 1}, {"a": 2, "b": 2}]},
    ),
    "scalar where an object is meant": ({"a": {"b": ["x"]}}, {"a": "x"}),
}
NOT_JSON = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
REFUSED = {
    '{"int": 42}': '"int" must be an object or an array|11',
    '{"string": "my-value"}': '"string" must be an object or an array|13',
    '{"resources": []}': "Empty arrays are not allowed|17",
    '{"my_key": [{"EXISTS": true}]}': "Unrecognized match type EXISTS|28",
    '{"d": {"equal": [{"NUMERIC": ["=", 5]}]}}': "Unrecognized match type NUMERIC|31",
    '["not", "a", "dict"]': "Filter is not an object|2",
    "this is": f"Unrecognized token 'this': {NOT_JSON}|5",
    '{"not": closed mark"': f"Unrecognized token 'closed': {NOT_JSON}|15",
    "{'bad': 1}": (
        "Unexpected character (''' (code 39)): was expecting double-quote to start field name|2"
    ),
    '{"t": [{"prefix": ["2022"]}]}': "prefix match pattern must be a string|20",
    '{"t": [{"prefix": 123}]}': "prefix match pattern must be a string|22",
    '{"t": [{"suffix": 123}]}': "suffix match pattern must be a string|22",
    '{"t": [{"wildcard": 123}]}': "wildcard match pattern must be a string|24",
    '{"t": [{"wildcard": "a**"}]}': "Consecutive wildcard characters at pos 2|26",
    '{"t": [{"wildcard": "a\\\\b"}]}': "Invalid escape character at pos 2|27",
    '{"t": [{"equals-ignore-case": ["x"]}]}': (
        "equals-ignore-case match pattern must be a string|32"
    ),
    '{"c": [{"numeric": [">", 0, ">", 0]}]}': "Bad numeric range operator: >|32",
    '{"c": [{"numeric": [">", 0, "<"]}]}': "Value of < must be numeric|33",
    '{"c": [{"anything-but": null}]}': (
        "Value of anything-but must be an array or single string/number value.|29"
    ),
    '{"c": [{"anything-but": {"cidr": "x"}}]}': "Unsupported anything-but pattern: cidr|35",
    '{"c": [{"prefix": "a", "suffix": "b"}]}': "Only one key allowed in match expression|35",
    "{}": "Empty objects are not allowed|3",
    '{"$or": [{"a": [1]}]}': "There must have at least 2 Objects in $or relationship.|21",
    '{\n"a": 1}': '"a" must be an object or an array|7',
}
UNPLACED = {
    '{"i": [{"cidr": "10.0.0.0"}]}': "Malformed CIDR, one '/' required",
    '{"i": [{"cidr": "10.0.0.0/x"}]}': "Malformed CIDR, mask bits must be an integer",
    '{"i": [{"cidr": "xx.11.xx/8"}]}': "Nonstandard IP address: xx.11.xx",
}


@pytest.mark.parametrize(("pattern", "event"), TAKEN.values(), ids=TAKEN)
def test_the_language_takes(pattern: dict[str, Any], event: dict[str, Any]):
    """Each operator takes the values that AWS's documentation shows it to take."""
    assert compile_pattern(pattern).matches(event)
    assert compile_pattern(json.dumps(pattern)).matches(event)


@pytest.mark.parametrize(("pattern", "event"), LEFT.values(), ids=LEFT)
def test_the_language_leaves(pattern: dict[str, Any], event: dict[str, Any]):
    """Each operator leaves the values that AWS's documentation shows it to leave."""
    assert not compile_pattern(pattern).matches(event)


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=REFUSED)
def test_a_malformed_pattern_is_refused_with_reason_and_place(text: str, expected: str):
    """The reason and the column are those of AWS's parser."""
    reason, column = expected.rsplit("|", 1)
    line = text.count("\n") + 1

    with pytest.raises(InvalidPattern) as error:
        compile_pattern(text)

    place = f'\n at [Source: (String)"{text}"; line: {line}, column: {column}]'
    assert reason + place == str(error.value)


@pytest.mark.parametrize(("text", "expected"), UNPLACED.items(), ids=UNPLACED)
def test_a_malformed_network_is_refused_without_a_place(text: str, expected: str):
    """AWS names no column where the network itself is malformed."""
    with pytest.raises(InvalidPattern) as error:
        compile_pattern(text)

    assert expected == str(error.value)


def test_an_error_in_a_list_of_anything_but_names_its_place_twice():
    """AWS wraps such an error once more, and so does the kit."""
    with pytest.raises(InvalidPattern) as error:
        compile_pattern('{"a": [{"anything-but": {"prefix": [1, "test"]}}]}')

    assert 2 == str(error.value).count("line: 1, column: 38]")


def test_long_patterns_are_quoted_in_part():
    """An error quotes the first 500 characters of its pattern."""
    text = json.dumps({"a" * 600: 1})

    with pytest.raises(InvalidPattern, match=r'a"\[truncated 107 chars\]; line: 1, column: 607\]'):
        compile_pattern(text)


def test_more_than_a_thousand_combinations_are_refused():
    """Four $or of six branches make 1,296 alternatives, above AWS's limit."""
    branches = [{f"f{n}": [n]} for n in range(6)]
    pattern = {f"d{n}": {"$or": branches} for n in range(4)}

    with pytest.raises(InvalidPattern, match="1000 combinations"):
        compile_pattern(pattern)


@pytest.mark.parametrize("depth", [800, 10_000])
def test_deep_nesting_is_refused(depth: int):
    """A pattern nested without end is an error, not a crash."""
    with pytest.raises(InvalidPattern, match="nested too deeply"):
        compile_pattern('{"a":' * depth)


def test_filters_know_a_subset():
    """Filter criteria refuse what only rules know, and compare numbers as they are written."""
    for expression in ({"wildcard": "*"}, {"cidr": "10.0.0.0/8"}):
        with pytest.raises(InvalidPattern, match="Unrecognized match type"):
            compile_pattern({"body": {"a": [expression]}}, rules=FILTERS)
    assert not compile_pattern({"a": [300]}, rules=FILTERS).matches({"a": 300.0})
    assert compile_pattern({"a": [300]}, rules=FILTERS).matches({"a": 300})
    assert compile_pattern({"a": [{"numeric": ["=", 300]}]}, rules=FILTERS).matches({"a": 300.0})


scalars = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=4)
names = st.text("abc", min_size=1, max_size=2)
events = st.dictionaries(
    names,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=3,
)


def leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Return path and value of every leaf that stands in no list."""
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in leaves(inner, (*path, name))]
    return [] if isinstance(value, list) else [(path, value)]


def pattern_of(path: tuple[str, ...], expressions: list[Any]) -> dict[str, Any]:
    """Return the pattern that asks for expressions at a path."""
    pattern: Any = expressions
    for name in reversed(path):
        pattern = {name: pattern}
    return pattern


@given(events)
def test_a_pattern_of_an_events_own_values_takes_it(event: dict[str, Any]):
    """Whatever stands at a path, the pattern that names it there takes the event."""
    for path, value in leaves(event):
        assert compile_pattern(pattern_of(path, [value])).matches(event)
        assert compile_pattern(pattern_of(path, [{"exists": True}])).matches(event)
        assert not compile_pattern(pattern_of(path, [{"exists": False}])).matches(event)


@given(events, names, st.text(max_size=4))
def test_at_a_single_value_anything_but_is_the_opposite(
    event: dict[str, Any], name: str, text: str
):
    """Where an event has one value, exactly one of "x" and anything-but "x" takes it."""
    if isinstance(event.get(name), (dict, list)) or name not in event:
        return
    same = compile_pattern({name: [text]}).matches(event)
    other = compile_pattern({name: [{"anything-but": text}]}).matches(event)

    assert same is not other


@given(events, st.lists(events.filter(leaves), min_size=2, max_size=3))
def test_or_takes_what_one_of_its_branches_takes(
    event: dict[str, Any], wanted: list[dict[str, Any]]
):
    """$or of patterns is the or of their answers."""
    branches = [
        pattern_of(*found) for w in wanted for found in [(leaves(w)[0][0], [leaves(w)[0][1]])]
    ]

    assert any(compile_pattern(b).matches(event) for b in branches) is compile_pattern(
        {"$or": branches}
    ).matches(event)


@given(st.text("ab*", max_size=6), st.text("ab", max_size=8))
def test_wildcards_match_as_a_plain_search_does(pattern: str, value: str):
    """Matching in one pass gives what trying every split gives."""

    def plain(rest: str, text: str) -> bool:
        if not rest:
            return not text
        if rest[0] == "*":
            return any(plain(rest[1:], text[n:]) for n in range(len(text) + 1))
        return bool(text) and text[0] == rest[0] and plain(rest[1:], text[1:])

    if "**" not in pattern:
        assert plain(pattern, value) is wildcard(pattern)(value)


@given(st.text(max_size=40) | st.text('{}[]":,ab1 ', max_size=30))
def test_any_text_is_a_pattern_or_refused(text: str):
    """No text makes the compiler fail in another way, and JSON it cannot read is not JSON."""
    for rules in (EVENTBRIDGE, FILTERS):
        try:
            compile_pattern(text, rules=rules)
        except InvalidPattern:
            continue
        json.JSONDecoder().raw_decode(text.lstrip())
