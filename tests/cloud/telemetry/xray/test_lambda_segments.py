"""What Lambda's own segments are made of, and when."""

from __future__ import annotations

from typing import Any, cast

from helpers.cloud import records
from helpers.cloud.records import Entry
from helpers.cloud.telemetry.xray.intake import Intake
from helpers.cloud.telemetry.xray.lambda_segments import LambdaSegments

BEGUN = records.TraceBegun(
    function="charge",
    version="1",
    request_id="r-1",
    arn="arn:aws:lambda:us-east-1:123456789012:function:charge",
    role_arn="arn:aws:iam::123456789012:role/r",
    root="1-5759e988-bd862e3fe1be46a994272793",
    parent="",
    service_segment="53995c3f42cd8ad8",
    function_segment="53995c3f42cd8ad9",
)
ENDED = records.TraceEnded(
    function="charge", version="1", request_id="r-1", status=200, throttled=False
)


class Kept:
    """An intake that keeps what comes."""

    def __init__(self) -> None:
        self.segments: list[str] = []

    def put(self, role_arn: str, region: str, text: str) -> None:
        """Keep a segment."""
        self.segments.append(text)


def told(segments: LambdaSegments, *told: Any) -> None:
    """Tell records, one a second."""
    for second, record in enumerate(told):
        segments.receive(Entry(second, float(second), record))


def test_an_answer_ends_the_segment_of_the_service() -> None:
    """It is put when the caller has its answer."""
    kept = Kept()

    told(LambdaSegments(cast(Intake, kept)), BEGUN, ENDED)

    assert 1 == len(kept.segments)


def test_what_was_on_its_way_when_the_account_was_emptied_leaves_no_segment() -> None:
    """A trace of the old account would stand in the new one, where its function is unknown."""
    kept = Kept()
    segments = LambdaSegments(cast(Intake, kept))

    told(segments, BEGUN)
    segments.clear()
    told(segments, ENDED)

    assert [] == kept.segments
