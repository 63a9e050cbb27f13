"""Lab 06, Streams: changes of an item, a blocked shard, repeats, windows, clicks."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_06_clicks import check_6_3, check_6_5
from helpers.checks.lab_06_moving import check_6_2
from helpers.checks.lab_06_once import check_6_4
from helpers.checks.lab_06_predictions import PREDICTIONS
from helpers.checks.lab_06_status import check_6_1

LAB = LabChecks(
    slug="06-streams",
    can="read changes in order, get a blocked shard moving and keep what could not be read",
    shows=frozenset({Capability.RECORDS}),
    exercises=(
        Exercise(
            id="6.1",
            title="The status changed",
            core=True,
            hints=(
                "You have to compare what the order was with what it is. Which view type sends "
                "both?",
                "Only a MODIFY has both images. It says that something changed: compare the two "
                "statuses.",
                'For each record whose eventName is "MODIFY": old = record["dynamodb"]["OldImage"]'
                '; the status is old["status"]["S"]. The same with NewImage; call tell if they '
                "differ.",
            ),
            check=check_6_1,
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="6.2",
            title="Moving again, and nothing lost",
            core=True,
            hints=(
                "Three things are needed: an end to the tries, a small batch around the bad order, "
                "and a place for it.",
                "MaximumRetryAttempts ends the tries. BisectBatchOnFunctionError makes the batch "
                "small. Of the destinations, only a bucket gets the records.",
                '"DestinationConfig": {"OnFailure": {"Destination": bucket_arn}}. The statement '
                'allows s3:PutObject on f"{bucket_arn}/*" and s3:ListBucket on bucket_arn.',
            ),
            check=check_6_2,
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="6.3",
            title="Clicks per minute",
            core=False,
            hints=(
                "The state is your only memory: take it from the event, add to it, return it. "
                "Save only when isFinalInvokeForWindow is true.",
                'Every answer is {"state": counts}, also the last one. Count the records of the '
                "last event before you save.",
                'counts = event["state"]; in the loop counts[page] = counts.get(page, 0) + 1; '
                'then, if event["isFinalInvokeForWindow"]: save(event["window"]["start"], counts).',
            ),
            check=check_6_3,
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="6.4",
            title="Off the stock once",
            core=True,
            hints=(
                "Which records are new orders? And where can you note that one was taken, so that "
                "every environment sees it?",
                "Note it in the table, in the same write that lowers the stock. A condition lets "
                "the write happen only if the note is not there.",
                'update_item with UpdateExpression "ADD #left :less, applied :changes" and '
                'ConditionExpression "NOT contains(applied, :change)". Catch '
                "dynamodb.exceptions.ConditionalCheckFailedException.",
            ),
            check=check_6_4,
        ),
        Exercise(
            id="6.5",
            title="Clicks, summed up",
            core=False,
            hints=(
                "Data comes in base64, and inside is JSON. Count in the loop, save behind it.",
                "Put a try around decoding and reading of one record, inside the loop. In except, "
                "set the record aside and go on.",
                'page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"], and '
                "except (ValueError, KeyError, TypeError): "
                'set_aside(record["kinesis"]["sequenceNumber"]).',
            ),
            check=check_6_5,
            needs=frozenset({Capability.LOG_TAIL}),
        ),
    ),
    predictions=PREDICTIONS,
)
