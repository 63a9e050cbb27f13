"""OpenTelemetry's SDK in a handler, with AWS's propagator and form of export, unmodified."""

from __future__ import annotations

import importlib.util
import io
import json
import secrets
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PACKAGES = (
    "google.protobuf",
    "opentelemetry.context",
    "opentelemetry.exporter.otlp.proto.common",
    "opentelemetry.propagators.aws",
    "opentelemetry",
    "google._upb",
)
MODULES = ("typing_extensions",)
HANDLER = """\
import base64, os, socket

from opentelemetry import propagate, trace
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
        message = '{"format":"json","version":1}\\\\nT1S' + data
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
""".replace("\\\\n", "\\n")


def layer_zip() -> bytes:
    """Return a layer with the packages of the development environment."""
    buffer, seen = io.BytesIO(), set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in ("google", "opentelemetry", *MODULES):
            found = importlib.util.find_spec(name)
            assert found is not None, f"{name} is not installed: requirements-dev.lock"
            if name in MODULES:
                assert found.origin is not None
                archive.write(found.origin, f"python/{name}.py")
            for folder in found.submodule_search_locations or ():
                for file in sorted(Path(folder).rglob("*")):
                    target = f"python/{name}/{file.relative_to(folder)}"
                    if file.is_file() and "__pycache__" not in file.parts and target not in seen:
                        seen.add(target)
                        archive.write(file, target)
        # the SDK finds its context by its entry points
        for file in sorted(Path(found_in("opentelemetry")).parent.glob("opentelemetry_*.dist-info/*")):
            if file.is_file():
                archive.write(file, f"python/{file.parent.name}/{file.name}")
    return buffer.getvalue()
