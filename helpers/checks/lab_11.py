"""Lab 11, Security: roles that are not worth stealing, one caller, and events of strangers."""

from __future__ import annotations

from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_11_charges import check_11_5
from helpers.checks.lab_11_place_order import check_11_1
from helpers.checks.lab_11_predictions import PREDICTIONS
from helpers.checks.lab_11_uploads import check_11_3

LAB = LabChecks(
    slug="11-security",
    can="give a function the least rights that work, one caller, and logs without secrets",
    exercises=(
        Exercise(
            id="11.1",
            title="The smallest policy that works",
            core=True,
            hints=(
                "Go through the code and note each call to AWS: there are four, to three "
                "services. A call is an action, and what it names is the resource.",
                "head_object is allowed by s3:GetObject, on objects. put_item is "
                "dynamodb:PutItem, on a table. The queue gets two calls: GetQueueUrl and "
                "SendMessage.",
                'on_orders = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": '
                '"arn:aws:dynamodb:us-east-1:123456789012:table/orders"}. Write the other two '
                "in the same form; the photos are arn:aws:s3:::halftone-uploads/*.",
            ),
            check=check_11_1,
        ),
        Exercise(
            id="11.3",
            title="One bucket, and only it",
            core=True,
            hints=(
                "Three questions: who calls, on behalf of what, and whose is that?",
                "Principal is the service. SourceArn is the bucket it calls for; the ARN of a "
                "bucket holds no account, so SourceAccount says whose it must be.",
                'permission = {"StatementId": "uploads", "Action": "lambda:InvokeFunction", '
                '"Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::halftone-uploads", '
                'and "SourceAccount" with our account.',
            ),
            check=check_11_3,
        ),
        Exercise(
            id="11.5",
            title="The key stays out of the log",
            core=True,
            hints=(
                "Build each line from fields that you name. Never print a whole event, request, "
                "response or message.",
                "Whatever exception leaves the handler, Lambda logs its message and answers with "
                "it. So catch the library's, all of them, and raise one of yours.",
                "`except Exception as fault:` print json.dumps with order_id, outcome and "
                "type(fault).__name__, then `raise ChargeFailed(f\"order {event['order_id']} was "
                'not charged") from None`.',
            ),
            check=check_11_5,
        ),
    ),
    predictions=PREDICTIONS,
)
