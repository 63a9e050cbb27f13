"""What targets receive: JSON paths and templates, whatever is in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.events.inputs import MISSING, Ruled, at_path, is_path, target_input

RULED = Ruled("arn:aws:events:us-east-1:123456789012:rule/r", "r", "2026-11-21T14:00:00Z")
EVENT = {"detail": {"a": [{"b": 1}, {"b": 2}, {"c": 3}], "d.e": 4, "f": None}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", EVENT),
        ("$.detail.a[1].b", 2),
        ("$.detail.a[*].b", [1, 2]),
        ("$.detail['d.e']", 4),
        ("$.detail.f", None),
        ("$.detail.a[7]", MISSING),
        ("$.detail.f.g", MISSING),
        ("$.nowhere", MISSING),
        ("detail", MISSING),
        ("$.detail[", MISSING),
    ],
)
def test_a_path_leads_to(path: str, expected: Any):
    """A path leads to a value of the event, or to nothing."""
    assert expected == at_path(EVENT, path)


@pytest.mark.parametrize("path", ["$", "$.a", "$.a-b[0]", "$['a b'].c", "$.a[*]"])
def test_paths(path: str):
    """These are paths."""
    assert is_path(path)


@pytest.mark.parametrize("path", ["", "a", "$a", "$.", "$.a[", "$.a[x]", "$..a"])
def test_no_paths(path: str):
    """These are none."""
    assert not is_path(path)


leaf = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(
    leaf, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3)
)


@given(values)
def test_a_variable_that_stands_alone_is_json(value: Any):
    """Whatever the value, a template with it outside quotes makes JSON that holds it."""
    transformer = {"InputPathsMap": {"v": "$.detail.v"}, "InputTemplate": '{"v": <v>}'}
    event = {"detail": {"v": value}}
    text = target_input({"InputTransformer": transformer}, event, RULED)

    assert {"v": value} == json.loads(text)


@given(st.text())
def test_text_inside_quotes_stays_text(value: str):
    """Whatever the text, quotes and line breaks in it do not break the string around it."""
    transformer = {"InputPathsMap": {"v": "$.detail.v"}, "InputTemplate": '"is <v>, \\" and <v>"'}
    event = {"detail": {"v": value}}
    text = target_input({"InputTransformer": transformer}, event, RULED)

    assert f'is {value}, " and {value}' == json.loads(text)


def test_a_value_is_no_template():
    """A value that looks like a variable is not replaced again."""
    paths = {"a": "$.detail.a", "b": "$.detail.b"}
    transformer = {"InputPathsMap": paths, "InputTemplate": '"<a> <b>"'}
    event = {"detail": {"a": "<b>", "b": "<a>"}}

    assert '"<b> <a>"' == target_input({"InputTransformer": transformer}, event, RULED)
