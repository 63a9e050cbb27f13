"""Where given-up records of a stream are told of: a queue, a topic, or, with the records, a bucket.

The execution role needs the permission to send; without it, or without the target, what is known
is lost, and a record says why.

Source: docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html,
services-ddb-errors.html.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers.cloud import records
from helpers.cloud.errors import AwsError
from helpers.cloud.invoke.failure_path import ACTIONS
from helpers.cloud.pollers.delivery import Courier, Delivered, new_request_id
from helpers.cloud.pollers.mapping import Source
from helpers.cloud.pollers.shard import Batch, runs

OBJECTS = "aws/lambda"
RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
AGE_EXCEEDED = "RecordAgeExceeded"
BATCH_INFO = {Source.KINESIS: "KinesisBatchInfo", Source.DYNAMODB: "DDBStreamBatchInfo"}


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Records that will not be tried again: of which shard, why, and what the last try said."""

    batch: Batch
    shard_id: str
    condition: str
    delivered: Delivered | None


def send_on(courier: Courier, lost: GivenUp) -> None:
    """Tell the mapping's failure destination, if it has one."""
    destination = courier.mapping.settings.on_failure
    if not destination or not lost.batch.entries or courier.life.is_over:
        return
    service = destination.split(":")[2]
    resource = f"{destination}/*" if service == "s3" else destination
    refusal = _refusal(courier, ACTIONS[service], resource)
    if refusal is None:
        try:
            _send(courier, lost, destination)()
        except AwsError as error:
            refusal = error.message
    courier.note(
        records.BatchSentOn,
        len(lost.batch.entries),
        shard=lost.shard_id,
        positions=runs([entry.position for entry in lost.batch.entries]),
        condition=lost.condition,
        target=destination,
        delivered=refusal is None,
        reason=refusal or "",
    )


def _refusal(courier: Courier, action: str, resource: str) -> str | None:
    try:
        role_arn = courier.function().role_arn
    except AwsError as error:
        return error.message
    return courier.tools.authorizer.role_may(role_arn, action, resource)


def _send(courier: Courier, lost: GivenUp, destination: str) -> Callable[[], None]:
    document = invocation_record(courier, lost)
    targets = courier.tools.targets
    if destination.split(":")[2] == "sqs":
        return lambda: targets.send_message(destination, json.dumps(document), {})
    if destination.split(":")[2] == "sns":
        return lambda: targets.publish(destination, json.dumps(document), {})
    event = {"Records": [entry.record for entry in lost.batch.entries]}
    if lost.delivered is not None:
        event = json.loads(lost.delivered.event) | event
    body = json.dumps({**document, "payload": json.dumps(event, separators=(",", ":"))}).encode()
    key = _object_key(courier, lost)
    return lambda: targets.put_object(destination, key, body)


def invocation_record(courier: Courier, lost: GivenUp) -> dict[str, Any]:
    """Return the record of given-up records; it says where they are, not what they hold."""
    mapping, entries, delivered = courier.mapping, lost.batch.entries, lost.delivered
    document: dict[str, Any] = {
        "requestContext": {
            "requestId": delivered.request_id if delivered else new_request_id(),
            "functionArn": mapping.function_arn,
            "condition": lost.condition,
            "approximateInvokeCount": _invocations(lost),
        },
    }
    if delivered is not None and delivered.answer is not None:
        document["responseContext"] = {
            "statusCode": 200,
            "executedVersion": delivered.answer.executed_version,
            "functionError": delivered.answer.result.function_error,  # null: failures were reported
        }
    precision = "milliseconds" if mapping.source is Source.KINESIS else "seconds"
    return document | {
        "version": "1.0",
        "timestamp": _moment(courier.tools.waiting.clock.now(), "milliseconds"),
        BATCH_INFO[mapping.source]: {
            "shardId": lost.shard_id,
            "startSequenceNumber": str(entries[0].sequence),
            "endSequenceNumber": str(entries[-1].sequence),
            "approximateArrivalOfFirstRecord": _moment(entries[0].arrived, precision),
            "approximateArrivalOfLastRecord": _moment(entries[-1].arrived, precision),
            "batchSize": len(entries),
            "streamArn": mapping.source_arn,
        },
    }


def _invocations(lost: GivenUp) -> int:
    """Return how many invocations held the records; of records that became too old it is always 1.

    So AWS counts these, also when they were tried often, or never.
    """
    return 1 if lost.condition == AGE_EXCEEDED else lost.batch.attempts


def _moment(unix_s: float, precision: str) -> str:
    moment = datetime.fromtimestamp(unix_s, UTC).isoformat(timespec=precision)
    return moment.replace("+00:00", "Z")


def _object_key(courier: Courier, lost: GivenUp) -> str:
    moment = courier.tools.waiting.clock.today()
    folder = f"{OBJECTS}/{courier.mapping.uuid}/{lost.shard_id}/{moment:%Y/%m/%d}"
    return f"{folder}/{moment:%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
