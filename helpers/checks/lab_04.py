"""Lab 04, Push: S3, SNS, EventBridge and its Scheduler, and events that come twice."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_04_high_value import check_4_4
from helpers.checks.lab_04_labels import check_4_6
from helpers.checks.lab_04_nights import check_4_5
from helpers.checks.lab_04_predictions import PREDICTIONS
from helpers.checks.lab_04_sequence import check_4_2
from helpers.checks.lab_04_subscribers import check_4_3
from helpers.checks.lab_04_thumbnails import check_4_1

LAB = LabChecks(
    slug="04-push",
    can="let S3, SNS, rules and clocks call a function, and see what they could not deliver",
    shows=frozenset({Capability.RECORDS, Capability.SCHEDULE_FORECAST}),
    exercises=(
        Exercise(
            id="4.1",
            title="A thumbnail for each photo",
            core=True,
            hints=(
                "Loop over the records, and decode each key before you use it: unquote_plus of "
                'urllib.parse. Thumbnails go under thumbnails/, where the role allows "PutObject".',
                "s3:ObjectCreated:* stands for all ways in which an object comes. Filter holds "
                '{"Key": {"FilterRules": [...]}} with one rule named prefix and one named suffix.',
                "The permission names who calls and from where: Principal s3.amazonaws.com, "
                "SourceArn arn:aws:s3:::halftone-uploads, SourceAccount 123456789012.",
            ),
            check=check_4_1,
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="4.2",
            title="The newest wins",
            core=False,
            hints=(
                "Write index/<key>.json with size and sequencer, the key decoded. Before that, "
                "read what is there; NoSuchKey means that this key is new.",
                "Compare the event's sequencer with the one in the entry, and return early if the "
                "event's is not larger.",
                'Sequencers are hexadecimal and differ in length. new.rjust(40, "0") > '
                'old.rjust(40, "0") compares them, and so does int(new, 16) > int(old, 16).',
            ),
            check=check_4_2,
            needs=frozenset({Capability.ENVIRONMENT_AFTER_UPDATE}),
        ),
        Exercise(
            id="4.3",
            title="One order, three receivers",
            core=True,
            hints=(
                'Each record has the message as text: json.loads(record["Sns"]["Message"]).',
                'A policy is a dict of attribute names with lists: {"status": ["paid"]}. Numbers '
                'are compared by [{"numeric": [">", 0]}], and exceptions by [{"anything-but": …}].',
                '"charge-card": {"status": ["placed"], "total_cents": [{"numeric": [">", 0]}]}, '
                'and for stock-watch {"status": [{"anything-but": ["shipped"]}]}.',
            ),
            check=check_4_3,
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="4.4",
            title="Orders of value",
            core=False,
            hints=(
                "The pattern has the shape of the event: source and detail-type at the top, the "
                "order's fields under detail. Every leaf is a list.",
                '{"numeric": [">=", 50000]} compares a number; {"anything-but": {"prefix": '
                '"test-"}} takes text that does not begin so.',
                'Four conditions: "source": ["halftone.orders"], "detail-type": ["OrderPaid"], and '
                'under "detail" those for total_cents and customer.',
            ),
            check=check_4_4,
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="4.5",
            title="Half past two in Berlin",
            core=False,
            hints=(
                "The expression says when, and a second setting says by whose clocks.",
                "cron(minute hour day month weekday year), with ? for day or weekday.",
                '"ScheduleExpression": "cron(30 2 * * ? *)" and "ScheduleExpressionTimezone": '
                '"Europe/Berlin".',
            ),
            check=check_4_5,
            needs=frozenset({Capability.SCHEDULE_FORECAST}),
        ),
        Exercise(
            id="4.6",
            title="Once is enough",
            core=True,
            hints=(
                "put_object under labels/ in the bucket halftone-uploads, with the order's id and "
                "customer as JSON.",
                "The same order must give the same key and the same bytes, whenever and wherever "
                "it is handled. So nothing in them may come from the clock or from chance.",
                'Key=f"labels/{order[\'order_id\']}.json" and Body=json.dumps({"order_id": …, '
                '"customer": …}).',
            ),
            check=check_4_6,
            needs=frozenset({Capability.ENVIRONMENT_AFTER_UPDATE, Capability.IAM_DECISIONS}),
        ),
    ),
    predictions=PREDICTIONS,
)
