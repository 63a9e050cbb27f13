"""Lab 05, Queues: partial batch responses, order, filters, and a way out for what never works."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_05_filter import check_5_3
from helpers.checks.lab_05_order import check_5_2
from helpers.checks.lab_05_partial import check_5_1
from helpers.checks.lab_05_predictions import PREDICTIONS
from helpers.checks.lab_05_way_out import check_5_4

LAB = LabChecks(
    slug="05-queues",
    can="process a queue so that one bad message fails alone, and give it a way out",
    shows=frozenset({Capability.RECORDS, Capability.IAM_DECISIONS}),
    exercises=(
        Exercise(
            id="5.1",
            title="Only the bad ones come back",
            core=True,
            hints=(
                "Two things are needed: a report of what failed, and a mapping that reads it. "
                "In the handler, no exception of one record may reach the next.",
                "Put try and except inside the loop, around json.loads and print_poster. In "
                'except, add {"itemIdentifier": record["messageId"]} to a list.',
                'Return {"batchItemFailures": failures} at the end of every run, and add '
                '"FunctionResponseTypes": ["ReportBatchItemFailures"] to mapping_settings.',
            ),
            check=check_5_1,
            needs=frozenset(
                {Capability.LOG_TAIL, Capability.QUEUE_POLLER, Capability.PARTIAL_BATCHES}
            ),
        ),
        Exercise(
            id="5.2",
            title="Sheets in order",
            core=False,
            hints=(
                "In a FIFO queue, a record behind a failed one must wait until that one is done. "
                "What you do not work on belongs into the report as well.",
                "Keep a set of the orders that have failed. Look into it before you print a "
                "record; its attributes hold MessageGroupId.",
                'At the top of the loop: `group = record["attributes"]["MessageGroupId"]`, then '
                "`if group in blocked:` add the record to the failures and `continue`. In except: "
                "`blocked.add(group)` and add it to the failures.",
            ),
            check=check_5_2,
            needs=frozenset(
                {
                    Capability.LOG_TAIL,
                    Capability.LOGS,
                    Capability.QUEUE_POLLER,
                    Capability.PARTIAL_BATCHES,
                }
            ),
        ),
        Exercise(
            id="5.3",
            title="Paid orders only",
            core=True,
            hints=(
                "A pattern has the shape of the record: what you compare lies under its body.",
                'Each leaf is a list of what is allowed: {"body": {"status": ["paid"]}}. A number '
                'is compared by [{"numeric": [">", 0]}].',
                "All fields of one pattern must match; of several filters, one is enough. So write "
                'one pattern: json.dumps({"body": {"status": ["paid"], "total_cents": '
                '[{"numeric": [">", 0]}]}}).',
            ),
            check=check_5_3,
            needs=frozenset({Capability.LOGS, Capability.QUEUE_POLLER, Capability.EVENT_FILTERS}),
        ),
        Exercise(
            id="5.4",
            title="The slow printer",
            core=True,
            hints=(
                "Two numbers and an ARN, all of them settings of the queue. Attributes of a queue "
                "are text.",
                "The visibility timeout is at least six times the function's timeout. The redrive "
                "policy is JSON text: json.dumps of deadLetterTargetArn and maxReceiveCount.",
                '"VisibilityTimeout": "6" and "RedrivePolicy": json.dumps({"deadLetterTargetArn": '
                'dead_letters_arn, "maxReceiveCount": 5}).',
            ),
            check=check_5_4,
            needs=frozenset({Capability.THROTTLES, Capability.LOGS, Capability.QUEUE_POLLER}),
        ),
    ),
    predictions=PREDICTIONS,
)
