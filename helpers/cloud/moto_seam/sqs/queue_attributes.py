"""What SQS refuses of a queue's attributes, where moto keeps whatever it is given.

And what moto loses: setting any attribute took the queue's policy away. Moments are whole seconds.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html and
API_SetQueueAttributes.html (names and ranges), sqs-dead-letter-queues.html.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.sqs import models as sqs_models
from moto.sqs.exceptions import InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue
from moto.sqs.models import sqs_backends

from helpers.cloud.json_text import read_json
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.sqs.refusals import check_queue_name

RANGES = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1024, 1024 * 1024),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
OTHERS = frozenset(
    {
        "ContentBasedDeduplication",
        "DeduplicationScope",
        "FifoQueue",
        "FifoThroughputLimit",
        "KmsMasterKeyId",
        "Policy",
        "RedriveAllowPolicy",
        "RedrivePolicy",
        "SqsManagedSseEnabled",
    }
)
MOMENTS = ("CreatedTimestamp", "LastModifiedTimestamp")
OF_TEMPLATES = frozenset({"QueueName", "region"})
RECEIVE_COUNTS = (1, 1000)


def install() -> None:
    """Bind the checks; a second call changes nothing."""
    backend, queue = sqs_models.SQSBackend, sqs_models.Queue
    if hasattr(backend.create_queue, "checks_attributes"):
        return
    backend.create_queue = _created(backend.create_queue)
    backend.set_queue_attributes = _set(backend.set_queue_attributes)
    queue._set_attributes = _keeping_policy(queue._set_attributes)
    queue.attributes = property(_in_seconds(queue.attributes.fget))


def _created(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def create_queue(
        backend: Any, name: str, tags: dict[str, str] | None = None, **attributes: Any
    ) -> Any:
        fifo = str(attributes.get("FifoQueue")).lower() == "true"
        check_queue_name(str(name), fifo=fifo)
        _check(attributes, backend.region_name, fifo=fifo)
        return original(backend, name, tags, **attributes)

    create_queue.checks_attributes = True  # type: ignore[attr-defined]
    return create_queue


def _set(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def set_queue_attributes(backend: Any, queue_name: str, attributes: dict[str, Any]) -> Any:
        _check(attributes, backend.region_name, fifo=backend.get_queue(queue_name).fifo_queue)
        return original(backend, queue_name, attributes)

    return set_queue_attributes


def _keeping_policy(original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def set_attributes(queue: Any, attributes: Mapping[str, Any], now: float | None = None) -> None:
        policy = queue.policy if hasattr(queue, "_policy_json") else None
        original(queue, attributes, now)
        if "Policy" not in attributes:
            queue.policy = policy

    return set_attributes


def _in_seconds(original: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def attributes(queue: Any) -> dict[str, Any]:
        found = original(queue)
        return found | {name: int(found[name]) for name in MOMENTS}

    return attributes


def _check(attributes: Mapping[str, Any], region: str, *, fifo: bool) -> None:
    for name, value in attributes.items():
        if name in RANGES:
            _check_number(name, value)
        elif name not in OTHERS and name not in OF_TEMPLATES:
            raise InvalidAttributeName(name)
    if attributes.get("RedrivePolicy"):
        _check_redrive_policy(attributes["RedrivePolicy"], region, fifo=fifo)


def _check_number(name: str, value: Any) -> None:
    least, most = RANGES[name]
    try:
        fits = least <= int(value) <= most
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise InvalidAttributeValue(name)


def _check_redrive_policy(given: Any, region: str, *, fifo: bool) -> None:
    shown = given if isinstance(given, str) else json.dumps(given, separators=(",", ":"))

    def refuse(reason: str) -> InvalidParameterValue:
        return InvalidParameterValue(
            f"Value {shown} for parameter RedrivePolicy is invalid. Reason: {reason}"
        )

    try:
        policy = read_json(shown)
    except ValueError:
        raise refuse("Redrive policy is not a valid JSON map.") from None
    if not isinstance(policy, dict):
        raise refuse("Redrive policy is not a valid JSON map.")
    if not policy:
        return
    for name in ("deadLetterTargetArn", "maxReceiveCount"):
        if name not in policy:
            raise refuse(f"Redrive policy does not contain mandatory attribute: {name}.")
    least, most = RECEIVE_COUNTS
    count = str(policy["maxReceiveCount"])
    if not (count.isdecimal() and len(count) < 9 and least <= int(count) <= most):
        raise refuse(
            f"Invalid value for maxReceiveCount: {count}, valid values are from {least} to {most} "
            "both inclusive."
        )
    target = str(policy["deadLetterTargetArn"])
    queues = sqs_backends[ACCOUNT_ID][region].queues
    found = next((q for q in list(queues.values()) if q.queue_arn == target), None)
    if found is None:
        raise refuse("Dead letter target does not exist.")
    if bool(found.fifo_queue) != fifo:
        raise refuse("Dead-letter queue must be same type of queue as the source.")
