"""Where outcomes of asynchronous events go: moto's SQS, SNS, EventBridge and S3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from moto.core.exceptions import ServiceException
from moto.events.models import events_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from werkzeug.exceptions import HTTPException

from helpers.cloud.errors import AwsError
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION
from helpers.cloud.moto_seam.writers import Writers
from helpers.cloud.registry import Registry

Attributes = Mapping[str, tuple[str, str]]


class MotoTargets:
    """Implements Targets; lives with the cloud."""

    def __init__(self, registry: Registry, writers: Writers) -> None:
        self._registry = registry
        self._writers = writers

    def following(self, trace_id: str) -> AbstractContextManager[None]:
        """Return a context in which queues and topics get this trace header."""
        return self._writers.following(trace_id)

    def send_message(self, queue_arn: str, body: str, attributes: Attributes) -> None:
        """Send a message to a queue of any Region."""
        given = {
            name: {"DataType": kind, "StringValue": value}
            for name, (kind, value) in attributes.items()
        }
        region, name = queue_arn.split(":")[3], queue_arn.rsplit(":", 1)[1]
        with aws_errors():
            sqs_backends[ACCOUNT_ID][region].send_message(
                name,
                body,
                message_attributes=given,
                system_attributes=self._writers.message_attributes(),
            )

    def publish(
        self, topic_arn: str, message: str, attributes: Attributes, subject: str = ""
    ) -> None:
        """Publish a message to a topic of any Region."""
        given = {name: {"Type": kind, "Value": value} for name, (kind, value) in attributes.items()}
        with aws_errors():
            sns_backends[ACCOUNT_ID][topic_arn.split(":")[3]].publish(
                message, topic_arn, subject=subject or None, message_attributes=given
            )

    def put_event(self, bus_arn: str, entry: Mapping[str, Any]) -> None:
        """Put an entry on an event bus."""
        with aws_errors():
            backend = events_backends[ACCOUNT_ID][bus_arn.split(":")[3]]
            backend.describe_event_bus(bus_arn.rsplit("/", 1)[1])  # else the event would be lost
            backend.put_events([{**entry, "EventBusName": bus_arn.rsplit("/", 1)[1]}])

    def put_object(self, bucket_arn: str, key: str, body: bytes) -> None:
        """Store an object."""
        with aws_errors():
            backend = s3_backends[ACCOUNT_ID][PARTITION]
            backend.put_object(bucket_arn.rsplit(":", 1)[1], key, body)

    def missing(self, arn: str) -> bool:
        """Tell whether the target does not exist in this account."""
        service, region, name = arn.split(":")[2], arn.split(":")[3], arn.split(":", 5)[5]
        if service == "sqs":
            return name not in sqs_backends[ACCOUNT_ID][region].queues
        if service == "sns":
            return arn not in sns_backends[ACCOUNT_ID][region].topics
        if service == "events":
            buses = events_backends[ACCOUNT_ID][region].event_buses
            return name.removeprefix("event-bus/") not in buses
        if service == "s3":
            return name not in s3_backends[ACCOUNT_ID][PARTITION].buckets
        function = name.removeprefix("function:").split(":")[0]
        return self._registry.get((ACCOUNT_ID, region, function)) is None


@contextmanager
def aws_errors() -> Iterator[None]:
    """Turn moto's refusals into AwsErrors."""
    try:
        yield
    except (HTTPException, ServiceException) as error:
        code = getattr(error, "error_type", None) or getattr(error, "code", "InternalFailure")
        message = getattr(error, "message", None) or str(error)
        raise AwsError(str(message), code=str(code), http_status=400) from error
