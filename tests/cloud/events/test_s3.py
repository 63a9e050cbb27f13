"""S3's events and notification configurations as data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.events import s3
from helpers.cloud.events.s3_configuration import InvalidConfiguration, read_configuration

QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


def event(name: str, **more: Any) -> s3.ObjectEvent:
    """Return an event of an object."""
    facts: dict[str, Any] = {
        "name": name,
        "time": datetime(2026, 1, 2, 3, 4, 5, 6789, UTC),
        "region": "us-east-1",
        "account_id": "123456789012",
        "bucket": "uploads",
        "owner_id": "A1",
        "key": "in box/a",
        "size": 5,
        "etag": "e",
        "version_id": None,
        "sequencer": "00",
        "principal_id": "AWS:AIDA",
        "request_id": "R",
        "host_id": "H",
    }
    return s3.ObjectEvent(**facts | more)


def test_times_are_utc_in_milliseconds():
    """The last digits are cut off, and Z stands for UTC."""
    (record,) = s3.notification(event("ObjectCreated:Put"), "id")["Records"]

    assert "2026-01-02T03:04:05.006Z" == record["eventTime"]


def test_a_completed_restore_says_until_when():
    """glacierEventData names the end of the copy and its class."""
    until = datetime(2026, 2, 1, tzinfo=UTC)
    restored = event("ObjectRestore:Completed", restored_until=until, storage_class="GLACIER")

    (record,) = s3.notification(restored, "id")["Records"]
    detail = json.loads(s3.bus_entry(restored)["Detail"])

    assert {
        "restoreEventData": {
            "lifecycleRestorationExpiryTime": "2026-02-01T00:00:00.000Z",
            "lifecycleRestoreStorageClass": "GLACIER",
        }
    } == record["glacierEventData"]
    assert ("GLACIER", "2026-02-01T00:00:00.000Z") == (
        detail["source-storage-class"],
        detail["restore-expiry-time"],
    )


@pytest.mark.parametrize(
    ("name", "detail_type", "particulars"),
    [
        ("ObjectCreated:Put", "Object Created", {"reason": "PutObject"}),
        ("ObjectCreated:Post", "Object Created", {"reason": "POST Object"}),
        (
            "ObjectCreated:CompleteMultipartUpload",
            "Object Created",
            {"reason": "CompleteMultipartUpload"},
        ),
        (
            "ObjectRemoved:DeleteMarkerCreated",
            "Object Deleted",
            {"reason": "DeleteObject", "deletion-type": "Delete Marker Created"},
        ),
        ("ObjectTagging:Delete", "Object Tags Deleted", {}),
        ("ObjectAcl:Put", "Object ACL Updated", {}),
        ("ObjectRestore:Post", "Object Restore Initiated", {"source-storage-class": "STANDARD"}),
    ],
)
def test_eventbridge_has_names_of_its_own(name: str, detail_type: str, particulars: dict[str, str]):
    """detail-type and reason say what happened."""
    entry = s3.bus_entry(event(name))

    detail = json.loads(entry["Detail"])
    assert detail_type == entry["DetailType"]
    assert particulars == {k: detail[k] for k in [*detail][6:]}


@given(st.text(min_size=1))
def test_every_key_can_be_read_back(key: str):
    """unquote_plus gives the key again."""
    assert key == unquote_plus(s3.encode_key(key))


def test_a_configuration_reads_back_as_it_was_written():
    """Ids, events and filters stay; rule names are capitalised."""
    rules = [{"Name": "Prefix", "Value": "a"}]
    document = {
        "QueueConfigurations": [
            {
                "Id": "one",
                "QueueArn": QUEUE,
                "Events": ["s3:ObjectCreated:*"],
                "Filter": {"Key": {"FilterRules": rules}},
            }
        ],
        "EventBridgeConfiguration": {},
    }

    assert document == read_configuration(document, region="us-east-1").document()


@pytest.mark.parametrize(
    "document",
    [
        {"QueueConfigurations": [{"QueueArn": QUEUE}]},
        {"QueueConfigurations": [{"Events": ["s3:ObjectCreated:*"]}]},
    ],
)
def test_a_rule_needs_a_destination_and_events(document: Any):
    """What is missing makes it malformed."""
    with pytest.raises(InvalidConfiguration) as caught:
        read_configuration(document, region="us-east-1")

    assert "MalformedXML" == caught.value.code
