"""Exercise 4.6: the same event twice, in every way in which events come twice; one label."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.buckets import Bucket, bucket
from helpers.checks.outcome import NotYet
from helpers.checks.pushes import new_environment
from helpers.checks.recorded import recorded
from helpers.checks.roles import execution_role, name_of_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of

BUCKET = "halftone-uploads"
FUNCTION = "check-label"
PREFIX = "labels/"
IDS = ("6f7c1b0e-27f1-4a0c-9a33-0d6a3b8f0001", "6f7c1b0e-27f1-4a0c-9a33-0d6a3b8f0002")


def check_4_6(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Deliver events once, twice, from another environment and sent anew; count the labels."""
    with (
        bucket(session, BUCKET) as labels,
        execution_role(session, FUNCTION, _may_write(labels)) as role,
    ):
        session.deploy(handler, FUNCTION, Role=role)
        did("delivered one paid order")
        first = order_paid("o-8001", "c-42")
        _deliver(session, first)
        (key,) = _expect_labels(labels, 1, "One order was delivered once")
        written = _expect_order(labels, key, "o-8001", "c-42")
        did("delivered the order twice")
        _deliver(session, first)
        _expect_same(labels, key, written, "the same event was delivered twice")
        did("delivered the order twice, then once more in a new environment")
        new_environment(session, FUNCTION)
        _deliver(session, first)
        _expect_same(labels, key, written, "the event came again, in a new environment")
        did("delivered the order three times, then as an event of its own that tells the same")
        _deliver(session, order_paid("o-8001", "c-42", event_id=IDS[1], minute=7))
        _expect_same(labels, key, written, "the sender had sent the same order once more")
        did("delivered the order four times, and another order of the same customer")
        _deliver(session, order_paid("o-8002", "c-42"))
        keys = _expect_labels(labels, 2, "Two orders of one customer were delivered")
        (second,) = {*keys} - {key}
        _expect_order(labels, second, "o-8002", "c-42")


def order_paid(
    order_id: str, customer: str, *, event_id: str = IDS[0], minute: int = 0
) -> dict[str, Any]:
    """Return the event in which EventBridge tells that an order is paid."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "OrderPaid",
        "source": "halftone.orders",
        "account": "123456789012",
        "time": f"2026-11-23T08:0{minute}:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {
            "order_id": order_id,
            "customer": customer,
            "total_cents": 3900,
            "status": "paid",
        },
    }


def _may_write(labels: Bucket) -> dict[str, Any]:
    resource = f"{labels.arn}/{PREFIX}*"
    return {"Effect": "Allow", "Action": "s3:PutObject", "Resource": resource}


def _deliver(session: Session, event: Mapping[str, Any]) -> None:
    answer = session.invoke(FUNCTION, event)
    denied = [
        record
        for record in recorded(session, kind="decision", allowed=False)
        if name_of_role(FUNCTION) in str(record["principal"])
    ]
    if denied:
        raise NotYet(
            f"The role may not {denied[0]['action']} on {denied[0]['resource']}.",
            expected=f"labels written under {PREFIX}, and nothing else asked of S3.",
            advice="You need not look whether a label is there: choose the key so that writing "
            "again does no harm.",
            hint=2,
        )
    payload_of(answer, event, hint=1)


def _expect_labels(labels: Bucket, count: int, what: str) -> list[str]:
    keys = labels.keys(PREFIX)
    if len(keys) == count:
        return keys
    advice = f"Store the label under {PREFIX} in the bucket {BUCKET}."
    if len(keys) > count:
        advice = (
            "A new key for each delivery makes a new label. Make the key of what stays the same "
            "when the order comes again: its order_id."
        )
    elif keys:
        advice = "Each order needs a key of its own: one label has overwritten the other."
    raise NotYet(
        f"{what}, and there {'is' if len(keys) == 1 else 'are'} {len(keys)} "
        f"label{'' if len(keys) == 1 else 's'}.",
        expected=f"{count}.",
        advice=advice,
        hint=3 if len(keys) > count else 1,
    )


def _expect_order(labels: Bucket, key: str, order_id: str, customer: str) -> bytes:
    text = labels.get(key)
    try:
        label = json.loads(text)
    except ValueError:
        label = None
    found = (label.get("order_id"), label.get("customer")) if isinstance(label, dict) else None
    if found != (order_id, customer):
        raise NotYet(
            f"The label holds {text[:120].decode(errors='replace')!r}",
            expected=f"a JSON object with order_id {order_id!r} and customer {customer!r}.",
            advice="Both are in event['detail']. Write the dict with json.dumps.",
            hint=1,
        )
    return text


def _expect_same(labels: Bucket, key: str, written: bytes, what: str) -> None:
    _expect_labels(labels, 1, what[0].upper() + what[1:])
    if labels.get(key) != written:
        raise NotYet(
            f"When {what}, the label changed to {labels.get(key)[:120].decode(errors='replace')!r}",
            expected=f"the label as it was: {written[:120].decode(errors='replace')!r}",
            advice="Write only what belongs to the order. The moment of writing, the event's id "
            "and the request's id differ from delivery to delivery.",
            hint=2,
        )
