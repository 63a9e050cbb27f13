"""Lab 11, Security: roles that are not worth stealing, one caller, and events of strangers."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_11_charges import check_11_5
from helpers.checks.lab_11_hostile import check_11_4
from helpers.checks.lab_11_partner import check_11_6
from helpers.checks.lab_11_place_order import check_11_1
from helpers.checks.lab_11_predictions import PREDICTIONS
from helpers.checks.lab_11_refunds import check_11_7
from helpers.checks.lab_11_report import check_11_2
from helpers.checks.lab_11_uploads import check_11_3

LAB = LabChecks(
    slug="11-security",
    can="give a function the least rights that work, one caller, and logs without secrets",
    shows=frozenset({Capability.RECORDS, Capability.IAM_DECISIONS}),
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
            needs=frozenset({Capability.IAM_DECISIONS}),
        ),
        Exercise(
            id="11.2",
            title="A role that has too much",
            core=False,
            hints=(
                "Go through the draft line by line, and find the line of the code that makes the "
                "call. Then go through the code the other way round.",
                "Two calls in the draft are the thief's. One call of the code is not in it: it "
                "happens on the first of each month, to a key that changes.",
                "Two statements: dynamodb:Scan on the table orders, and s3:PutObject on "
                '"arn:aws:s3:::halftone-uploads/reports/*".',
            ),
            check=check_11_2,
            needs=frozenset({Capability.IAM_DECISIONS}),
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
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="11.4",
            title="Thirty hostile orders",
            core=False,
            hints=(
                "Begin with what an event may be at all: null, a list, text. Then the fields, "
                "then their types, then their ranges.",
                "`pattern.fullmatch(text)` holds for the whole text. `type(qty) is int` leaves "
                "True out. `set(event) <= {...}` finds fields that nobody asked for.",
                "For the note: isinstance(note, str) and len(note) <= 200 and "
                'note.isprintable(). Return {"accepted": bool(...)}, and let nothing raise.',
            ),
            check=check_11_4,
            needs=frozenset({Capability.LOG_TAIL}),
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
            needs=frozenset({Capability.LOG_TAIL}),
        ),
        Exercise(
            id="11.6",
            title="Denied by condition",
            core=False,
            hints=(
                "A Deny holds where its condition is true. So the condition describes what is "
                "foreign: not like, not equal.",
                "StringNotLike for the prefix, with a slash and a star. For the set of keys: one "
                "foreign key is enough. And a scan has no keys at all.",
                'deny_items has "Condition": {"ForAnyValue:StringNotEquals": '
                '{"dynamodb:LeadingKeys": "frames"}}; deny_scan denies dynamodb:Scan.',
            ),
            check=check_11_6,
            needs=frozenset({Capability.IAM_DECISIONS}),
        ),
        Exercise(
            id="11.7",
            title="The assistant's pull request",
            core=False,
            hints=(
                "Go through the code and ask of each line: where does this value come from, and "
                "who reads it next? The global, the print, eval, the division, the except.",
                "json.loads instead of eval; percent an int from 0 to 20, tested; // for cents; "
                "nothing global; nothing printed; BadAnswer instead of the except that hides.",
                '`try: answer = json.loads(...); percent, text = answer["percent"], '
                'answer["text"]`, `except (ValueError, KeyError, TypeError): raise '
                "BadAnswer(...) from None`, then `if type(percent) is not int or not 0 <= percent "
                "<= 20: raise BadAnswer(...)`.",
            ),
            check=check_11_7,
            needs=frozenset({Capability.RUNTIME_ERRORS, Capability.LOG_TAIL}),
        ),
    ),
    predictions=PREDICTIONS,
)
