"""The event of a batch from a DynamoDB stream; filters see its records as they are.

Source: docs.aws.amazon.com/lambda/latest/dg/with-ddb.html (Example event), with-ddb-filtering.html.
"""

from __future__ import annotations

from typing import Any

from helpers.cloud.ports import StreamRecord


def dynamodb_record(record: StreamRecord, stream_arn: str) -> dict[str, Any]:
    """Return one of the event's Records; attribute values are DynamoDB JSON."""
    members = record.members
    shown: dict[str, Any] = {
        "eventID": members["eventID"],
        "eventName": members["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": stream_arn.split(":")[3],
        "dynamodb": {
            "ApproximateCreationDateTime": float(int(record.arrived)),
            **members["dynamodb"],
        },
    }
    if "userIdentity" in members:
        shown["userIdentity"] = members["userIdentity"]
    return shown | {"eventSourceARN": stream_arn}
