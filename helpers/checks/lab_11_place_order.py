"""Exercise 11.1: three statements that allow what place_order does, and nothing beyond.

The check deploys the given function with the learner's statements, places two orders, and then
tries what a thief of its keys would try. Left out: conditions, which 11.6 is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from helpers.checks import attempts
from helpers.checks.attempts import Attempt, allowed_of, denied_of, listed
from helpers.checks.outcome import NotYet
from helpers.checks.queues import queue
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.shop_tables import orders_table
from helpers.checks.submission import Did, payload_of

FUNCTION = "check-place-order"
BUCKET, INVOICES, JOBS = "halftone-uploads", "halftone-invoices", "print-jobs"
PROBE = "check-attempt"
KEY = {"order_id": {"S": PROBE}}
EVENTS = (
    {"order_id": "o-3001", "customer": "c-61", "photo": "hund.jpg"},
    {"order_id": "o-3002", "customer": "c-62", "photo": "dune.jpg"},
)
PLACE_ORDER = """
import json
import boto3

dynamodb, s3, sqs = boto3.client("dynamodb"), boto3.client("s3"), boto3.client("sqs")


def handler(event, context):
    order = event["order_id"]
    photo = {"Bucket": "halftone-uploads", "Key": f"{event['customer']}/{event['photo']}"}
    size = s3.head_object(**photo)["ContentLength"]
    item = {"order_id": {"S": order}, "customer": {"S": event["customer"]}}
    dynamodb.put_item(TableName="orders", Item=item)
    queue = sqs.get_queue_url(QueueName="print-jobs")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"order_id": order, "bytes": size}))
    return {"order_id": order, "status": "placed"}
"""


def check_11_1(
    session: Session,
    did: Did,
    on_photos: Mapping[str, Any],
    on_orders: Mapping[str, Any],
    on_jobs: Mapping[str, Any],
) -> None:
    """Place two orders with the learner's statements, then try what they should not allow."""
    statements = (on_photos, on_orders, on_jobs)
    package = session.zip(PLACE_ORDER, files=attempts.files())
    with _shop(session) as (jobs, archive), execution_role(session, FUNCTION, *statements) as role:
        session.deploy(package, FUNCTION, Handler=attempts.HANDLER, Role=role, Timeout=15)
        for number, event in enumerate(EVENTS, start=1):
            did(f"placed {number} {'order' if number == 1 else 'orders'} with your statements")
            _place(session, event)
        tried = _thefts(jobs, archive)
        did(f"placed 2 orders with your statements, then tried {len(tried)} calls of a thief")
        _expect_nothing_more(allowed_of(session, FUNCTION, tried))


def _place(session: Session, event: Mapping[str, Any]) -> None:
    answer = session.invoke(FUNCTION, event)
    denied = denied_of(session, FUNCTION)
    if denied:
        action, resource = denied[0]["action"], denied[0]["resource"]
        raise NotYet(
            f"IAM denied {action} on {resource}.",
            expected="each call of place_order to be allowed by one of the three statements.",
            advice=_advice(str(action)),
            hint=3,
        )
    payload_of(answer, event, expected="a placed order.", hint=1)


def _advice(action: str) -> str:
    if action.startswith("s3:"):
        return (
            "Compare it with your statement: a bucket is not its objects. What stands in a bucket "
            f"is arn:aws:s3:::{BUCKET}/*, and there is no action s3:HeadObject."
        )
    if action == "sqs:GetQueueUrl":
        return "The code asks for the queue's URL first, and that is a call of its own. Add it."
    return "Compare it with your statement letter by letter: action, Region, account, name."


def _thefts(jobs: str, archive: str) -> list[Attempt]:
    item = {**KEY, "customer": {"S": "c-0"}}
    photo = {"Bucket": BUCKET, "Key": PROBE}
    return [
        Attempt("read every order", "dynamodb", "scan", {"TableName": "orders"}),
        Attempt("read one order", "dynamodb", "get_item", {"TableName": "orders", "Key": KEY}),
        Attempt("delete orders", "dynamodb", "delete_item", {"TableName": "orders", "Key": KEY}),
        Attempt(
            "write the table stock", "dynamodb", "put_item", {"TableName": "stock", "Item": item}
        ),
        Attempt("overwrite photos", "s3", "put_object", {**photo, "Body": "x"}),
        Attempt("delete photos", "s3", "delete_object", photo),
        Attempt("list photos", "s3", "list_objects_v2", {"Bucket": BUCKET}),
        Attempt("read invoices", "s3", "get_object", {"Bucket": INVOICES, "Key": "i-1.pdf"}),
        Attempt(
            "take print jobs", "sqs", "receive_message", {"QueueUrl": jobs, "VisibilityTimeout": 0}
        ),
        Attempt("read the queue's settings", "sqs", "get_queue_attributes", {"QueueUrl": jobs}),
        Attempt(
            f"send to the queue {archive.rpartition('/')[2][:18]}…",
            "sqs",
            "send_message",
            {"QueueUrl": archive, "MessageBody": "x"},
        ),
        Attempt(
            "find other queues", "sqs", "get_queue_url", {"QueueName": archive.rpartition("/")[2]}
        ),
    ]


def _expect_nothing_more(allowed: list[str]) -> None:
    if not allowed:
        return
    raise NotYet(
        f"The orders go through, but whoever has the keys may also {listed(allowed)}.",
        expected="the actions of the code, on the resources of the code, and nothing else.",
        advice=f"Which statement allows it to {allowed[0]}? Name its actions one by one, and the "
        "resource in full. No star but the one behind the bucket.",
        hint=2,
    )


@contextmanager
def _shop(session: Session) -> Iterator[tuple[str, str]]:
    """Yield the URLs of print-jobs and of another queue, with photos and a table around them."""
    s3, dynamodb, sqs = (session.client(name) for name in ("s3", "dynamodb", "sqs"))
    orders_table(dynamodb)
    jobs = sqs.create_queue(QueueName=JOBS)["QueueUrl"]
    photos = [f"{event['customer']}/{event['photo']}" for event in EVENTS]
    with ExitStack() as stack:
        for bucket in (BUCKET, INVOICES):
            with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
                s3.create_bucket(Bucket=bucket)
        stack.callback(s3.delete_bucket, Bucket=INVOICES)
        for key in photos:
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"JPEG")
            stack.callback(s3.delete_object, Bucket=BUCKET, Key=key)
        stack.callback(s3.delete_object, Bucket=BUCKET, Key=PROBE)
        for order in (PROBE, *(event["order_id"] for event in EVENTS)):
            stack.callback(dynamodb.delete_item, TableName="orders", Key={"order_id": {"S": order}})
        archive = stack.enter_context(queue(session, JOBS, {}))
        yield str(jobs), archive.url
