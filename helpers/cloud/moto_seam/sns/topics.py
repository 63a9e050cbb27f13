"""Topics of SNS: what CreateTopic refuses, and the attributes as AWS shows them.

Source: docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html and API_GetTopicAttributes.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from helpers.cloud.json_text import read_json
from helpers.cloud.moto_seam.sns.messages import check_arn, invalid
from helpers.cloud.moto_seam.wrapping import wrapped

NAME = re.compile(r"[a-zA-Z0-9_-]{1,256}")
FIFO_NAME = re.compile(r"[a-zA-Z0-9_-]{1,251}\.fifo")
SHOWN_IF_SET = (
    "DeliveryPolicy",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
    "ArchivePolicy",
    "FifoThroughputScope",
)
MAY_BE_SET = re.compile(
    "|".join(("DisplayName", "Policy", "ContentBasedDeduplication", *SHOWN_IF_SET))
    + "|(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedback(RoleArn|SampleRate)"
    "|FailureFeedbackRoleArn)"
)
DELIVERY = {
    "defaultHealthyRetryPolicy": {
        "minDelayTarget": 20,
        "maxDelayTarget": 20,
        "numRetries": 3,
        "numMaxDelayRetries": 0,
        "numNoDelayRetries": 0,
        "numMinDelayRetries": 0,
        "backoffFunction": "linear",
    },
    "disableSubscriptionOverrides": False,
    "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
}
"""How HTTP endpoints are delivered to, unless the topic says otherwise."""


def install() -> None:
    """Bind the checks; harmless when called again."""
    SNSBackend.create_topic = wrapped(SNSBackend.create_topic, _create)
    SNSResponse.get_topic_attributes = wrapped(SNSResponse.get_topic_attributes, _attributes)
    SNSResponse.set_topic_attributes = wrapped(SNSResponse.set_topic_attributes, _set)


def _create(
    original: Any, backend: Any, name: str, attributes: Any = None, tags: Any = None
) -> Any:
    """Refuse a name, and a topic of this name with other attributes or tags."""
    given: Mapping[str, Any] = attributes or {}
    wanted = FIFO_NAME if str(given.get("FifoTopic")).lower() == "true" else NAME
    if not wanted.fullmatch(name):
        raise invalid("Topic Name")
    before = set(backend.topics)
    topic = original(backend, name, attributes, tags)
    if topic.arn in before:
        for attribute, value in given.items():
            if _comparable(_kept(topic, attribute)) != _comparable(value):
                raise invalid("Attributes Reason: Topic already exists with different attributes")
        if any(topic._tags.get(key) != value for key, value in (tags or {}).items()):
            raise invalid("Tags Reason: Topic already exists with different tags")
    return topic


def _attributes(_original: Any, response: Any) -> Any:
    topic_arn = response._get_param("TopicArn")
    check_arn(topic_arn)
    topic = response.backend.get_topic(topic_arn)
    subscribed = [
        each.attributes.get("PendingConfirmation")
        for each in list(topic.sns_backend.subscriptions.values())
        if each.topic is topic
    ]
    shown = {
        "Owner": topic.account_id,
        "Policy": topic.policy,
        "TopicArn": topic.arn,
        "DisplayName": topic.display_name,
        "SubscriptionsPending": str(sum(map(bool, subscribed))),
        "SubscriptionsConfirmed": str(len(subscribed) - sum(map(bool, subscribed))),
        "SubscriptionsDeleted": "0",
        "EffectiveDeliveryPolicy": _effective(topic.delivery_policy),
    }
    shown |= {name: kept for name in SHOWN_IF_SET if (kept := _kept(topic, name))}
    if topic.fifo_topic:
        shown["FifoTopic"] = topic.fifo_topic
        shown["ContentBasedDeduplication"] = topic.content_based_deduplication
    return ActionResult({"Attributes": shown})


def _set(original: Any, response: Any) -> Any:
    check_arn(response._get_param("TopicArn"))
    if not MAY_BE_SET.fullmatch(str(response._get_param("AttributeName"))):
        raise invalid("AttributeName")
    return original(response)


def _effective(policy: str) -> str:
    """Return the delivery policy that is in force: the topic's own over the defaults."""
    try:
        own = read_json(policy or "{}").get("http") or {}
    except (ValueError, AttributeError):
        own = {}
    return json.dumps({"http": {**DELIVERY, **own}})


def _kept(topic: Any, attribute: str) -> Any:
    return getattr(topic, camelcase_to_underscores(attribute), "")


def _comparable(value: Any) -> Any:
    """Return a value in one form: JSON as data, truth as text."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if text.startswith("{"):
        try:
            return read_json(text)
        except ValueError:
            return text
    return text
