"""Print jobs as SQS hands them to a function, and what a function's log says of them.

Shape: docs.aws.amazon.com/lambda/latest/dg/with-sqs.html (Example message events).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.submission import shown
from helpers.views.invocation import Answer

PRINTED = "printed "
ARN = "arn:aws:sqs:us-east-1:123456789012:print-jobs"


def sqs_event(bodies: Iterable[str], groups: Sequence[str] = ()) -> dict[str, Any]:
    """Return one event with a record per body; with `groups`, one of a FIFO queue."""
    records = [_record(body) for body in bodies]
    for number, (record, group) in enumerate(zip(records, groups, strict=False)):
        record["eventSourceARN"] = f"{ARN}.fifo"
        record["attributes"] |= {
            "MessageGroupId": group,
            "MessageDeduplicationId": f"d-{number}",
            "SequenceNumber": str(18_849_496_460_467_696_128 + 256 * number),
        }
    return {"Records": records}


def _record(body: str) -> dict[str, Any]:
    return {
        "messageId": str(uuid.uuid4()),
        "receiptHandle": f"AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a{uuid.uuid4().hex}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1795249800000",
            "SenderId": "AIDAHALFTONESHOP",
            "ApproximateFirstReceiveTimestamp": "1795249800012",
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": ARN,
        "awsRegion": "us-east-1",
    }


def printed(lines: Iterable[str]) -> list[str]:
    """Return what log lines say was printed, in their order."""
    found = [line.partition(PRINTED) for line in lines]
    return [after.strip() for before, mark, after in found if mark and not before]


def expect_answer(answer: Answer, *, expected: str) -> None:
    """Let an invocation that did not fail pass; a failed one fails its whole batch."""
    if answer.function_error is None:
        return
    raise NotYet(
        f"The function failed with {answer.error_type}: {answer.error_message}",
        expected=expected,
        advice="Catch what goes wrong with one record beside that record, and go on.",
        hint=2,
    )


def reported(payload: Any, event: Mapping[str, Any], *, hint: int) -> set[str]:
    """Return the ids a report lists, all of them of this batch; anything else is feedback."""
    if not isinstance(payload, Mapping) or "batchItemFailures" not in payload:
        raise _no_report(payload)
    listed = payload["batchItemFailures"] or []
    entries = listed if isinstance(listed, list) else [listed]
    ids = [e.get("itemIdentifier") if isinstance(e, Mapping) else None for e in entries]
    known = {record["messageId"] for record in event["Records"]}
    for entry, item in zip(entries, ids, strict=True):
        if item not in known:
            raise NotYet(
                f"The report lists {shown(entry)}, and Lambda takes the whole batch for failed.",
                expected='{"itemIdentifier": …} with the messageId of a record of this batch.',
                advice=_how_to_name(entry, item, event),
                hint=hint,
            )
    return {str(item) for item in ids}


def _no_report(payload: Any) -> NotYet:
    if payload and not isinstance(payload, Mapping):
        return NotYet(
            f"The answer was {shown(payload)}. For Lambda that is no report: the whole batch has "
            "failed, and good jobs come back too.",
            expected='a dict, {"batchItemFailures": [...]}.',
            advice="Return the dict itself. Lambda turns it into JSON.",
            hint=3,
        )
    advice = 'Return {"batchItemFailures": [...]} at the end of every run.'
    if payload:
        advice = "Without the key batchItemFailures, spelled like this, nothing has failed."
    return NotYet(
        f"The answer was {shown(payload)}. For Lambda that is success: it deletes all records, "
        "and the bad jobs are lost.",
        expected="a report that lists what failed.",
        advice=advice,
        hint=3,
    )


def _how_to_name(entry: Any, item: Any, event: Mapping[str, Any]) -> str:
    values = {record["receiptHandle"] for record in event["Records"]}
    if item in values:
        return "That is the receiptHandle. A record is named by its messageId."
    if isinstance(entry, Mapping) and "itemIdentifier" not in entry:
        return "The key is itemIdentifier. With any other key the identifier is missing."
    if not isinstance(entry, Mapping):
        return "Each entry is a dict with one key, itemIdentifier."
    return "That is no messageId of this batch. Take it from the record: record['messageId']."
