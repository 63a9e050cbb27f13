"""What a handler's report of failed items means."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.pollers.partial import reported_failures

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@pytest.mark.parametrize(
    "answer", [None, "", {}, [], {"batchItemFailures": None}, {"batchItemFailures": []}, {"x": 1}]
)
def test_an_empty_answer_is_success(answer: Any):
    """Nothing failed."""
    assert frozenset() == reported_failures(json.dumps(answer).encode(), ["a"])


@pytest.mark.parametrize(
    "entry",
    [{"itemIdentifier": ""}, {"itemIdentifier": None}, {"id": "a"}, {"itemIdentifier": "z"}, "a"],
)
def test_an_entry_that_names_no_item_fails_all(entry: Any):
    """Also when another entry is right."""
    answer = {"batchItemFailures": [{"itemIdentifier": "a"}, entry]}

    assert reported_failures(json.dumps(answer).encode(), ["a", "b"]) is None


def test_an_answer_that_nests_too_deeply_is_failure():
    """As if it were no JSON; whoever polls goes on."""
    for depth in (1001, 200_000):
        assert reported_failures(b"[" * depth + b"]" * depth, ["a"]) is None


def test_no_answer_at_all_is_success_and_no_json_is_failure():
    """An empty body is null; text that is no JSON cannot be understood."""
    assert frozenset() == reported_failures(b"", ["a"])
    assert reported_failures(b"{", ["a"]) is None


@given(answer=JSON, listed=st.lists(JSON, max_size=3))
def test_no_answer_breaks_the_reading(answer: Any, listed: list[Any]):
    """Whatever comes, it is a set of items of the batch, or all of it."""
    for document in (answer, {"batchItemFailures": answer}, {"batchItemFailures": listed}):
        found = reported_failures(json.dumps(document).encode(), ["a", "b"])
        assert found is None or found <= {"a", "b"}
