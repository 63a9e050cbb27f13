"""OpenTelemetry's SDK in a handler, with AWS's propagator and form of export, unmodified."""

from __future__ import annotations

import importlib.metadata
import io
import json
import time
import zipfile
from typing import Any

import pytest

from tests.conformance.roles import make_role
from tests.waiting import until

DISTRIBUTIONS = (
    "opentelemetry-api",
    "opentelemetry-exporter-otlp-proto-common",
    "opentelemetry-propagator-aws-xray",
    "opentelemetry-proto",
    "opentelemetry-sdk",
    "opentelemetry-semantic-conventions",
    "protobuf",
    "typing-extensions",
)
HANDLER = r"""
import base64, os, socket

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.propagators.aws import AwsXRayPropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult


class UdpExporter(SpanExporter):
    # what OTLPUdpSpanExporter of the AWS Distro for OpenTelemetry sends
    def __init__(self):
        host, _, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].partition(":")
        self.to = (host, int(port))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def export(self, spans):
        data = base64.b64encode(encode_spans(spans).SerializeToString()).decode()
        message = '{"format":"json","version":1}\nT1S' + data
        self.socket.sendto(message.encode(), self.to)
        return SpanExportResult.SUCCESS


provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
provider.add_span_processor(SimpleSpanProcessor(UdpExporter()))
tracer = trace.get_tracer("app", tracer_provider=provider)


def charge(order):
    try:
        raise KeyError(order)
    except KeyError as error:
        raise LookupError("no card") from error


def handler(event, context):
    carrier = {"X-Amzn-Trace-Id": os.environ["_X_AMZN_TRACE_ID"]}
    parent = AwsXRayPropagator().extract(carrier)
    with tracer.start_as_current_span("order", parent) as span:
        span.set_attribute("tenant", event["tenant"])
        span.set_attribute("items", 3)
        span.set_attribute("aws.xray.annotations", ["tenant"])
        called = {
            "rpc.system": "aws-api", "rpc.service": "DynamoDB", "rpc.method": "GetItem",
            "aws.dynamodb.table_names": ["orders"], "http.status_code": 400,
        }
        kind = trace.SpanKind.CLIENT
        with tracer.start_as_current_span("DynamoDB.GetItem", kind=kind, attributes=called):
            pass
        with tracer.start_as_current_span("charge"):
            charge("o-1")
"""


def layer_zip() -> bytes:
    """Return a layer with the distributions, from the development environment."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in DISTRIBUTIONS:
            for file in importlib.metadata.files(name) or ():
                if file.suffix != ".pyc" and ".." not in file.parts:
                    archive.write(str(file.locate()), f"python/{file.as_posix()}")
    return buffer.getvalue()


def find(parts: Any, name: str) -> dict[str, Any]:
    """Return the subsegment of this name, however deep; empty when there is none."""
    for part in parts or ():
        if found := part if part["name"] == name else find(part.get("subsegments"), name):
            return dict(found)
    return {}


@pytest.fixture(scope="module")
def order(cloud: Any) -> dict[str, Any]:
    """The segments of an event whose handler makes three spans and fails, by their origins."""
    role = make_role(cloud.client("iam"), ["logs:*", "xray:PutTraceSegments"])
    layer = cloud.functions.publish_layer_version(
        LayerName="opentelemetry", Content={"ZipFile": layer_zip()}
    )["LayerVersionArn"]
    function = cloud.deploy(
        HANDLER, Role=role, Layers=[layer], Timeout=30, MemorySize=512,
        TracingConfig={"Mode": "Active"},
    )  # fmt: skip
    answer = cloud.functions.invoke(FunctionName=function, Payload=b'{"tenant": "ada"}')
    assert "LookupError" in answer["Payload"].read().decode()
    root = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"].removeprefix("root=")

    def segments() -> dict[str, Any]:
        found = cloud.client("xray").batch_get_traces(TraceIds=[root])["Traces"]
        documents = [json.loads(s["Document"]) for t in found for s in t["Segments"]]
        by_origin = {each.get("origin", ""): each for each in documents}
        inside = by_origin.get("AWS::Lambda::Function", {}).get("subsegments")
        return by_origin if find(inside, "order") and find(inside, "charge") else {}

    return {**until(segments), "root": root}


def function_part(order: dict[str, Any], name: str) -> dict[str, Any]:
    return find(order["AWS::Lambda::Function"]["subsegments"], name)


def test_spans_stand_below_the_functions_segment(order: dict[str, Any]):
    """The propagator's parent is the function's segment; spans keep their places and names."""
    span = function_part(order, "order")

    assert order["AWS::Lambda::Function"]["id"] == span["parent_id"]
    assert {"DynamoDB", "charge"} == {part["name"] for part in span["subsegments"]}


def test_attributes_are_metadata_except_those_listed_as_annotations(order: dict[str, Any]):
    """aws.xray.annotations lists what X-Ray indexes."""
    span = function_part(order, "order")

    assert {"tenant": "ada"} == span["annotations"]
    assert {"default": {"items": 3}} == span["metadata"]


def test_an_annotation_finds_the_trace(cloud: Any, order: dict[str, Any]):
    """GetTraceSummaries searches annotations of spans as those of segments."""
    now = time.time()
    found = cloud.client("xray").get_trace_summaries(
        StartTime=now - 300, EndTime=now + 60, FilterExpression='annotation.tenant = "ada"'
    )["TraceSummaries"]

    assert order["root"] in [each["Id"] for each in found]


def test_an_exception_is_the_cause_of_a_fault(order: dict[str, Any]):
    """Type, message and frames are there, and the exception that it was raised from."""
    charge = function_part(order, "charge")
    raised, earlier = charge["cause"]["exceptions"]

    assert (True, "LookupError", "no card") == (
        charge["fault"], raised["type"], raised["message"]
    )  # fmt: skip
    assert "charge" in [frame["label"] for frame in raised["stack"]]
    assert (earlier["id"], "KeyError") == (raised["cause"], earlier["type"])


def test_a_call_of_a_service_is_named_after_it(order: dict[str, Any]):
    """A client's span is a call: of AWS, with the table as a segment of its own."""
    call = function_part(order, "DynamoDB")

    assert ("aws", "GetItem", "orders", True) == (
        call["namespace"], call["aws"]["operation"], call["aws"]["table_name"], call["error"]
    )  # fmt: skip
    assert (call["id"], "orders") == (
        order["AWS::DynamoDB::Table"]["parent_id"], order["AWS::DynamoDB::Table"]["name"]
    )  # fmt: skip
