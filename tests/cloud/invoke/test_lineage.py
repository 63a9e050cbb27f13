"""The Lineage field of trace headers: read, counted, written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.invoke.lineage import MAX_RUNS, parse_trace

ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
A = "arn:aws:lambda:us-east-1:123456789012:function:a"
B = "arn:aws:lambda:us-east-1:123456789012:function:b"


def test_first_run_counts_none_before_it():
    """A header without lineage gets one: the function, run never before."""
    trace = parse_trace(ROOT)

    assert 0 == trace.runs(A)
    assert str(trace.through(A)).startswith(f"{ROOT};Lineage=1:")
    assert str(trace.through(A)).endswith(":0")


def test_every_function_of_a_chain_is_counted_apart():
    """A chain a, b, a, b, a has run a three times and b twice."""
    trace = parse_trace(ROOT)
    for arn in (A, B, A, B, A):
        trace = parse_trace(str(trace.through(arn)))

    assert (3, 2) == (trace.runs(A), trace.runs(B))


def test_sixteen_runs_reach_the_limit():
    """After sixteen times through a function the limit is reached, not before."""
    trace, seen = parse_trace(ROOT), []
    for _ in range(MAX_RUNS):
        seen.append(trace.runs(A) < MAX_RUNS)
        trace = trace.through(A)

    assert [True] * MAX_RUNS == seen
    assert MAX_RUNS == trace.runs(A)


@pytest.mark.parametrize(
    "header",
    [
        "Lineage=a87bd80c:1|68fd508a:5|c512fbe3:2",
        "Lineage=1:a87bd80c:1|68fd508a:5|c512fbe3:2",
        "Lineage=1:a87bd80c:1%7C68fd508a:5%7Cc512fbe3:2",
    ],
)
def test_forms_of_a_lineage(header: str):
    """With the leading number and without, and quoted as SDKs send it, a lineage is the same."""
    assert (("a87bd80c", 1), ("68fd508a", 5), ("c512fbe3", 2)) == parse_trace(header).visits


@given(st.text(max_size=200))
def test_any_header_is_taken(header: str):
    """Whatever a caller sends, reading and writing settle: the second time changes nothing."""
    once = str(parse_trace(header).through(A))

    assert once == str(parse_trace(once))
    assert "\n" not in once.rsplit("Lineage=1:", maxsplit=1)[-1]
