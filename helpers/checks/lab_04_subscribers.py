"""Exercise 4.3: one topic, three functions, and a filter policy for each.

SNS pushes before Publish answers, so the check knows at once who got which message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.outcome import NotStarted, NotYet
from helpers.checks.pushes import permit, pushed, try_once, wait_for_runs
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

SUBSCRIBERS = ("charge-card", "print-job", "stock-watch")
TOOK = "took "


@dataclass(frozen=True, slots=True)
class Order:
    """One message; without a status it carries no attributes at all."""

    order_id: str
    status: str | None
    cents: int
    wanted_by: tuple[str, ...]

    def __str__(self) -> str:
        """Return what feedback calls it."""
        if self.status is None:
            return f"{self.order_id}, a message without attributes"
        return f"order {self.order_id}, {self.status} and of {self.cents} cents"

    def as_message(self) -> dict[str, Any]:
        """Return the parameters of Publish that are the order's own."""
        body = {"order_id": self.order_id, "status": self.status, "total_cents": self.cents}
        attributes = {
            "status": {"DataType": "String", "StringValue": str(self.status)},
            "total_cents": {"DataType": "Number", "StringValue": str(self.cents)},
        }
        return {
            "Message": json.dumps(body),
            "MessageAttributes": attributes if self.status else {},
        }


ORDERS = (
    Order("o-7001", "placed", 3900, ("charge-card", "stock-watch")),
    Order("o-7002", "placed", 0, ("stock-watch",)),
    Order("o-7003", "paid", 3900, ("print-job", "stock-watch")),
    Order("o-7004", "printing", 3900, ("stock-watch",)),
    Order("o-7005", "shipped", 3900, ()),
    Order("o-7006", None, 3900, ()),
    Order("o-7007", "placed", 1, ("charge-card", "stock-watch")),
)
WISHES = {
    "charge-card": "placed orders that cost more than 0 cents.",
    "print-job": "paid orders.",
    "stock-watch": "orders of every status but shipped.",
}


def check_4_3(
    session: Session, did: Did, handler: Callable[..., Any], filter_policies: Mapping[str, Any]
) -> None:
    """Publish seven orders to a topic with three subscribers, and see who took which."""
    _expect_three(filter_policies)
    functions = {name: session.deploy(handler, _function(name)) for name in SUBSCRIBERS}
    _by_hand(session, did)
    with _topic(session) as topic:
        for name, arn in functions.items():
            try_once(session, _function(name))
            permit(session, _function(name), {"Principal": "sns.amazonaws.com", "SourceArn": topic})
            _subscribe(session, topic, arn, name, filter_policies[name])
        did(f"published {len(ORDERS)} orders to one topic with three subscribers")
        for order in ORDERS:
            _expect_taken(session, topic, order)
    for name in SUBSCRIBERS:
        _expect_read(session, name)


def sns_event(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event in which SNS hands over an order."""
    sns = {
        "Type": "Notification",
        "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        "TopicArn": "arn:aws:sns:us-east-1:123456789012:orders",
        "Subject": None,
        "Message": json.dumps(order),
        "Timestamp": "2026-11-21T08:00:00.000Z",
        "MessageAttributes": {"status": {"Type": "String", "Value": order["status"]}},
    }
    record = {"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns}
    return {"Records": [record]}


def _function(name: str) -> str:
    return f"check-{name}"


def _expect_three(policies: Any) -> None:
    missing = [
        name for name in SUBSCRIBERS if not isinstance(policies, Mapping) or name not in policies
    ]
    if not missing and any(policies[name] is ... for name in SUBSCRIBERS):
        raise NotStarted
    if missing:
        raise NotYet(
            f"filter_policies has nothing for {', '.join(missing)}.",
            expected="a dict with one filter policy for each of the three functions.",
            hint=2,
        )


def _by_hand(session: Session, did: Did) -> None:
    order = {"order_id": "o-7000", "status": "placed"}
    did("sent one order in SNS's envelope")
    answer = session.invoke(_function(SUBSCRIBERS[0]), sns_event(order))
    payload_of(answer, {"Records": [{"Sns": {"Message": json.dumps(order)}}]}, hint=1)
    lines = answer.log_tail.splitlines()
    if f"{TOOK}o-7000" not in lines:
        raise NotYet(
            f"The order was o-7000, and the log says {shown(_own(lines))}",
            expected=f"the line {TOOK + 'o-7000'!r}.",
            advice='The order is text in event["Records"][0]["Sns"]["Message"]. Read it as JSON.',
            hint=1,
        )


def _own(lines: list[str]) -> list[str]:
    platform = ("START ", "END ", "REPORT ", "INIT_")
    return [line for line in lines if not line.startswith(platform)]


@contextmanager
def _topic(session: Session) -> Iterator[str]:
    sns = session.client("sns")
    topic = str(sns.create_topic(Name="check-orders")["TopicArn"])
    try:
        yield topic
    finally:
        for subscription in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
            sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        sns.delete_topic(TopicArn=topic)


def _subscribe(session: Session, topic: str, arn: str, name: str, policy: Any) -> None:
    try:
        session.client("sns").subscribe(
            TopicArn=topic,
            Protocol="lambda",
            Endpoint=arn,
            Attributes={"FilterPolicy": json.dumps(policy)},
        )
    except TypeError as refusal:
        raise NotYet(f"The filter policy of {name} is no JSON: {refusal}", hint=2) from None
    except ClientError as refusal:
        raise NotYet(
            f"SNS refused {name}'s filter policy {shown(policy)}: "
            f"{refusal.response['Error']['Message']}",
            expected="a dict whose values are lists of what is allowed.",
            hint=2,
        ) from None


def _expect_taken(session: Session, topic: str, order: Order) -> None:
    before = {name: pushed(session, _function(name)) for name in SUBSCRIBERS}
    session.client("sns").publish(TopicArn=topic, **order.as_message())
    for name in SUBSCRIBERS:
        got = pushed(session, _function(name)) > before[name]
        if got and name not in order.wanted_by:
            raise NotYet(
                f"{name} got {order}.",
                expected=WISHES[name],
                advice="All names of a policy must match; the values of one name are alternatives.",
                hint=3,
            )
        if not got and name in order.wanted_by:
            raise NotYet(
                f"{name} did not get {order}.",
                expected=WISHES[name],
                advice="A policy is compared with the message's attributes. Numbers are compared "
                "by numeric, text by its exact letters.",
                hint=3,
            )


def _expect_read(session: Session, name: str) -> None:
    wanted = [order.order_id for order in ORDERS if name in order.wanted_by]
    by_hand = 1 if name == SUBSCRIBERS[0] else 0
    wait_for_runs(session, _function(name), len(wanted) + by_hand)
    lines = session.logs(_function(name))
    missing = [order for order in wanted if f"{TOOK}{order}" not in lines]
    if missing:
        raise NotYet(
            f"{name} was called with order {missing[0]}, and its log has no line of it.",
            expected=f"the line {TOOK + missing[0]!r}, as for the order of the first event.",
            hint=1,
        )
