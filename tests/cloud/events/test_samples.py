"""The sample event of each source."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from helpers.cloud.events.samples import SAMPLES, Sample, sample_named
from helpers.cloud.events.samples.messages import sqs_event
from tests.conformance.test_event_shapes import SHAPES, complaints


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_is_json_and_the_same_on_every_run(sample: Sample):
    """No random id and no clock is in it, and nobody who changes one changes the next."""
    first = sample.build()

    assert sample.build() == json.loads(json.dumps(first))
    first.clear()
    assert sample.build()


def test_samples_can_be_told_apart():
    """Names and titles are there once."""
    assert len(SAMPLES) == len({sample.name for sample in SAMPLES})
    assert len(SAMPLES) == len({sample.title for sample in SAMPLES})


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("s3", "s3 put"),
        ("s3-removed", "s3 delete"),
        ("sns", "sns"),
        ("kinesis", "kinesis"),
        ("schedule", "schedule"),
        ("load-balancer", "alb"),
    ],
)
def test_a_sample_has_the_members_of_the_real_event(name: str, shape: str):
    """It is made by the functions that make the account's events, and so has their shape."""
    assert [] == complaints(SHAPES[shape], sample_named(name).build())


def test_a_message_without_attributes_has_the_shape_of_the_real_one():
    """A queue's message is no exception."""
    assert [] == complaints(SHAPES["sqs"], sqs_event())


def test_an_upload_is_inside_whatever_carries_it():
    """S3's own record is the text of a message, once or twice wrapped."""
    direct = sample_named("s3").build()
    queued = _body(sample_named("s3-sqs").build())
    published = json.loads(sample_named("s3-sns").build()["Records"][0]["Sns"]["Message"])
    both = json.loads(_body(sample_named("s3-sns-sqs").build())["Message"])

    assert [direct] * 3 == [queued, published, both]


def test_a_subscription_filter_packs_the_line():
    """The line of the log is in the gzipped data."""
    data = sample_named("logs").build()["awslogs"]["data"]
    unpacked = json.loads(gzip.decompress(base64.b64decode(data)))

    assert "o-1007" == json.loads(unpacked["logEvents"][0]["message"])["order_id"]


@pytest.mark.parametrize(
    ("name", "images"),
    [
        ("dynamodb", {"NewImage"}),
        ("dynamodb-modify", {"NewImage", "OldImage"}),
        ("dynamodb-remove", {"OldImage"}),
    ],
)
def test_a_change_of_an_item_has_the_images_it_can_have(name: str, images: set[str]):
    """A new item has no old image, a deleted one no new image."""
    record = sample_named(name).build()["Records"][0]["dynamodb"]

    assert images == {"NewImage", "OldImage"} & record.keys()


def _body(event: dict[str, Any]) -> Any:
    return json.loads(event["Records"][0]["body"])
