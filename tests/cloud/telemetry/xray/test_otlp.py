"""OpenTelemetry's spans: read from their bytes, and made segments of."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from helpers.cloud.telemetry.xray.datagrams import BadDatagram, documents
from helpers.cloud.telemetry.xray.otlp import MAX_DEPTH, read_spans
from helpers.cloud.telemetry.xray.protobuf import BadMessage
from helpers.cloud.telemetry.xray.segments import BadSegment, parse_segment
from helpers.cloud.telemetry.xray.spans import segment_of

HEADER = b'{"format":"json","version":1}\n'
TRACE = bytes.fromhex("5759e988bd862e3fe1be46a994272793")
ROOT = "1-5759e988-bd862e3fe1be46a994272793"
PARENT = bytes.fromhex("53995c3f42cd8ad8")
ERROR = 2


SIMPLE = {
    bool: "bool_value", int: "int_value", float: "double_value", str: "string_value",
    bytes: "bytes_value",
}  # fmt: skip


def value(given: Any) -> AnyValue:
    """Return a value as the protocol has it."""
    message = AnyValue()
    if isinstance(given, list):
        message.array_value.SetInParent()
        message.array_value.values.extend(value(each) for each in given)
    elif isinstance(given, dict):
        message.kvlist_value.SetInParent()
        message.kvlist_value.values.extend(pairs(given))
    elif given is not None:
        setattr(message, SIMPLE[type(given)], given)
    return message


def pairs(attributes: dict[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=value(each)) for key, each in attributes.items()]


def request(
    attributes: dict[str, Any] | None = None,
    resource: dict[str, Any] | None = None,
    events: dict[str, dict[str, Any]] | None = None,
    **members: Any,
) -> bytes:
    """Return the bytes of a request with one span, as the official encoder writes them."""
    whole = ExportTraceServiceRequest()
    resource_spans = whole.resource_spans.add()
    resource_spans.resource.attributes.extend(pairs(resource or {}))
    defaults = {
        "trace_id": TRACE, "span_id": b"\x00" * 7 + b"\x01", "parent_span_id": PARENT,
        "name": "work", "kind": Message.SPAN_KIND_INTERNAL,
        "start_time_unix_nano": 1_500_000_000, "end_time_unix_nano": 2_500_000_000,
    }  # fmt: skip
    span = resource_spans.scope_spans.add().spans.add(**(defaults | members))
    span.attributes.extend(pairs(attributes or {}))
    for name, told in (events or {}).items():
        span.events.add(name=name).attributes.extend(pairs(told))
    return whole.SerializeToString()


def segment(*given: Any, **members: Any) -> dict[str, Any]:
    """Return the segment of the one span of such a request, as X-Ray takes it."""
    (span,) = read_spans(request(*given, **members))
    document = segment_of(span)
    parse_segment(json.dumps(document))
    return document


def datagram(kind: bytes, content: bytes) -> bytes:
    return HEADER + kind + base64.b64encode(content)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, "subsegment"),
        ({"kind": Message.SPAN_KIND_CLIENT}, "subsegment"),
        ({"kind": Message.SPAN_KIND_SERVER}, None),
        ({"parent_span_id": b""}, None),
        ({"parent_span_id": bytes(8)}, None),
        ({"attributes": {"aws.span.kind": "LOCAL_ROOT"}}, None),
    ],
    ids=["inside", "call", "server", "no parent", "parent of zeros", "first of its service"],
)
def test_a_span_is_a_segment_or_a_part_of_one(members: Any, expected: str | None):
    """Servers' spans and those without a parent are segments, the rest are subsegments."""
    assert expected == segment(**members).get("type")


