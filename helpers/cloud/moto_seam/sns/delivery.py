"""How SNS delivers: to functions by their queue of events, to queues by their policy.

A delivery that its receiver refuses goes to the subscription's dead-letter queue, or is recorded
as lost: such errors are the client's, so SNS does not try again. Leaves out e-mail, SMS and mobile
push; HTTP endpoints are not called, because nothing here leaves the machine.
Source: docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html and
sns-dead-letter-queues.html.
"""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from inspect import unwrap
from typing import Any
from weakref import WeakKeyDictionary

from moto.sns.models import Topic

from helpers.cloud.errors import AwsError
from helpers.cloud.events.sns import Attributes, SnsMessage
from helpers.cloud.events.sns_filter import FilterPolicy
from helpers.cloud.moto_seam.courier import Courier, QueueMessage, Sender

SERVICE = "sns.amazonaws.com"

FIRST_NUMBER = 10_000_000_000_000_000_000
REPEATED_WITHIN_S = 300.0
"""For so long a FIFO topic takes a second message of one deduplication id for the first."""


class PublishedId(str):
    """The id of a published message, with the number that a FIFO topic gave it."""

    sequence_number = ""

    @classmethod
    def numbered(cls, message_id: str, number: int) -> PublishedId:
        """Return an id with a number of 20 digits."""
        found = cls(message_id)
        found.sequence_number = str(number)
        return found


@dataclass(slots=True)
class _Order:
    """What a FIFO topic remembers; `lock` is held while one of its messages is delivered."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    last: int = FIRST_NUMBER
    recent: dict[str, tuple[float, PublishedId]] = field(default_factory=dict)

    def repeated(self, deduplication_id: str, now: float) -> PublishedId | None:
        """Return the id of the message that this one repeats; forget what is too old."""
        recent = self.recent.items()
        self.recent = {k: v for k, v in recent if now - v[0] < REPEATED_WITHIN_S}
        found = self.recent.get(deduplication_id)
        return found[1] if found else None

    def new(self, deduplication_id: str, now: float) -> PublishedId:
        """Return the id of a message that is published now."""
        self.last += 1
        given = PublishedId.numbered(str(uuid.uuid4()), self.last)
        self.recent[deduplication_id] = (now, given)
        return given


@dataclass(frozen=True, slots=True)
class Place:
    """Group and deduplication id of a message; the latter is a FIFO topic's."""

    group_id: str | None = None
    deduplication_id: str | None = None

    def at(self, queue_arn: str) -> Place:
        """Return what a queue is told: a FIFO queue both, another one of a group at most."""
        if queue_arn.endswith(".fifo"):
            return self
        return Place(None if self.deduplication_id else self.group_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What Publish may say beside text and subject."""

    attributes: Attributes
    group_id: str | None
    deduplication_id: str | None
    structure: str | None


class SnsDelivery:
    """Delivers every topic's messages; lives with the cloud."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._orders: WeakKeyDictionary[Any, _Order] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def deliver(
        self, topic: Any, message: SnsMessage, texts: Mapping[str, str], place: Place
    ) -> None:
        """Deliver to each subscriber who wants the message.

        `texts` holds the text by protocol, with a `default`.
        """
        sender = Sender(SERVICE, topic.arn)
        for subscription in list(topic.sns_backend.subscriptions.values()):
            if subscription.topic is not topic:
                continue
            policy: FilterPolicy | None = subscription._filter_policy_matcher
            if policy is not None and not policy.matches(message.text, message.attributes):
                continue
            text = texts.get(subscription.protocol, texts["default"])
            self._deliver(sender, subscription, replace(message, text=text), place)

    def _deliver(
        self, sender: Sender, subscription: Any, message: SnsMessage, place: Place
    ) -> None:
        endpoint = subscription.endpoint
        if subscription.protocol == "lambda":
            event = message.event(subscription.arn)
            error = self._courier.to_function(sender, endpoint, event)
        elif subscription.protocol == "sqs":
            to_queue = _queue_message(subscription, message, place.at(endpoint))
            error = self._courier.to_queue(sender, endpoint, to_queue)
        elif subscription.protocol in ("http", "https"):
            unheard = "The endpoint has not confirmed: nothing leaves this machine."
            refused = AwsError(unheard, code="NotDelivered", http_status=400)
            self._courier.refused(sender, endpoint, refused)
            return
        else:
            return
        if error is not None:
            self._bury(sender, subscription, message, place)

    def _bury(self, sender: Sender, subscription: Any, message: SnsMessage, place: Place) -> None:
        """Send what could not be delivered to the subscription's dead-letter queue, if any.

        It is what a queue would have got: nothing says why it is there.
        """
        policy = json.loads(subscription.attributes.get("RedrivePolicy") or "{}")
        arn = policy.get("deadLetterTargetArn")
        if arn is not None:
            to_queue = _queue_message(subscription, message, place.at(arn))
            self._courier.to_queue(sender, arn, to_queue)

    def publish(self, topic: Any, text: str, subject: str | None, more: Options) -> str:
        """Publish a message to a topic; return its id."""
        if not topic.fifo_topic:
            message_id = PublishedId(uuid.uuid4())
            self._send(topic, message_id, text, subject, more)
            return message_id
        deduplication_id = more.deduplication_id or hashlib.sha256(text.encode()).hexdigest()
        with self._lock:
            order = self._orders.setdefault(topic, _Order())
        with order.lock:
            now = self._courier.clock.steady()
            repeated = order.repeated(deduplication_id, now)
            if repeated is not None:
                return repeated
            message_id = order.new(deduplication_id, now)
            placed = replace(more, deduplication_id=deduplication_id)
            self._send(topic, message_id, text, subject, placed)
        return message_id

    def _send(
        self, topic: Any, message_id: PublishedId, text: str, subject: str | None, more: Options
    ) -> None:
        texts = json.loads(text) if more.structure == "json" else {"default": text}
        message = SnsMessage(
            message_id=message_id,
            topic_arn=topic.arn,
            text=str(texts["default"]),
            time=self._courier.clock.today(),
            subject=subject,
            attributes=more.attributes,
            sequence_number=message_id.sequence_number,
            signature_version=str(getattr(topic, "signature_version", "") or "1"),
        )
        texts = {protocol: str(each) for protocol, each in texts.items()}
        place = Place(more.group_id, more.deduplication_id)
        self.deliver(topic, message, texts, place)


