"""Where and when the samples happen: account, Region, moment and names that never change."""

from __future__ import annotations

import json
from datetime import UTC, datetime

ACCOUNT = "123456789012"
REGION = "us-east-1"
WHEN = datetime(2026, 11, 21, 14, 0, 0, tzinfo=UTC)
TRACE = "Root=1-6920730e-5759e988bd862e3fe1be46a9"
MESSAGE_ID = "19dd0b57-b21e-4ac1-bd88-01bbb068cb78"
ORDER = {"order_id": "o-1007", "customer": "c-42", "total_cents": 3900, "status": "placed"}
ORDER_TEXT = json.dumps(ORDER)


def arn(service: str, resource: str) -> str:
    """Return the ARN of a resource in the samples' account.

    >>> arn("sqs", "print-jobs")
    'arn:aws:sqs:us-east-1:123456789012:print-jobs'
    """
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
