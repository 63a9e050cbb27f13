"""Lab 01, Handlers: totals, request ids, exact answers, and functions that fail behind a 200."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_01_invoices import check_1_5
from helpers.checks.lab_01_orders import check_1_1
from helpers.checks.lab_01_predictions import PREDICTIONS
from helpers.checks.lab_01_repairs import check_1_4
from helpers.checks.lab_01_request_id import check_1_3
from helpers.checks.lab_01_uploads import check_1_2

LAB = LabChecks(
    slug="01-handlers",
    can="deploy a handler, tell a refused invoke from a failed function, and read a REPORT line",
    shows=frozenset(
        {
            Capability.RECORDS,
            Capability.RUNTIME_ERRORS,
            Capability.REPORT_LINE,
            Capability.CPU_SHARE,
        }
    ),
    exercises=(
        Exercise(
            id="1.1",
            title="What an order costs",
            core=True,
            hints=(
                "Write two small functions above the handler: one that complains about an order, "
                "one that adds it up. The handler calls both.",
                "`class BadOrder(Exception): pass` is a whole exception. Walk through the items, "
                "and raise it as soon as a rule is broken; what a handler raises becomes "
                "errorType and errorMessage.",
                'For each item: `if type(item["qty"]) is not int or item["qty"] < 1: '
                "raise BadOrder(f\"order {order_id}: bad qty {item['qty']!r}\")`. "
                'Before that, reject an order whose `order.get("items")` is empty or None.',
            ),
            check=check_1_1,
        ),
        Exercise(
            id="1.2",
            title="The quick start, repaired",
            core=False,
            hints=(
                "Four faults: where the client is made, which key is asked for, how many records "
                "are read, and what the role allows. Repair them one at a time.",
                "`urllib.parse.unquote_plus` undoes what S3 does to a key. "
                'Use it on each `record["s3"]["object"]["key"]`.',
                'The statement: {"Effect": "Allow", "Action": "s3:GetObject", '
                '"Resource": "arn:aws:s3:::halftone-uploads/*"}. There is no s3:HeadObject: '
                "head_object is allowed by s3:GetObject.",
            ),
            check=check_1_2,
            needs=frozenset({Capability.EXECUTION_ENVIRONMENTS, Capability.IAM_DECISIONS}),
        ),
        Exercise(
            id="1.3",
            title="One id through every line",
            core=True,
            hints=(
                "The second argument of the handler knows the id: `context.aws_request_id`.",
                "`print(json.dumps({...}))` writes one line that is JSON and nothing else. "
                "A small function `log(message, ...)` saves you from writing the ids twice.",
                'At the top of the handler: `ids = {"request_id": context.aws_request_id, '
                '"order_id": event["order_id"]}`, then '
                '`print(json.dumps({"message": "received", **ids}))`, and at the end the same '
                'with "placed".',
            ),
            check=check_1_3,
            needs=frozenset({Capability.LOG_TAIL, Capability.REPORT_LINE}),
        ),
        Exercise(
            id="1.4",
            title="Five that answer 200",
            core=True,
            hints=(
                "Read the errorType of each function first. It says in which of three places the "
                "fault is: the Handler setting, the loading of the file, or the answer.",
                "HandlerNotFound and MalformedHandlerName: compare Handler with the name after "
                "def. ImportModuleError and UserCodeSyntaxError: the file could not be loaded. "
                "MarshalError: the answer is not JSON.",
                'get-order and nightly-report need another "Handler": "app." and the function\'s '
                "name. charge-card: drop the import. stock-watch: a colon is missing. "
                "print-job: sorted(...) makes a list of a set. "
                '`code.replace("old", "new")` is enough for each.',
            ),
            check=check_1_4,
            needs=frozenset({Capability.PACKAGES}),
        ),
        Exercise(
            id="1.5",
            title="Exact on the way out",
            core=False,
            hints=(
                "Three values, three rules: a moment as ISO 8601 text, money as text, nothing as "
                "None.",
                "`datetime.fromtimestamp(seconds, tz=UTC)` knows its zone. For the money divide as "
                "`Decimal(cents) / 100`, or take the cents apart with // and %.",
                '`"placed_at": datetime.fromtimestamp(event["placed_at"], tz=UTC).isoformat()`, '
                '`"total": f"{cents // 100}.{cents % 100:02d}"`, and '
                '`"rating": sum(ratings) / len(ratings) if ratings else None`.',
            ),
            check=check_1_5,
        ),
    ),
    predictions=PREDICTIONS,
)
