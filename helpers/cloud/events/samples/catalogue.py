"""The samples by name and source, for whoever offers a choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from helpers.cloud.events.samples import messages, requests, uploads
from helpers.cloud.events.samples.place import ORDER


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample event: its name, the source as people call it, what happened, and its maker."""

    name: str
    source: str
    what: str
    build: Callable[[], dict[str, Any]] = field(repr=False)

    @property
    def title(self) -> str:
        """Source and happening, as a menu shows them."""
        return f"{self.source}: {self.what}"


SAMPLES: tuple[Sample, ...] = (
    Sample("invoke", "Your own code", "invoke with an order", lambda: dict(ORDER)),
    Sample("function-url", "Function URL", "a request", requests.function_url_event),
    Sample("http-api", "HTTP API 2.0", "a request", requests.http_api_v2_event),
    Sample("http-api-v1", "HTTP API 1.0", "a request", requests.http_api_v1_format_event),
    Sample("rest-api", "REST API", "a request", requests.rest_api_event),
    Sample("load-balancer", "Load balancer", "a request", requests.load_balancer_event),
    Sample(
        "load-balancer-multi",
        "Load balancer, multi-value",
        "a request",
        partial(requests.load_balancer_event, multi_value=True),
    ),
    Sample("s3", "S3", "an object was created", uploads.s3_event),
    Sample(
        "s3-removed",
        "S3",
        "an object was deleted",
        partial(uploads.s3_event, "ObjectRemoved:Delete"),
    ),
    Sample("s3-sqs", "S3 → SQS", "an object was created", uploads.s3_through_sqs),
    Sample("s3-sns", "S3 → SNS", "an object was created", uploads.s3_through_sns),
    Sample("s3-sns-sqs", "S3 → SNS → SQS", "an object was created", uploads.s3_through_sns_and_sqs),
    Sample(
        "s3-eventbridge",
        "S3 → EventBridge",
        "an object was created",
        uploads.s3_through_eventbridge,
    ),
    Sample("sqs", "SQS", "a message", partial(messages.sqs_event, attributed=True)),
    Sample("sqs-fifo", "SQS FIFO", "a message", partial(messages.sqs_event, fifo=True)),
    Sample("sns", "SNS", "a message", messages.sns_event),
    Sample("eventbridge", "EventBridge", "an event of your own", messages.eventbridge_event),
    Sample("schedule", "EventBridge", "a rule's schedule", messages.schedule_event),
    Sample("kinesis", "Kinesis", "a record", messages.kinesis_event),
    Sample("dynamodb", "DynamoDB stream", "an item was put", messages.dynamodb_event),
    Sample(
        "dynamodb-modify",
        "DynamoDB stream",
        "an item was changed",
        partial(messages.dynamodb_event, "MODIFY"),
    ),
    Sample(
        "dynamodb-remove",
        "DynamoDB stream",
        "an item was deleted",
        partial(messages.dynamodb_event, "REMOVE"),
    ),
    Sample("logs", "CloudWatch Logs", "a subscription filter", messages.logs_event),
)
_BY_NAME = {sample.name: sample for sample in SAMPLES}


def sample_named(name: str) -> Sample:
    """Return a sample; raises KeyError.

    >>> sample_named("s3").title
    'S3: an object was created'
    """
    return _BY_NAME[name]