def test_ids_and_times_are_x_rays():
    """The trace id gets its three parts; times are seconds."""
    found = segment()

    assert (ROOT, "0000000000000001", PARENT.hex(), 1.5, 2.5, "work") == (
        found["trace_id"], found["id"], found["parent_id"], found["start_time"], found["end_time"],
        found["name"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "attributes", "name", "namespace"),
    [
        ("INTERNAL", {}, "work", None),
        ("INTERNAL", {"peer.service": "db"}, "db", None),
        ("SERVER", {}, "shop", None),
        ("CLIENT", {}, "work", "remote"),
        ("CLIENT", {"net.peer.name": "example.com"}, "example.com", "remote"),
        ("CLIENT", {"rpc.system": "aws-api", "rpc.service": "S3"}, "S3", "aws"),
        ("CLIENT", {"rpc.system": "aws-api", "aws.remote.service": "AWS::SQS"}, "SQS", "aws"),
        ("PRODUCER", {"aws.remote.service": "queue"}, "queue", "remote"),
        ("PRODUCER", {}, "work", None),
        ("INTERNAL", {"peer.service": "a*b?" + "c" * 300}, "ab" + "c" * 198, None),
        ("INTERNAL", {"peer.service": "***"}, "span", None),
    ],
)
def test_names_say_whom(kind: str, attributes: Any, name: str, namespace: str | None):
    """Whoever is called or serves gives the name; characters X-Ray does not know are left out."""
    found = segment(attributes, {"service.name": "shop"}, kind=f"SPAN_KIND_{kind}")

    assert (name, namespace) == (found["name"], found.get("namespace"))


@pytest.mark.parametrize(
    ("attributes", "status", "expected"),
    [
        ({}, 0, set()),
        ({}, ERROR, {"fault"}),
        ({"http.status_code": 200}, ERROR, {"fault"}),
        ({"http.status_code": 404}, ERROR, {"error"}),
        ({"http.response.status_code": 429}, 0, {"error", "throttle"}),
        ({"http.status_code": 503}, 0, {"fault"}),
        ({"http.status_code": "503"}, 0, set()),
    ],
)
def test_flags_follow_the_http_status(attributes: Any, status: int, expected: set[str]):
    """Without one, a span that failed is a fault."""
    found = segment(attributes, status={"code": status})

    assert expected == {flag for flag in ("error", "fault", "throttle") if found.get(flag)}


def test_http_of_both_conventions():
    """The old and the new names of attributes fill the same members, and are no metadata."""
    old = {
        "http.method": "GET", "http.scheme": "https", "http.host": "shop.example",
        "http.target": "/cart?x=1", "http.status_code": 200, "http.user_agent": "curl",
        "http.client_ip": "192.0.2.1",
    }  # fmt: skip
    new = {
        "http.request.method": "GET", "url.scheme": "https", "server.address": "shop.example",
        "server.port": 443, "url.path": "/cart", "url.query": "x=1",
        "http.response.status_code": 200, "user_agent.original": "curl",
        "client.address": "192.0.2.1",
    }  # fmt: skip
    expected = {
        "request": {
            "method": "GET", "url": "https://shop.example/cart?x=1", "user_agent": "curl",
            "client_ip": "192.0.2.1", "x_forwarded_for": True,
        },
        "response": {"status": 200},
    }  # fmt: skip

    for attributes in (old, new):
        found = segment(attributes, kind=Message.SPAN_KIND_SERVER)
        assert expected == found["http"]
        assert "metadata" not in found


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"server.address": "h", "server.port": 8080}, "http://h:8080/"),
        ({"server.address": "h:8080", "server.port": 8080}, "http://h:8080/"),
        ({"server.address": "h", "server.port": 80}, "http://h/"),
        ({"url.full": "https://h/x", "server.address": "h"}, "https://h/x"),
        ({}, None),
    ],
)
def test_a_url_is_put_together_of_its_parts(attributes: Any, expected: str | None):
    """The usual port is left out, one that the address has already is not repeated."""
    found = segment({"http.method": "GET", **attributes}, kind=Message.SPAN_KIND_CLIENT)

    assert expected == found["http"]["request"].get("url")


