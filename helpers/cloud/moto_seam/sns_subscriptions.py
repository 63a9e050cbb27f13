"""What SNS checks before it publishes or subscribes, in its own words; moto checks little.

Leaves out the confirmation of subscriptions of other accounts, and phone numbers.
Source: docs.aws.amazon.com/sns/latest/api/API_Subscribe.html and API_Publish.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import wraps
from inspect import unwrap
from typing import Any

from moto.sns.exceptions import InvalidParameterValue, SNSNotFoundError
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from helpers.cloud.events.sns_filter import Scope, read_filter_policy
from helpers.cloud.events.sns_filter_rules import InvalidFilterPolicy
from helpers.cloud.moto_seam.identities import ACCOUNT_ID

MAX_BYTES = 256 * 1024
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


def install() -> None:
    """Bind the checks; harmless when called again."""
    SNSResponse.subscribe = _wrapped(SNSResponse.subscribe, _subscribe)
    SNSBackend.subscribe = _wrapped(SNSBackend.subscribe, _subscribe_backend)
    SNSBackend.publish = _wrapped(SNSBackend.publish, _publish)
    SNSBackend.set_subscription_attributes = set_subscription_attributes


def _wrapped(method: Any, checked: Any) -> Any:
    original = unwrap(method)

    @wraps(original)
    def bound(*arguments: Any, **named: Any) -> Any:
        return checked(original, *arguments, **named)

    return bound


def invalid(reason: str) -> Exception:
    """Return the error of SNS for a parameter."""
    error: Exception = InvalidParameterValue(f"Invalid parameter: {reason}")
    return error


def _subscribe(original: Any, response: Any) -> Any:
    """Check the attributes before there is a subscription, and those of one there is."""
    attributes = response._get_param("Attributes") or {}
    protocol, endpoint = response._get_param("Protocol"), response._get_param("Endpoint")
    topic_arn = response._get_param("TopicArn")
    check_attributes(attributes, str(protocol), prefix="Attributes Reason: ")
    existing = response.backend._find_subscription(topic_arn, endpoint, protocol)
    if existing is not None and any(
        str(existing.attributes.get(name)).lower() != str(value).lower()
        for name, value in attributes.items()
    ):
        raise invalid("Attributes Reason: Subscription already exists with different attributes")
    return original(response)


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
        document = json.loads(value)
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


def _publish(
    original: Any, backend: Any, message: str, arn: Any = None, *rest: Any, **more: Any
) -> Any:
    names = ("phone_number", "subject", "message_attributes", "group_id", "deduplication_id")
    given = dict(zip((*names, "message_structure"), rest, strict=False)) | more
    if arn is not None:
        _check_topic(backend, str(arn))
    elif not given.get("phone_number"):
        raise invalid("TopicArn or TargetArn Reason: no value for required parameter")
    subject, attributes = given.get("subject"), given.get("message_attributes") or {}
    if subject is not None and not _is_subject(subject):
        raise invalid("Subject")
    if not message:
        raise invalid("Empty message")
    if _size(message, attributes) > MAX_BYTES:
        raise invalid("Message too long")
    _check_values(attributes)
    if given.get("message_structure") == "json":
        _check_structure(message)
    return original(backend, message, arn, **given)


def _check_topic(backend: Any, arn: str) -> None:
    parts = arn.split(":")
    if len(parts) < 6:
        raise invalid(f"TopicArn Reason: An ARN must have at least 6 elements, not {len(parts)}")
    if parts[3] != backend.region_name:
        raise invalid("TopicArn")
    if not parts[5].startswith("endpoint/"):
        backend.get_topic(arn)  # else moto would look for a phone


def _check_values(attributes: Mapping[str, Any]) -> None:
    for name, given in attributes.items():
        if given["Value"] is None:
            raise InvalidParameterValue(
                f"The message attribute '{name}' must contain non-empty message attribute value "
                f"for message attribute type '{given['Type']}'."
            )


def _is_subject(subject: str) -> bool:
    printable = subject.isprintable() and subject.isascii()
    return 0 < len(subject) <= 100 and printable and not subject[0].isspace()


def _check_structure(message: str) -> None:
    try:
        texts = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise invalid("Message Structure - JSON message body failed to parse") from error
    if not isinstance(texts, dict) or "default" not in texts:
        raise invalid("Message Structure - No default entry in JSON message body")


def _size(message: str, attributes: Mapping[str, Any]) -> int:
    """Return what counts against 256 KB: the text, and names, types and values of attributes."""
    size = len(message.encode())
    for name, given in attributes.items():
        size += len(name.encode()) + len(given["Type"]) + len(str(given["Value"]).encode())
    return size


def _is_function_arn(endpoint: str) -> bool:
    parts = endpoint.split(":")
    return parts[:3] == ["arn", "aws", "lambda"] and len(parts) in (7, 8) and parts[5] == "function"
