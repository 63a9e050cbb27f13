"""What SNS delivers: the event of a function, and the notification that a queue gets.

The signature has the right form but cannot be verified: the certificate it names is AWS's.
Source: docs.aws.amazon.com/lambda/latest/dg/with-sns.html and
docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SIGNING_KEY = "SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"

Attributes = Mapping[str, Mapping[str, str]]
"""Message attributes: name → {"Type", "Value"}; binary values are base64 text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnsMessage:
    """One published message, as one protocol's subscribers get it.

    `sequence_number` is what a FIFO topic gives it; `signature_version` is the topic's, and is
    shown to queues only: functions are told 1.
    """

    message_id: str
    topic_arn: str
    text: str
    time: datetime
    subject: str | None = None
    attributes: Attributes = field(default_factory=dict)
    sequence_number: str = ""
    signature_version: str = "1"

    @property
    def timestamp(self) -> str:
        """When it was published: UTC, in milliseconds."""
        millis = f"{self.time.microsecond // 1000:03d}"
        return self.time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{millis}Z"

    def event(self, subscription_arn: str) -> dict[str, Any]:
        """Return the event of a function: a subject is always there, and so are attributes."""
        sns = {
            "Type": "Notification",
            "MessageId": self.message_id,
            "TopicArn": self.topic_arn,
            "Subject": self.subject,
            "Message": self.text,
            "Timestamp": self.timestamp,
            "SignatureVersion": "1",
            "Signature": self._signature(),
            "SigningCertUrl": self._address(SIGNING_KEY),
            "UnsubscribeUrl": self._unsubscribe(subscription_arn),
            "MessageAttributes": self._attributes(),
        }
        record = {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription_arn,
            "Sns": sns,
        }
        return {"Records": [record]}

    def notification(self, subscription_arn: str) -> dict[str, Any]:
        """Return the body of a queue's message: without subject or attributes if it has none.

        A FIFO topic numbers its messages, and does not sign them.
        """
        number = {"SequenceNumber": self.sequence_number} if self.sequence_number else {}
        signature = {
            "SignatureVersion": self.signature_version,
            "Signature": self._signature(),
            "SigningCertURL": self._address(SIGNING_KEY),
        }
        body: dict[str, Any] = {
            "Type": "Notification",
            "MessageId": self.message_id,
            **number,
            "TopicArn": self.topic_arn,
            **({} if self.subject is None else {"Subject": self.subject}),
            "Message": self.text,
            "Timestamp": self.timestamp,
            **({} if number else signature),
            "UnsubscribeURL": self._unsubscribe(subscription_arn),
        }
        return body | ({"MessageAttributes": self._attributes()} if self.attributes else {})

    def _attributes(self) -> dict[str, dict[str, str]]:
        return {
            name: {"Type": given["Type"], "Value": given["Value"]}
            for name, given in self.attributes.items()
        }

    def _signature(self) -> str:
        """Return 256 bytes in base64, the same for the same message."""
        seed = f"{self.message_id}{self.topic_arn}{self.timestamp}{self.text}".encode()
        return base64.b64encode(hashlib.shake_256(seed).digest(256)).decode()

    def _address(self, path: str) -> str:
        return f"https://sns.{self.topic_arn.split(':')[3]}.amazonaws.com/{path}"

    def _unsubscribe(self, subscription_arn: str) -> str:
        return self._address(f"?Action=Unsubscribe&SubscriptionArn={subscription_arn}")
