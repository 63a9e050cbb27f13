"""Exercise 2.1: the catalogue is read when an environment starts, not for every order.

The check stores catalogues of its own in the place of the learner's, and counts who asked S3.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.roles import execution_role, name_of_role
from helpers.checks.session import PATIENT_S, Session
from helpers.checks.submission import Did, payload_of, shown
from helpers.views.invocation import Answer

FUNCTION = "check-place-order"
BUCKET, KEY = "halftone-uploads", "shop/catalogue.json"
MAY_READ = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/{KEY}",
}
CATALOGUES = (
    {"poster-a2": 2050, "canvas-60": 4990, "mug-photo": 990},
    {"poster-a2": 2200, "canvas-60": 4990, "mug-photo": 1090},
)
BASKETS = (
    (("canvas-60", 1), ("mug-photo", 3)),
    (("poster-a2", 2),),
    (("mug-photo", 1), ("poster-a2", 1), ("canvas-60", 2)),
)


def check_2_1(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send three orders to each of two environments; the second one finds new prices."""
    with _catalogue(session) as store, execution_role(session, FUNCTION, MAY_READ) as role:
        store(CATALOGUES[0])
        session.deploy(handler, FUNCTION, Role=role, MemorySize=256)
        for number, prices in enumerate(CATALOGUES, start=1):
            if number > 1:
                store(prices)
                # another configuration: Lambda ends the environments of the old one
                session.deploy(handler, FUNCTION, Role=role, Timeout=PATIENT_S + 1)
            many = "one environment" if number == 1 else "each of two environments"
            did(f"sent 3 orders to {many}, counted who read the catalogue")
            _send_orders(session, prices, is_second=number > 1)


def _send_orders(session: Session, prices: Mapping[str, int], *, is_second: bool) -> None:
    reads_before = _reads(session)
    reads_after_first = 0
    for number, basket in enumerate(BASKETS, start=1):
        order = {
            "order_id": f"o-40{number}",
            "items": [{"sku": sku, "qty": qty} for sku, qty in basket],
        }
        total = sum(prices[sku] * qty for sku, qty in basket)
        _expect_total(session.invoke(FUNCTION, order), order, total, is_second=is_second)
        reads_after_first = reads_after_first or _reads(session)
    _expect_no_more_reads(
        at_first=reads_after_first - reads_before, in_all=_reads(session) - reads_before
    )


def _expect_total(answer: Answer, order: Mapping[str, Any], total: int, *, is_second: bool) -> None:
    expected = {"order_id": order["order_id"], "total_cents": total}
    if answer.error_type == "KeyError":
        raise NotYet(
            f"For the order {shown(order)} the function failed with KeyError: "
            f"{answer.error_message}",
            expected=f"{shown(expected)}: the check has stored a catalogue of its own.",
            advice="Every sku of the order is in the object in S3. Take the prices from there.",
            hint=2,
        )
    payload = payload_of(answer, order, expected=f"the answer {shown(expected)}.", hint=2)
    if payload == expected:
        return
    advice = "Multiply each qty by the price of its sku in the catalogue, and add these up."
    if payload is None:
        advice = "The handler returned nothing. Does it end with return?"
    elif is_second and isinstance(payload, dict):
        advice = (
            "The prices in S3 have changed, and this is a new environment: it has to read them "
            "anew, when it starts."
        )
    raise NotYet(
        f"For the order {shown(order)} the answer was {shown(payload)}",
        expected=f"{shown(expected)}.",
        advice=advice,
        hint=2,
    )


def _expect_no_more_reads(*, at_first: int, in_all: int) -> None:
    if in_all == at_first > 1:
        raise NotYet(
            f"One environment asked S3 for the catalogue {at_first} times before its first order "
            "was answered.",
            expected="once for each environment.",
            advice="Bind the whole catalogue to one name, and take every price from there.",
            hint=2,
        )
    if in_all == at_first:
        return
    raise NotYet(
        f"One environment handled 3 orders and asked S3 for the catalogue {in_all} times.",
        expected="once for each environment, however many orders it handles.",
        advice="An event does not start a new process. What stands above the handler runs once, "
        "when the environment starts, and its names are there for every event.",
        hint=1 if at_first else 2,
    )


def _reads(session: Session) -> int:
    decisions = session.records(kind="decision", action="s3:GetObject")
    return sum(name_of_role(FUNCTION) in str(decision["principal"]) for decision in decisions)


@contextmanager
def _catalogue(session: Session) -> Iterator[Callable[[Mapping[str, int]], None]]:
    """Yield a way to store a catalogue; the learner's comes back afterwards."""
    s3 = session.client("s3")
    made_bucket, learners = False, None
    try:
        learners = s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read()
    except s3.exceptions.NoSuchBucket:
        s3.create_bucket(Bucket=BUCKET)
        made_bucket = True
    except s3.exceptions.NoSuchKey:
        pass

    def store(prices: Mapping[str, int]) -> None:
        s3.put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(prices).encode())

    try:
        yield store
    finally:
        if learners is not None:
            s3.put_object(Bucket=BUCKET, Key=KEY, Body=learners)
        else:
            s3.delete_object(Bucket=BUCKET, Key=KEY)
        if made_bucket:
            s3.delete_bucket(Bucket=BUCKET)