def test_a_call_of_aws_tells_operation_and_resource():
    """Several tables are table_names; the SDK is told as X-Ray's own SDKs do."""
    resource = {
        "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.language": "python",
        "telemetry.sdk.version": "1.2",
    }  # fmt: skip
    attributes = {
        "rpc.method": "BatchGetItem", "aws.request_id": "r", "aws.dynamodb.table_names": ["a", "b"],
    }  # fmt: skip
    aws = segment(attributes, resource, kind=Message.SPAN_KIND_CLIENT)["aws"]

    assert {
        "operation": "BatchGetItem", "request_id": "r", "table_names": ["a", "b"],
        "xray": {
            "sdk": "opentelemetry for python", "sdk_version": "1.2", "auto_instrumentation": False,
        },
    } == aws  # fmt: skip


def test_a_query_is_sql():
    """Statement, system and user have members of their own."""
    found = segment({"db.system": "mysql", "db.name": "shop", "db.statement": "SELECT 1"})

    assert ("shop", {"database_type": "mysql", "sanitized_query": "SELECT 1"}) == (
        found["name"], {k: v for k, v in found["sql"].items() if v and k != "url"}
    )  # fmt: skip
    assert "metadata" not in found


def test_attributes_are_metadata_unless_they_are_listed():
    """Lists, objects and numbers JSON has not are kept; a namespace is an attribute of JSON."""
    listed = ["a.b", "n", "c d", "list", "not there"]
    found = segment(
        {
            "aws.xray.annotations": listed, "a.b": "x", "n": -1, "c d": True, "list": [1, 2],
            "object": {"deep": [{"x": 1.5}]}, "nan": float("nan"), "raw": b"\xff", "none": None,
            "aws.xray.metadata.mine": '{"k": 1}', "aws.xray.metadata.bad": '{"x": NaN}',
            "enduser.id": "ada",
        }
    )  # fmt: skip

    assert {"a.b": "x", "n": -1, "c_d": True} == found["annotations"]
    assert {
        "mine": {"k": 1},
        "default": {
            "list": [1, 2], "object": {"deep": [{"x": 1.5}]}, "nan": "nan", "raw": "/w==",
            "aws.xray.metadata.bad": '{"x": NaN}',
        },
    } == found["metadata"]  # fmt: skip
    assert "ada" == found["user"]


def test_a_segment_tells_of_its_resource():
    """Subsegments do not repeat it."""
    resource = {"service.name": "shop", "service.version": "7"}
    whole = segment({}, resource, kind=Message.SPAN_KIND_SERVER)

    assert "shop" == whole["metadata"]["default"]["otel.resource.service.name"]
    assert {"version": "7"} == whole["service"]
    assert "metadata" not in segment({}, resource)


def test_the_message_of_a_failure_without_exception_is_the_cause():
    """What set_status says is kept."""
    found = segment(status={"code": ERROR, "message": "went wrong"})

    assert "went wrong" == found["cause"]["exceptions"][0]["message"]


def test_links_name_other_traces():
    """A link has both ids and its attributes."""
    link = {"trace_id": TRACE, "span_id": PARENT, "attributes": pairs({"a": 1})}
    found = segment(links=[link])["links"]

    assert [{"trace_id": ROOT, "id": PARENT.hex(), "attributes": {"a": 1}}] == found


def test_a_traceback_that_is_none_makes_no_frames():
    """What is no traceback of Python leaves the exception as it is."""
    events = {"exception": {"exception.type": "E", "exception.stacktrace": '  File "x", line, in'}}
    (found,) = segment(events=events, resource={"telemetry.sdk.language": "python"})["cause"][
        "exceptions"
    ]

    assert ("E", False) == (found["type"], "stack" in found)


def test_spans_that_were_not_sampled_are_no_trace():
    """T1U is for others than X-Ray; T1S makes documents."""
    assert [] == documents(datagram(b"T1U", request()))
    assert 1 == len(documents(datagram(b"T1S", request())))


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"T1S", "no header line"),
        (HEADER + b"T1S*", "no OpenTelemetry spans"),
        (HEADER + b"T1SAAAA", "no OpenTelemetry spans"),
        (HEADER + b"T1U*", "no OpenTelemetry spans"),
        (datagram(b"T1S", request()[:-1]), "no OpenTelemetry spans"),
        (HEADER + b"M1AAAA", "OpenTelemetry metrics"),
    ],
)
def test_what_cannot_be_used_has_a_reason(sent: bytes, reason: str):
    """Broken base64, no protobuf, something cut off, metrics."""
    with pytest.raises(BadDatagram, match=reason):
        documents(sent)


