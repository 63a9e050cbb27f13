"""Exercise 11.2: a role that allows too much, narrowed to what its function needs.

The report runs on days that the records know and on days they do not; then the attempts of a
thief are tried. Left out: permissions boundaries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from helpers.checks import attempts
from helpers.checks.attempts import Attempt, allowed_of, denied_of, listed
from helpers.checks.outcome import NotYet
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.shop_tables import orders_table
from helpers.checks.submission import Did, payload_of, shown

FUNCTION = "check-nightly-report"
BUCKET, PROBE = "halftone-uploads", "check-attempt"
DAYS = ("2026-12-15", "2027-01-01", "2027-02-01")
REPORT = """
import json
import boto3

dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")


def handler(event, context):
    day = event["day"]
    count = dynamodb.scan(TableName="orders", Select="COUNT")["Count"]
    if day.endswith("-01"):
        body = json.dumps({"orders": count})
        s3.put_object(Bucket="halftone-uploads", Key=f"reports/{day[:7]}.json", Body=body)
    return {"day": day, "orders": count}
"""


def check_11_2(session: Session, did: Did, policy: Mapping[str, Any] | str) -> None:
    """Run the report with the learner's policy on three days, then try what it must not do."""
    statements = _statements(policy)
    package = session.zip(REPORT, files=attempts.files())
    with _shop(session), execution_role(session, FUNCTION, *statements) as role:
        session.deploy(package, FUNCTION, Handler=attempts.HANDLER, Role=role, Timeout=15)
        for number, day in enumerate(DAYS, start=1):
            did(f"ran the report on {number} {'day' if number == 1 else 'days'}")
            _run(session, day)
        tried = _thefts()
        did(f"ran the report on 3 days, then tried {len(tried)} calls of a thief")
        allowed = allowed_of(session, FUNCTION, tried)
        if allowed:
            raise NotYet(
                f"The report runs, but whoever has its keys may also {listed(allowed)}.",
                expected="what the code of the report does, on every day of the year.",
                advice="Find the line of the code for each statement. One without a line was "
                "somebody else's call, or is wider than the code.",
                hint=2,
            )


def _statements(policy: Any) -> list[Mapping[str, Any]]:
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy
        found = document["Statement"]
        listed_ones = found if isinstance(found, list) else [found]
        return [dict(statement) for statement in listed_ones]
    except (TypeError, KeyError, ValueError):
        raise NotYet(
            f"This is no policy: {shown(policy)}",
            expected='a dict, or JSON text, with "Version" and a list "Statement".',
            hint=3,
        ) from None


def _run(session: Session, day: str) -> None:
    answer = session.invoke(FUNCTION, {"day": day})
    denied = denied_of(session, FUNCTION)
    if denied:
        action, resource = denied[0]["action"], denied[0]["resource"]
        first = day.endswith("-01")
        raise NotYet(
            f"On {day} IAM denied {action} on {resource}.",
            expected="the report to run on every day of the year.",
            advice="On the first of the month it writes a file, and each month another one. "
            "The records know only the months that were."
            if first
            else "The records have this call: see least_policy(...).",
            hint=2 if first else 1,
        )
    payload_of(answer, {"day": day}, expected="a report.", hint=1)


def _thefts() -> list[Attempt]:
    table = {"TableName": "orders", "Key": {"order_id": {"S": PROBE}}}
    photo = {"Bucket": BUCKET, "Key": f"c-42/{PROBE}"}
    return [
        Attempt("delete orders", "dynamodb", "delete_item", table),
        Attempt("write orders", "dynamodb", "update_item", table),
        Attempt("read the table stock", "dynamodb", "scan", {"TableName": "stock"}),
        Attempt("read photos", "s3", "get_object", photo),
        Attempt("overwrite photos", "s3", "put_object", {**photo, "Body": "x"}),
        Attempt("delete photos", "s3", "delete_object", photo),
        Attempt("read old reports", "s3", "get_object", {**photo, "Key": "reports/2027-01.json"}),
        Attempt("list the bucket", "s3", "list_objects_v2", {"Bucket": BUCKET}),
        Attempt("look at the queues", "sqs", "list_queues", {}),
    ]


@contextmanager
def _shop(session: Session) -> Iterator[None]:
    s3, dynamodb = session.client("s3"), session.client("dynamodb")
    orders_table(dynamodb)
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET)
    try:
        yield
    finally:
        for key in (f"c-42/{PROBE}", *(f"reports/{day[:7]}.json" for day in DAYS)):
            s3.delete_object(Bucket=BUCKET, Key=key)
        dynamodb.delete_item(TableName="orders", Key={"order_id": {"S": PROBE}})
