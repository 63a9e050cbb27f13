"""Exercise 6.2: settings that free a blocked shard and keep the order that blocked it.

Seven orders go through a mapping with the learner's settings. The third has no items, the sixth
fails at its first try only. Destinations that the lesson names are exchanged for the check's own.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.queues import Queue, mapped, queue
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.streams import FROM_THE_OLDEST, failures, may_read, settled, table
from helpers.checks.submission import Did, shown

FUNCTION = "check-stock-watch"
QUEUE, BUCKET = "stock-failures", "halftone-failures"
WITHIN_S = 30
BLOCKED_AFTER = 6
TOO_OLD = "RecordAgeExceeded"
BAD, SHAKY = "o-7003", "o-7006"
ORDERS = tuple(f"o-700{number}" for number in range(1, 8))
STOCK_WATCH = """
import boto3

tried = set()

def handler(event, context):
    if "attempts" in event:
        return [what for what, *call in ATTEMPTS if allowed(*call)]
    for record in event["Records"]:
        order = record["dynamodb"]["NewImage"]
        order_id = order["order_id"]["S"]
        if "jams" in order and order_id not in tried:
            tried.add(order_id)
            raise RuntimeError("the table is busy")
        for item in order["items"]["L"]:
            print("took", order_id)

def allowed(operation, bucket, key, **more):
    from botocore.exceptions import ClientError
    try:
        getattr(boto3.client("s3"), operation)(Bucket=bucket, Key=key, **more)
    except ClientError as refusal:
        return refusal.response["Error"]["Code"] not in ("AccessDenied", "403")
    return True

ATTEMPTS = [
    ("read what was kept", "get_object", "BUCKET", "probe"),
    ("delete what was kept", "delete_object", "BUCKET", "probe"),
    ("read photos", "get_object", "check-photos", "c-42/cat.jpg"),
]
"""


@dataclass(frozen=True, slots=True)
class Keeps:
    """Where given-up orders may go: the check's own queue and bucket."""

    lost: Queue
    bucket: str

    def exchanged(self, value: Any) -> Any:
        """Return an answer with the lesson's names exchanged for these."""
        try:
            text = json.dumps(value)
        except (TypeError, ValueError):
            return value
        own_queue = self.lost.arn.rpartition(":")[2]
        return json.loads(text.replace(QUEUE, own_queue).replace(BUCKET, self.bucket))


def check_6_2(
    session: Session,
    did: Did,
    mapping_settings: Mapping[str, Any],
    statement: Mapping[str, Any],
) -> None:
    """Send seven orders through a mapping with these settings; look what was taken and kept."""
    if not isinstance(mapping_settings, Mapping):
        raise NotYet(
            f"mapping_settings is {shown(mapping_settings)}",
            expected="a dict of what create_event_source_mapping takes.",
            hint=3,
        )
    with (
        table(session, "check-orders", key="order_id", view="NEW_AND_OLD_IMAGES") as orders,
        queue(session, "check-lost", {}) as lost,
        _bucket(session) as bucket,
    ):
        keeps = Keeps(lost, bucket)
        orders.put_at_once(*map(_order, ORDERS))
        extra = keeps.exchanged(statement)
        with execution_role(session, FUNCTION, may_read(orders), extra) as role:
            code = STOCK_WATCH.replace("BUCKET", bucket, 1)
            session.deploy(code, FUNCTION, Role=role, Timeout=15)
            settings = {**keeps.exchanged(mapping_settings), **FROM_THE_OLDEST}
            with mapped(session, FUNCTION, orders, settings, hint=2) as mapping:
                did("sent seven orders through a mapping with your settings")
                _wait(session, mapping)
                taken = [line for line in session.logs(FUNCTION) if line.startswith("took ")]
                _expect_moving(session, mapping, {line.split()[1] for line in taken})
                _expect_kept(session, mapping, keeps)
            did("sent seven orders, then tried what the role should not allow")
            _expect_least(session.invoke(FUNCTION, {"attempts": True}).payload)


def _order(order_id: str) -> dict[str, Any]:
    item = {"M": {"sku": {"S": "poster-a2"}, "qty": {"N": "1"}}}
    order: dict[str, Any] = {"order_id": {"S": order_id}, "status": {"S": "placed"}}
    if order_id != BAD:
        order["items"] = {"L": [item]}
    if order_id == SHAKY:
        order["jams"] = {"BOOL": True}
    return order


