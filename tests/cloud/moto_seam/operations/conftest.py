"""botocore clients whose requests go nowhere: what would be sent is captured or answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from helpers.cloud.moto_seam.operations import Call, Facts, ScopedRequest, recognise


class Sent(Exception):  # noqa: N818 - a signal
    """Carries a request out of botocore."""

    def __init__(self, request: Any) -> None:
        super().__init__(request)
        self.request = request


@cache
def client(service: str, endpoint: str = "http://127.0.0.1:9") -> Any:
    """Make a client once per process; it signs and serializes, and never connects."""
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    return session.create_client(
        service,
        region_name="us-east-1",
        endpoint_url=endpoint,
        config=Config(
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "auto"},
            signature_version="s3v4" if service == "s3" else None,
        ),
    )


def call_method(api: Any, operation: str, params: dict[str, Any]) -> Any:
    """Call an operation by its name in the model."""
    method = next(m for m, name in api.meta.method_to_api_mapping.items() if name == operation)
    return getattr(api, method)(**params)


def captured(api: Any, operation: str, params: dict[str, Any]) -> ScopedRequest:
    """Serialize and sign a call, and read the request as the gateway would."""

    def stop(request: Any, **_: Any) -> None:
        raise Sent(request)

    api.meta.events.register_first("before-send", stop)
    try:
        call_method(api, operation, params)
    except Sent as sent:
        return as_http(sent.request, api.meta.service_model.signing_name)
    finally:
        api.meta.events.unregister("before-send", stop)
    raise AssertionError("nothing was sent")


def as_http(request: Any, signing_name: str) -> ScopedRequest:
    """Read a prepared request: raw path, headers as text, service and Region from its scope."""
    unsigned = f"Credential=-/-/us-east-1/{signing_name}"
    headers = {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }
    url = urlsplit(request.url)
    scope = headers.get("Authorization", unsigned).split("Credential=")[1].split(",")[0].split("/")
    body = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    return ScopedRequest(
        method=request.method,
        path=url.path,
        service=scope[3],
        region=scope[2],
        query=url.query,
        headers={"host": url.netloc, **headers},
        body=body.encode() if isinstance(body, str) else bytes(body),
    )


@pytest.fixture
def sent_call() -> Callable[..., Call]:
    """Send a call through botocore and back through `recognise`."""

    def read(
        service: str, operation: str, params: dict[str, Any], facts: Facts | None = None
    ) -> Call:
        call = recognise(captured(client(service), operation, params), facts=facts)
        assert call is not None, f"{service}:{operation} was not recognised"
        return call

    return read


@pytest.fixture
def answered() -> Callable[..., Any]:
    """Let a client receive a given answer to a call."""

    def receive(
        service: str, operation: str, params: dict[str, Any], answer: tuple[int, Any, bytes]
    ) -> Any:
        api = client(service)
        status, headers, body = answer

        def reply(request: Any, **_: Any) -> AWSResponse:
            response = AWSResponse(request.url, status, headers, None)
            response._content = body
            return response

        api.meta.events.register_first("before-send", reply)
        try:
            return call_method(api, operation, params)
        finally:
            api.meta.events.unregister("before-send", reply)

    return receive


@pytest.fixture
def minimal() -> Callable[[str, str], dict[str, Any]]:
    """Make the smallest parameters that botocore accepts for an operation."""

    def params(service: str, operation: str) -> dict[str, Any]:
        shape = client(service).meta.service_model.operation_model(operation).input_shape
        return {} if shape is None else example(shape, "")

    return params


def example(shape: Any, name: str) -> Any:
    """Give the smallest value of a shape."""
    if shape.type_name == "structure":
        wanted = list(shape.members)[:1] if shape.metadata.get("union") else shape.required_members
        return {key: example(shape.members[key], key) for key in wanted}
    if shape.type_name == "list":
        return [example(shape.member, name) or _with_first_member(shape.member)]
    if shape.type_name == "map":
        return {example(shape.key, name): example(shape.value, name)}
    if shape.type_name == "string":
        return example_text(shape, name)
    simple = {"boolean": True, "timestamp": 1795248000, "blob": b"x" * 48, "float": 1.0}
    return simple.get(shape.type_name, max(1, int(shape.metadata.get("min", 1))))


def _with_first_member(shape: Any) -> Any:
    """Give a structure that requires nothing one member: a form cannot hold an empty one."""
    key = next(iter(shape.members))
    return {key: example(shape.members[key], key)}


def example_text(shape: Any, name: str) -> str:
    """Give a string: an enum's first value, an ARN where the name says so, else a short name."""
    if shape.enum:
        return str(shape.enum[0])
    if name.lower().endswith("arn"):
        return "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
    if name == "QueueUrl":
        return "http://127.0.0.1:9/123456789012/print-jobs"
    return "name-1".ljust(int(shape.metadata.get("min", 1)), "0")
