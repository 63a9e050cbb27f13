"""Segment documents and the store of traces: what is refused, put together, and forgotten."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.telemetry.xray.filters import BadFilter, parse_filter
from helpers.cloud.telemetry.xray.graph import services
from helpers.cloud.telemetry.xray.reading import summary
from helpers.cloud.telemetry.xray.segments import BadSegment, Segment, every_part, parse_segment
from helpers.cloud.telemetry.xray.store import MAX_TRACE_BYTES, TraceStore, put_together

ROOT = "1-5759e988-bd862e3fe1be46a994272793"
OTHER = "1-5759e988-bd862e3fe1be46a994272794"
REGION = "us-east-1"


def document(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{number:016x}", "trace_id": ROOT, "name": f"s{number}", "start_time": number,
        "end_time": number + 1, **more,
    }  # fmt: skip


def sub(number: int, parent: int, **more: Any) -> dict[str, Any]:
    return document(number, type="subsegment", parent_id=f"{parent:016x}", **more)


def segments(*documents: dict[str, Any]) -> list[Segment]:
    return [parse_segment(json.dumps(each)) for each in documents]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_subsegments_find_their_parents_in_any_order(order: tuple[int, ...]):
    """Parts that were sent by themselves stand inside their parents, however they came."""
    sent = [document(1), sub(2, 1), sub(3, 2)]
    (whole,) = put_together(ROOT, segments(*(sent[i] for i in order))).segments

    assert "s3" == whole["subsegments"][0]["subsegments"][0]["name"]


def test_parts_that_name_each_other_make_no_circle():
    """Two subsegments, each the other's parent, are kept and can be written as JSON."""
    trace = put_together(ROOT, segments(sub(1, 2), sub(2, 1)))

    assert json.dumps(trace.segments)
    assert 1 <= len(trace.segments) <= 2


def test_a_long_chain_of_parts_is_not_nested_without_end():
    """Whatever was sent by itself is there, and the trace can be written as JSON."""
    chain = [document(1), *(sub(number, number - 1) for number in range(2, 1201))]
    trace = put_together(ROOT, segments(*chain))
    names = [part["name"] for each in trace.segments for part in every_part(each)]

    assert json.dumps(trace.segments)
    assert sorted(names) == sorted(f"s{number}" for number in range(1, 1201))
    assert all(s.get("parent_id") or s["name"] == "s1" for s in trace.segments)


def test_a_document_that_is_nested_too_deep_is_refused():
    """A reader of JSON further inside would fail on it."""
    text = json.dumps(document(1, metadata={"deep": 0})).replace("0}", "[" * 500 + "]" * 500 + "}")
    with pytest.raises(BadSegment, match="ParseError"):
        parse_segment(text)


def test_calls_of_services_become_inferred_segments():
    """A table that was called is a node of its own, unless somebody sent its segment."""
    call = {
        "id": "00000000000000aa", "name": "DynamoDB", "namespace": "aws", "start_time": 1,
        "end_time": 2, "aws": {"table_name": "orders"},
    }  # fmt: skip
    caller = document(1, subsegments=[call])
    inferred = put_together(ROOT, segments(caller)).segments[-1]
    told = put_together(ROOT, segments(caller, document(2, parent_id="00000000000000aa")))

    assert ("orders", "AWS::DynamoDB::Table", True) == (
        inferred["name"], inferred["origin"], inferred["inferred"]
    )  # fmt: skip
    assert ["s1", "s2"] == [segment["name"] for segment in told.segments]


def test_a_segment_replaces_the_one_with_its_id():
    """What was in progress is finished by a later document."""
    store = TraceStore()
    for each in segments(document(1, end_time=None, in_progress=True), document(1)):
        store.put(REGION, each)
    trace = store.get(REGION, ROOT)

    assert trace is not None
    assert [2] == [segment["end_time"] for segment in trace.segments]


def test_a_full_trace_takes_no_more_and_says_so():
    """500 KB are the end of a trace: LimitExceeded."""
    store = TraceStore()
    for number in range(12):
        for each in segments(document(number, metadata={"x": "y" * 60_000})):
            store.put(REGION, each)
    trace = store.get(REGION, ROOT)

    assert trace is not None
    assert trace.limited
    assert MAX_TRACE_BYTES // 60_100 == len(trace.segments)


def test_the_oldest_traces_give_way():
    """The store never holds more than it may."""
    store = TraceStore(max_bytes=2_000)
    for number in range(100):
        root = f"1-5759e988-{number:024x}"
        for each in segments(document(1, trace_id=root)):
            store.put(REGION, each)

    assert store.get(REGION, f"1-5759e988-{0:024x}") is None
    assert 1 < len(store.traces(REGION)) < 30


def test_regions_do_not_see_each_other():
    """A trace is where it was sent to."""
    store = TraceStore()
    store.put(REGION, segments(document(1))[0])

    assert store.get("eu-west-1", ROOT) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["id", "name", "subsegments", "annotations", "http", "aws", "namespace", "start_time",
             "end_time", "user", "origin", "parent_id", "type", "error", "request", "response"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=12), VALUES, max_size=4), VALUES, VALUES, VALUES)
def test_whatever_is_taken_can_be_read(more: Any, parts: Any, annotations: Any, http: Any):
    """A document is refused, or its trace can be summarised and written as JSON."""
    text = json.dumps(
        {**more, **document(1), "subsegments": parts, "annotations": annotations, "http": http}
    )
    try:
        segment = parse_segment(text)
    except BadSegment:
        return
    trace = put_together(ROOT, [segment])

    assert json.dumps([summary(trace), services([trace], "123456789012")])
    for expression in ('annotation.a CONTAINS "x"', "http.status > 1", 'service("s1") { !ok }'):
        assert parse_filter(expression)(trace.segments) in (True, False)


@given(st.text(alphabet='abc "()!=<>{}.,:service(error)ANDOR1', max_size=40))
def test_any_expression_is_read_or_refused(expression: str):
    """There is no text that a filter fails at in another way."""
    try:
        test = parse_filter(expression)
    except BadFilter:
        return
    assert test([document(1)]) in (True, False)
