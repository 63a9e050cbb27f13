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
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import wraps
from inspect import unwrap
from typing import Any

from moto.sns.models import Topic

from helpers.cloud.errors import AwsError
from helpers.cloud.events.sns import Attributes, SnsMessage
from helpers.cloud.events.sns_filter import FilterPolicy
from helpers.cloud.moto_seam.courier import Courier, QueueMessage, Sender

SERVICE = "sns.amazonaws.com"

Fifo = tuple[str, str] | None
"""Group and deduplication id of a message of a FIFO topic."""


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

    def deliver(
        self, topic: Any, message: SnsMessage, texts: Mapping[str, str], fifo: Fifo
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
            self._deliver(sender, subscription, replace(message, text=text), fifo)

    def _deliver(self, sender: Sender, subscription: Any, message: SnsMessage, fifo: Fifo) -> None:
        if subscription.protocol == "lambda":
            event = message.event(subscription.arn)
            error = self._courier.to_function(sender, subscription.endpoint, event)
        elif subscription.protocol == "sqs":
            to_queue = self._queue_message(subscription, message, fifo)
            error = self._courier.to_queue(sender, subscription.endpoint, to_queue)
        elif subscription.protocol in ("http", "https"):
            error = self._courier.refused(
                sender,
                subscription.endpoint,
                AwsError("Nothing leaves this machine.", code="NotDelivered", http_status=400),
            )
        else:
            return
        if error is not None:
            self._bury(sender, subscription, message, error)

    def _queue_message(self, subscription: Any, message: SnsMessage, fifo: Fifo) -> QueueMessage:
        ordered = fifo if subscription.endpoint.endswith(".fifo") else None
        group_id, deduplication_id = ordered or (None, None)
        raw = is_raw(subscription)
        notification = message.notification(subscription.arn)
        return QueueMessage(
            body=message.text if raw else json.dumps(notification, indent=2, ensure_ascii=False),
            attributes=_queue_attributes(message.attributes) if raw else {},
            group_id=group_id,
            deduplication_id=deduplication_id,
        )

    def _bury(
        self, sender: Sender, subscription: Any, message: SnsMessage, error: AwsError
    ) -> None:
        """Send what could not be delivered to the subscription's dead-letter queue, if any."""
        policy = json.loads(subscription.attributes.get("RedrivePolicy") or "{}")
        arn = policy.get("deadLetterTargetArn")
        if arn is None:
            return
        facts = {
            "RequestID": ("String", str(uuid.uuid4())),
            "ErrorCode": ("Number", str(error.http_status)),
            "ErrorMessage": ("String", error.message[:1024] or error.code),
        }
        self._courier.to_queue(
            sender,
            arn,
            QueueMessage(
                body=json.dumps(message.notification(subscription.arn), ensure_ascii=False),
                attributes={
                    name: {"DataType": kind, "StringValue": value}
                    for name, (kind, value) in facts.items()
                },
                group_id="sns" if arn.endswith(".fifo") else None,
                deduplication_id=message.message_id if arn.endswith(".fifo") else None,
            ),
        )

    def publish(self, topic: Any, text: str, subject: str | None, more: Options) -> str:
        """Publish a message to a topic; return its id."""
        texts = json.loads(text) if more.structure == "json" else {"default": text}
        message = SnsMessage(
            message_id=str(uuid.uuid4()),
            topic_arn=topic.arn,
            text=str(texts["default"]),
            time=self._courier.clock.today(),
            subject=subject,
            attributes=more.attributes,
        )
        content = hashlib.sha256(text.encode()).hexdigest()
        group = (more.group_id or "", more.deduplication_id or content)
        texts = {protocol: str(each) for protocol, each in texts.items()}
        self.deliver(topic, message, texts, group if topic.fifo_topic else None)
        return message.message_id


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
