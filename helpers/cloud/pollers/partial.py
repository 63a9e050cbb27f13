"""What a handler says of its batch with ReportBatchItemFailures; pure.

An empty answer is success. What cannot be understood, or names what was not in the batch, fails
the whole batch. Leaves out: nothing is read when the mapping does not ask for such reports.

Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html (Success and failure
conditions), services-kinesis-batchfailurereporting.html.
"""

from __future__ import annotations

from collections.abc import Collection

from helpers.cloud.json_text import read_json


def reported_failures(payload: bytes, identifiers: Collection[str]) -> frozenset[str] | None:
    """Return the identifiers that failed, of those in the batch; None when all failed.

    >>> reported_failures(b'{"batchItemFailures": [{"itemIdentifier": "b"}]}', ["a", "b"])
    frozenset({'b'})
    """
    try:
        answer = read_json(payload or b"null")
    except ValueError:
        return None
    if not answer:
        return frozenset()
    if not isinstance(answer, dict):
        return None
    listed = answer.get("batchItemFailures")
    if not listed:
        return frozenset()
    if not isinstance(listed, list):
        return None
    named = [entry.get("itemIdentifier") if isinstance(entry, dict) else None for entry in listed]
    known = [name for name in named if isinstance(name, str) and name in identifiers]
    return frozenset(known) if len(known) == len(named) else None