def test_an_empty_request_has_no_spans():
    """An exporter may send nothing."""
    assert [] == documents(HEADER + b"T1S")


@pytest.mark.parametrize("member", ["trace_id", "span_id"])
@pytest.mark.parametrize("content", [b"", b"\x01", bytes(16)])
def test_ids_that_are_none_are_refused_as_a_segments(member: str, content: bytes):
    """X-Ray's own reader says what is wrong with the document."""
    (span,) = read_spans(request(**{member: content}))
    with pytest.raises(BadSegment, match=r"InvalidId|InvalidTraceId"):
        parse_segment(json.dumps(segment_of(span)))


def test_attributes_are_not_nested_without_end():
    """Deeper than any reader of the format goes is refused, and costs no stack."""
    deep: Any = "x"
    for _ in range(MAX_DEPTH - 1):
        deep = [deep]
    assert segment({"deep": deep})["metadata"]
    bottomless = b""
    for _ in range(5000):
        inner = b"\x0a" + _length(bottomless) + bottomless
        bottomless = b"\x2a" + _length(inner) + inner
    pair = b"\x12" + _length(bottomless) + bottomless
    attribute = b"\x4a" + _length(pair) + pair
    scope = b"\x12" + _length(attribute) + attribute
    spans = b"\x12" + _length(scope) + scope
    with pytest.raises(BadMessage, match="nested too deep"):
        read_spans(b"\x0a" + _length(spans) + spans)


def _length(content: bytes) -> bytes:
    number, found = len(content), bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


ATTRIBUTES = st.dictionaries(
    st.sampled_from(["a", "http.method", "http.status_code", "peer.service", "net.peer.port",
                     "aws.xray.annotations", "aws.xray.metadata.x", "aws.dynamodb.table_names",
                     "db.system", "url.path", "http.host", "rpc.system", "aws.span.kind"])
    | st.text(max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text()
        | st.sampled_from(["mysql", "aws-api", "LOCAL_ROOT", "[]", '{"a": NaN}']) | st.binary(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    ),
    max_size=5,
)  # fmt: skip


@given(
    ATTRIBUTES,
    ATTRIBUTES,
    st.dictionaries(st.sampled_from(["exception", "other"]), ATTRIBUTES),
    st.integers(0, 9),
    st.text(),
    st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)),
)
def test_whatever_a_span_holds_it_becomes_a_segment(
    attributes: Any, resource: Any, events: Any, kind: int, name: str, times: tuple[int, int]
):
    """Every request that the official encoder writes ends as JSON that X-Ray takes."""
    found = segment(
        attributes, resource, events, kind=kind, name=name,
        start_time_unix_nano=times[0], end_time_unix_nano=times[1], status={"code": ERROR},
    )  # fmt: skip

    assert json.loads(json.dumps(found, allow_nan=False))


@given(st.binary(max_size=300))
def test_garbage_is_refused_and_nothing_else_happens(content: bytes):
    """Any bytes are spans or a BadDatagram, with and without the header and base64."""
    for sent in (content, HEADER + content, HEADER + b"T1S" + content, datagram(b"T1S", content)):
        try:
            texts = documents(sent)
        except BadDatagram:
            continue
        for text in texts:
            with contextlib.suppress(BadSegment):
                parse_segment(text)


@given(st.data())
def test_a_request_that_was_damaged_is_refused_or_read(data: st.DataObject):
    """Cut off anywhere, or with a byte changed, it never raises anything but BadDatagram."""
    whole = request({"a": [1, {"b": "c"}]}, {"service.name": "s"}, {"exception": {"x": 1.5}})
    cut = data.draw(st.integers(0, len(whole)))
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    for damaged in (whole[:cut], changed):
        try:
            texts = documents(datagram(b"T1S", damaged))
        except BadDatagram:
            continue
        assert all(json.loads(text) for text in texts)
