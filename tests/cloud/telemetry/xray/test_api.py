"""X-Ray's API at requests that no SDK would send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.cloud.clock import Clock
from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.telemetry.xray.api import InvalidRequestException, XRayApi
from helpers.cloud.telemetry.xray.store import TraceStore

ROOT = "1-5759e988-bd862e3fe1be46a994272793"


def request(path: str, body: bytes) -> HttpRequest:
    return HttpRequest("POST", path, "", {}, (), body)


@pytest.fixture
def api() -> XRayApi:
    return XRayApi(TraceStore(), Clock(), "123456789012")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/TraceSegments", b"{"),
        ("/TraceSegments", b"[]"),
        ("/TraceSegments", b"[" * 100_000),
        ("/TraceSegments", b"{}"),
        ("/TraceSegments", b'{"TraceSegmentDocuments": "one"}'),
        ("/TraceSegments", b'{"TraceSegmentDocuments": [1]}'),
        ("/TraceSegments", json.dumps({"TraceSegmentDocuments": ["x"] * 51}).encode()),
        ("/Traces", json.dumps({"TraceIds": [ROOT] * 6}).encode()),
        ("/TraceGraph", b"{}"),
        ("/TraceSummaries", b"{}"),
        ("/TraceSummaries", b'{"StartTime": 2, "EndTime": 1}'),
        ("/TraceSummaries", b'{"StartTime": true, "EndTime": 1}'),
        ("/TraceSummaries", b'{"StartTime": 0, "EndTime": 90000}'),
        ("/TraceSummaries", b'{"StartTime": 0, "EndTime": 1, "NextToken": "x"}'),
        ("/ServiceGraph", b'{"StartTime": NaN, "EndTime": 1}'),
    ],
)
def test_malformed_requests_are_invalid_requests(api: XRayApi, path: str, body: bytes):
    """Each gets X-Ray's InvalidRequestException, never a fault of the kit."""
    assert api.takes(request(path, body))
    with pytest.raises(InvalidRequestException):
        api.answer(request(path, body), "us-east-1")


def test_summaries_come_in_pages(api: XRayApi):
    """A hundred at a time, with a token for the next."""
    for number in range(130):
        document: dict[str, Any] = {
            "id": "0" * 16, "trace_id": f"1-{100 + number % 20:08x}-{number:024x}", "name": "s",
            "start_time": 100, "end_time": 101,
        }  # fmt: skip
        body = json.dumps({"TraceSegmentDocuments": [json.dumps(document)]}).encode()
        api.answer(request("/TraceSegments", body), "us-east-1")
    asked: dict[str, Any] = {"StartTime": 90, "EndTime": 150}
    first = json.loads(
        api.answer(request("/TraceSummaries", json.dumps(asked).encode()), "us-east-1").body
    )
    asked["NextToken"] = first["NextToken"]
    second = json.loads(
        api.answer(request("/TraceSummaries", json.dumps(asked).encode()), "us-east-1").body
    )

    assert (100, 30) == (len(first["TraceSummaries"]), len(second["TraceSummaries"]))
    assert "NextToken" not in second
