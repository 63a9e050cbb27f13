"""What SNS checks before it subscribes, in its own words, and who has to confirm.

HTTP endpoints and e-mail addresses are asked to confirm on AWS; here nobody asks them, so they
stay pending. Leaves out the confirmation of subscriptions of other accounts, and phone numbers.
Source: docs.aws.amazon.com/sns/latest/api/API_Subscribe.html and API_ConfirmSubscription.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.exceptions import InvalidParameterValue, SNSNotFoundError
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from helpers.cloud.events.sns_filter import Scope, read_filter_policy
from helpers.cloud.events.sns_filter_rules import InvalidFilterPolicy
from helpers.cloud.json_text import read_json
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.sns.messages import check_arn, invalid
from helpers.cloud.moto_seam.wrapping import wrapped

CONFIRM = ("http", "https", "email", "email-json")
"""Protocols whose endpoints must confirm."""
TOKEN = re.compile(r"[0-9a-f]{64,}")
PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda")
RAW_PROTOCOLS = ("sqs", "http", "https", "firehose")
ATTRIBUTES = (
    "RawMessageDelivery",
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RedrivePolicy",
    "SubscriptionRoleArn",
    "ReplayPolicy",
)


def install(caller: Callable[[], str]) -> None:
    """Bind the checks; harmless when called again. `caller` gives the ARN of who subscribes."""
    SNSResponse.subscribe = wrapped(SNSResponse.subscribe, _subscribe)
    SNSResponse.confirm_subscription = wrapped(SNSResponse.confirm_subscription, _confirm)
    SNSResponse.unsubscribe = wrapped(SNSResponse.unsubscribe, _unsubscribe)
    for name in ("list_subscriptions", "list_subscriptions_by_topic"):
        setattr(SNSResponse, name, wrapped(getattr(SNSResponse, name), _listed))

    def subscribe(original: Any, backend: Any, *given: Any) -> Any:
        subscription = _subscribe_backend(original, backend, *given)
        kept = subscription.attributes
        if "SubscriptionPrincipal" not in kept:
            waits = subscription.protocol in CONFIRM
            kept["SubscriptionPrincipal"] = caller()
            kept["PendingConfirmation"], kept["ConfirmationWasAuthenticated"] = waits, not waits
        return subscription

    SNSBackend.subscribe = wrapped(SNSBackend.subscribe, subscribe)
    SNSBackend.set_subscription_attributes = set_subscription_attributes


def pending(subscription: Any) -> bool:
    """Tell whether a subscription waits to be confirmed: it gets nothing until then."""
    return bool(subscription.attributes.get("PendingConfirmation"))


def _subscribe(original: Any, response: Any) -> Any:
    """Check the attributes before there is a subscription, and those of one there is."""
    attributes = response._get_param("Attributes") or {}
    protocol, endpoint = response._get_param("Protocol"), response._get_param("Endpoint")
    topic_arn = response._get_param("TopicArn")
    check_arn(topic_arn)
    check_attributes(attributes, str(protocol), prefix="Attributes Reason: ")
    if "RedrivePolicy" in attributes:
        _check_order(topic_arn, str(endpoint), attributes["RedrivePolicy"], "Attributes Reason: ")
    existing = response.backend._find_subscription(topic_arn, endpoint, protocol)
    if existing is not None and any(
        str(existing.attributes.get(name)).lower() != str(value).lower()
        for name, value in attributes.items()
    ):
        raise invalid("Attributes Reason: Subscription already exists with different attributes")
    answer = original(response)
    subscription = response.backend.subscriptions[answer.result["SubscriptionArn"]]
    if pending(subscription) and not response._get_param("ReturnSubscriptionArn"):
        return ActionResult({"SubscriptionArn": "pending confirmation"})
    return answer


def _confirm(_original: Any, response: Any) -> Any:
    """Refuse every token: none has been sent to anybody."""
    if TOKEN.fullmatch(str(response._get_param("Token"))):
        raise invalid("Token")
    raise InvalidParameterValue("Invalid token")


def _unsubscribe(original: Any, response: Any) -> Any:
    parts = str(response._get_param("SubscriptionArn")).split(":")
    if len(parts) < 6:
        raise invalid(
            f"SubscriptionArn Reason: An ARN must have at least 6 elements, not {len(parts)}"
        )
    return original(response)


def _listed(original: Any, response: Any) -> Any:
    """Show subscriptions that wait without their ARN."""
    answer = original(response)
    shown = [
        {
            "SubscriptionArn": "PendingConfirmation" if pending(each) else each.arn,
            "Owner": each.owner,
            "Protocol": each.protocol,
            "Endpoint": each.endpoint,
            "TopicArn": each.topic_arn,
        }
        for each in answer.result["Subscriptions"]
    ]
    return ActionResult({**answer.result, "Subscriptions": shown})


def _subscribe_backend(
    original: Any, backend: Any, topic_arn: str, endpoint: str, protocol: str
) -> Any:
    if protocol not in (*PROTOCOLS, "firehose"):
        raise invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if not endpoint:
        raise invalid("Endpoint")
    topic = backend.get_topic(topic_arn)
    if protocol in ("http", "https") and not endpoint.startswith(f"{protocol}://"):
        raise invalid("Endpoint must match the specified protocol")
    if topic.fifo_topic and protocol != "sqs":
        raise invalid(f"Invalid protocol type: {protocol}")
    if protocol == "lambda" and not _is_function_arn(endpoint):
        raise invalid("Lambda endpoint ARN")
    if protocol == "sqs" and (endpoint.count(":") != 5 or not endpoint.startswith("arn:aws:sqs:")):
        raise invalid("SQS endpoint ARN")
    if protocol == "sqs" and endpoint.endswith(".fifo") and not topic.fifo_topic:
        raise invalid(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard "
            "SNS topics"
        )
    return original(backend, topic_arn, endpoint, protocol)


def set_subscription_attributes(backend: Any, arn: str, name: str, value: Any) -> None:
    """Check and keep one attribute, and the filter policy as it will be asked."""
    subscription = backend.subscriptions.get(arn)
    if subscription is None:
        raise SNSNotFoundError("Subscription does not exist")
    kept = {**subscription.attributes, name: value}
    given = {key: kept[key] for key in (name, "FilterPolicyScope") if kept.get(key) is not None}
    check_attributes(given, subscription.protocol)
    if name == "RedrivePolicy":
        _check_order(subscription.topic.arn, subscription.endpoint, str(value))
    policy = kept.get("FilterPolicy")
    scope = Scope(kept.get("FilterPolicyScope") or Scope.ATTRIBUTES)
    matcher = None
    if policy and policy != "{}":
        try:
            matcher = read_filter_policy(str(policy), scope)
        except InvalidFilterPolicy as error:
            raise invalid(str(error)) from error
    subscription._filter_policy_matcher = matcher
    if name == "RawMessageDelivery":
        value = str(value).lower() == "true"
    subscription.attributes[name] = value


def check_attributes(attributes: Mapping[str, Any], protocol: str, prefix: str = "") -> None:
    """Raise in SNS's words when an attribute or its value is not one of a subscription's."""
    for name, value in attributes.items():
        if name not in ATTRIBUTES:
            raise invalid(f"{prefix or ''}AttributeName")
        if name == "RawMessageDelivery":
            _check_raw(str(value).lower(), protocol, prefix)
        elif name == "RedrivePolicy" and value not in ("", "{}"):
            _check_redrive(str(value), prefix)
        elif name == "FilterPolicyScope" and value not in list(Scope):
            raise invalid(
                f"{prefix}FilterPolicyScope: Invalid value [{value}]. Please use either "
                "MessageBody or MessageAttributes"
            )
    policy = attributes.get("FilterPolicy")
    if policy:
        scope = Scope(attributes.get("FilterPolicyScope") or Scope.ATTRIBUTES)
        try:
            read_filter_policy(str(policy), scope)
        except InvalidFilterPolicy as error:
            raise invalid(f"{prefix}{error}") from error


def _check_raw(value: str, protocol: str, prefix: str) -> None:
    if value not in ("true", "false"):
        raise invalid(
            f"{prefix}RawMessageDelivery: Invalid value [{value}]. Must be true or false."
        )
    if value == "true" and protocol not in RAW_PROTOCOLS:
        raise invalid(
            f"{prefix}Delivery protocol [{protocol}] does not support raw message delivery."
        )


def _check_redrive(value: str, prefix: str) -> None:
    try:
        document = read_json(value)
        arn = document["deadLetterTargetArn"]
    except (ValueError, KeyError, TypeError) as error:
        raise invalid(f"{prefix}RedrivePolicy: failed to parse JSON.") from error
    if not isinstance(arn, str) or not arn.startswith("arn:aws:sqs:") or arn.count(":") != 5:
        raise invalid(f"{prefix}RedrivePolicy: deadLetterTargetArn is an invalid arn")
    if arn.split(":")[4] != ACCOUNT_ID:
        raise invalid(
            f"{prefix}RedrivePolicy: The owner of the subscription and the dead-letter queue must "
            "be the same"
        )


def _check_order(topic_arn: str, endpoint: str, redrive_policy: str, prefix: str = "") -> None:
    """Refuse a standard dead-letter queue where messages are in order."""
    dead = json.loads(redrive_policy or "{}").get("deadLetterTargetArn")
    ordered = topic_arn.endswith(".fifo") and endpoint.endswith(".fifo")
    if dead is not None and ordered and not dead.endswith(".fifo"):
        raise invalid(
            f"{prefix}RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a "
            "FIFO Topic."
        )


def _is_function_arn(endpoint: str) -> bool:
    parts = endpoint.split(":")
    return parts[:3] == ["arn", "aws", "lambda"] and len(parts) in (7, 8) and parts[5] == "function"
