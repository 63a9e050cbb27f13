"""Lab 10, Errors: what fails for good is found again, and what comes twice is done once."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_10_crashes import check_10_4
from helpers.checks.lab_10_failures import check_10_1
from helpers.checks.lab_10_in_time import check_10_2
from helpers.checks.lab_10_once import check_10_3
from helpers.checks.lab_10_paths import check_10_6
from helpers.checks.lab_10_predictions import PREDICTIONS
from helpers.checks.lab_10_redrive import check_10_5

LAB = LabChecks(
    slug="10-errors",
    can="give each event a failure path, and do a thing once though it arrives three times",
    shows=frozenset({Capability.RECORDS, Capability.TIME_LAPSE, Capability.RUNTIME_ERRORS}),
    exercises=(
        Exercise(
            id="10.1",
            title="No failure without a trace",
            core=True,
            hints=(
                "Three parts: a permission, a setting, and a consumer that opens three layers: "
                "the batch, the body's text, the record.",
                'settings has "MaximumRetryAttempts" and "DestinationConfig". The statement names '
                "one action on one queue. In the consumer, json.loads(record['body']) is the "
                "record you saw above.",
                'settings = {"MaximumRetryAttempts": 1, "DestinationConfig": {"OnFailure": '
                '{"Destination": failed_arn}}}. In the consumer: '
                'report.get("responsePayload", {}).get("errorType", "never ran") and '
                'report["requestContext"]["approximateInvokeCount"].',
            ),
            check=check_10_1,
            needs=frozenset({Capability.RECORDS, Capability.TIME_LAPSE}),
        ),
        Exercise(
            id="10.2",
            title="Not after two minutes",
            core=False,
            hints=(
                "Two things make an event late: retries after failures, and waiting while the "
                "function is throttled.",
                "MaximumRetryAttempts bounds the first, MaximumEventAgeInSeconds both. And put "
                "replaces everything that was configured.",
                'settings = {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 120, '
                '"DestinationConfig": {"OnFailure": {"Destination": failed_arn}}}.',
            ),
            check=check_10_2,
            needs=frozenset({Capability.RECORDS, Capability.TIME_LAPSE}),
        ),
        Exercise(
            id="10.3",
            title="Three at once, one charge",
            core=True,
            hints=(
                "Whoever may write the item does the work. Write first, charge after.",
                'put_item with ConditionExpression="attribute_not_exists(id)", where id is the '
                "order's. A ClientError with code ConditionalCheckFailedException means that "
                "somebody else has it.",
                'try: table.put_item(Item={"id": event["order_id"]}, '
                'ConditionExpression="attribute_not_exists(id)"); except ClientError as refusal: '
                'if refusal.response["Error"]["Code"] != "ConditionalCheckFailedException": '
                "raise; then return charged False.",
            ),
            check=check_10_3,
            needs=frozenset({Capability.LOGS}),
        ),
        Exercise(
            id="10.4",
            title="…and when the first attempt died",
            core=False,
            hints=(
                "An order has three states: unknown, in progress until a time, done with an "
                "answer. Which of them lets an attempt begin?",
                "Begin when there is no item, or when it is in progress and expired: one "
                "condition with OR. When it is refused, read the item: return the answer of a "
                "done one, raise for one in progress.",
                'Item={"id": …, "state": "in progress", "expires": now + EXPIRY_S}, '
                'ConditionExpression="attribute_not_exists(id) OR (#s = :busy AND expires < '
                ':now)", ExpressionAttributeNames={"#s": "state"}. After the charge: '
                'put_item(Item={"id": …, "state": "done", "receipt": receipt}).',
            ),
            check=check_10_4,
            needs=frozenset({Capability.EXECUTION_ENVIRONMENTS, Capability.LOGS}),
        ),
        Exercise(
            id="10.5",
            title="Back after the repair",
            core=True,
            hints=(
                "Take letters until none comes. For each: send its event, and delete the letter "
                "when Lambda has accepted it.",
                "receive_message gives ten at most. invoke with InvocationType Event answers 202; "
                "what is no JSON it refuses with a ClientError, and that letter stays.",
                "while letters := sqs.receive_message(QueueUrl=url, "
                'MaxNumberOfMessages=10).get("Messages"): for each, in try: '
                'lambda_.invoke(FunctionName=…, InvocationType="Event", Payload=letter["Body"]), '
                'then sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"]).',
            ),
            check=check_10_5,
            needs=frozenset({Capability.RECORDS, Capability.TIME_LAPSE}),
        ),
        Exercise(
            id="10.6",
            title="Six that lose events",
            core=False,
            hints=(
                "Ask of each: who invokes it? That one keeps the failure, or hands it to Lambda's "
                "failure path.",
                "The third column of the exercise's table says what is missing; the fourth, what "
                "your repair is put into. An alias has a configuration of its own.",
                "charge-card: DestinationConfig. thumbnail: the same with Qualifier. place-order: "
                "the code without try. nightly-report: sqs:SendMessage. print-job: RedrivePolicy, "
                "as text. stock-watch: MaximumRetryAttempts and DestinationConfig.",
            ),
            check=check_10_6,
            needs=frozenset({Capability.RECORDS, Capability.TIME_LAPSE}),
        ),
    ),
    predictions=PREDICTIONS,
)