def _queue_message(subscription: Any, message: SnsMessage, place: Place) -> QueueMessage:
    raw = is_raw(subscription)
    notification = message.notification(subscription.arn)
    return QueueMessage(
        body=message.text if raw else json.dumps(notification, indent=2, ensure_ascii=False),
        attributes=_queue_attributes(message.attributes) if raw else {},
        group_id=place.group_id,
        deduplication_id=place.deduplication_id,
    )


def is_raw(subscription: Any) -> bool:
    """Tell whether a subscriber wants the text alone; moto keeps the attribute in two forms."""
    return str(subscription.attributes.get("RawMessageDelivery")).lower() == "true"


def install(delivery: SnsDelivery) -> None:
    """Bind the delivery where moto's topics publish."""

    @wraps(unwrap(Topic.publish))
    def publish(topic: Any, message: str, subject: str | None = None, **more: Any) -> str:
        options = Options(
            attributes=more.get("message_attributes") or {},
            group_id=more.get("group_id"),
            deduplication_id=more.get("deduplication_id"),
            structure=more.get("message_structure"),
        )
        return delivery.publish(topic, message, subject, options)

    Topic.publish = publish


def _queue_attributes(attributes: Attributes) -> dict[str, dict[str, str]]:
    """Return message attributes as a queue takes them."""
    return {
        name: {
            "DataType": given["Type"],
            ("BinaryValue" if given["Type"].startswith("Binary") else "StringValue"): given[
                "Value"
            ],
        }
        for name, given in attributes.items()
    }
