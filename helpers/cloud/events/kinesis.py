"""The event of a Kinesis batch, and what a filter sees of one record.

Source: docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html (Example event),
with-kinesis-filtering.html.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from helpers.cloud.events.sqs import document_in
from helpers.cloud.ports import StreamRecord


def kinesis_record(record: StreamRecord, stream_arn: str, role_arn: str) -> dict[str, Any]:
    """Return one of the event's Records; its data is base64."""
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.key,
            "sequenceNumber": str(record.sequence),
            "data": record.members["data"],
            "approximateArrivalTimestamp": round(record.arrived, 3),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{record.shard_id}:{record.sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": role_arn,
        "awsRegion": stream_arn.split(":")[3],
        "eventSourceARN": stream_arn,
    }


def filterable_kinesis_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as filters see it: its own members, with the data decoded."""
    members = record["kinesis"]
    try:
        data: Any = document_in(base64.b64decode(members["data"]).decode())
    except ValueError:  # bytes that are no text
        data = members["data"]
    return {**record, **members, "data": data}