@contextmanager
def _bucket(session: Session) -> Iterator[str]:
    s3, name = session.client("s3"), f"check-failures-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=name)
    try:
        yield name
    finally:
        for key in _keys(s3, name):
            s3.delete_object(Bucket=name, Key=key)
        s3.delete_bucket(Bucket=name)


def _keys(s3: Any, bucket: str) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def _wait(session: Session, mapping: str) -> None:
    """Wait until all records are settled and sent on, or it is clear that they never will be."""
    found = session.client("lambda").get_event_source_mapping(UUID=mapping)
    bounds = ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds")
    is_endless = all(found.get(bound, -1) == -1 for bound in bounds)
    has_destination = bool((found.get("DestinationConfig") or {}).get("OnFailure"))

    def is_told() -> bool:
        """Tell whether what was given up has been sent on, which comes a moment later."""
        ends = ("batch.dropped", "batch.sent_on")
        dropped, sent = (len(session.records(kind=end, mapping=mapping)) for end in ends)
        return sent >= dropped or not has_destination

    def is_decided() -> bool:
        is_blocked = is_endless and failures(session, mapping) >= BLOCKED_AFTER
        return is_blocked or (settled(session, mapping) >= len(ORDERS) and is_told())

    session.wait_until(
        is_decided, WITHIN_S, f"{BAD} was still being tried, and held up the orders behind it."
    )


def _expect_moving(session: Session, mapping: str, taken: set[str]) -> None:
    if settled(session, mapping) < len(ORDERS):
        times = f"After {BLOCKED_AFTER} failures the shard stood still"
        if ORDERS[0] in taken and session.records(kind="batch.split", mapping=mapping):
            seen = f"{times}. Halving finds the bad order, and then tries it without end"
        else:
            seen = f"{times}: nothing gets past {BAD}"
        raise NotYet(
            f"{seen}.",
            expected="an end to the tries.",
            advice="By default retries and age have no bounds.",
            hint=1,
        )
    lost = [order for order in ORDERS if order != BAD and order not in taken]
    if lost == [SHAKY]:
        raise NotYet(
            f"Order {SHAKY} was given up after one try, and its second would have succeeded.",
            expected="at least one retry before an order is given up.",
            advice="MaximumRetryAttempts counts what follows the first try.",
            hint=2,
        )
    if lost:
        dropped = session.records(kind="batch.dropped", mapping=mapping)
        advice = "What is given up is a batch. Make the batch with the bad order smaller."
        if any(record["reason"] == TOO_OLD for record in dropped):
            advice = "What waits behind the bad order grows old as well. Bound the tries instead."
        raise NotYet(
            f"{BAD} was given up, and good orders were given up together with it: "
            f"{', '.join(lost)}.",
            expected=f"{BAD} alone given up.",
            advice=advice,
            hint=2,
        )


def _expect_kept(session: Session, mapping: str, keeps: Keeps) -> None:
    sent = session.records(kind="batch.sent_on", mapping=mapping)
    if not sent:
        raise NotYet(
            f"{BAD} was given up, and nobody was told: in a day it is gone from the stream too.",
            expected="a destination for what is given up.",
            hint=2,
        )
    if not sent[-1]["delivered"]:
        raise NotYet(
            f"{BAD} was given up, and could not be kept: {sent[-1]['reason']}",
            expected="a role that may write where the order should be kept.",
            hint=3,
        )
    s3 = session.client("s3")
    bodies = [
        s3.get_object(Bucket=keeps.bucket, Key=key)["Body"].read().decode()
        for key in _keys(s3, keeps.bucket)
    ]
    if any(BAD in body for body in bodies):
        return
    raise NotYet(
        "The queue was told where it was, not what it was: the message names shard and sequence "
        f"number, and nothing of {BAD} itself.",
        expected="the order itself, kept for longer than the stream keeps it.",
        advice="One kind of destination gets the records as well.",
        hint=2,
    )


def _expect_least(allowed: Any) -> None:
    if allowed:
        raise NotYet(
            f"The role may also {', '.join(allowed)}.",
            expected="what Lambda needs to write there, and no more.",
            advice='Name the actions, and the bucket: "s3:*" and "*" are more than you need.',
            hint=3,
        )
