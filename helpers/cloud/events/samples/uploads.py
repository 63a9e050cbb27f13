"""One upload to S3 as it reaches a function: directly, or through a queue, a topic, a bus."""

from __future__ import annotations

import json
from typing import Any

from helpers.cloud.events.eventbridge import envelope
from helpers.cloud.events.s3 import SUBJECT, ObjectEvent, bus_entry, notification
from helpers.cloud.events.samples.messages import sns_event, sns_message, sqs_event
from helpers.cloud.events.samples.place import ACCOUNT, MESSAGE_ID, REGION, WHEN, arn

Event = dict[str, Any]

BUCKET = "halftone-uploads"
KEY = "uploads/summer in köln+2.jpg"
SIZE = 48_213
TOPIC = arn("sns", "uploads")


def object_event(name: str = "ObjectCreated:Put") -> ObjectEvent:
    """Return what happened in the bucket."""
    return ObjectEvent(
        name=name,
        time=WHEN,
        region=REGION,
        account_id=ACCOUNT,
        bucket=BUCKET,
        owner_id="A3NL1KOZZKExample",
        key=KEY,
        size=SIZE,
        etag="d0b71aa0c2b1b1f2a4f4d6f1bd8f2c11",
        version_id=None,
        sequencer="0A1B2C3D4E5F678901",
        principal_id="AIDAJDPLRKLG7UEXAMPLE",
        request_id="C3D13FE58DE4C810",
        host_id="FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD",
    )


def s3_event(name: str = "ObjectCreated:Put") -> Event:
    """Return what a function gets of its bucket."""
    return notification(object_event(name), "thumbnails")


def s3_through_sqs() -> Event:
    """Return what a function gets of a queue that the bucket writes to."""
    return sqs_event(json.dumps(s3_event()))


def s3_through_sns() -> Event:
    """Return what a function gets of a topic that the bucket publishes to."""
    return sns_event(json.dumps(s3_event()), TOPIC, subject=SUBJECT)


def s3_through_sns_and_sqs() -> Event:
    """Return what a function gets of a queue that subscribes to the bucket's topic."""
    message = sns_message(json.dumps(s3_event()), TOPIC, subject=SUBJECT)
    return sqs_event(json.dumps(message.notification(f"{TOPIC}:{MESSAGE_ID}")))


def s3_through_eventbridge() -> Event:
    """Return what a function gets of a rule on the default bus."""
    event = envelope(
        bus_entry(object_event()), account=ACCOUNT, region=REGION, now=WHEN.timestamp()
    )
    return event | {"id": MESSAGE_ID}
