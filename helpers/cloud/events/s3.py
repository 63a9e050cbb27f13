"""What S3 tells of a change: the notification's record, the test event, EventBridge's entry.

Models objects created, removed, tagged, restored and their ACLs. Leaves out replication,
Intelligent-Tiering and lifecycle, which the local account does not do.
Source: docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html and
ev-events.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

EVENT_VERSION = "2.6"
SUBJECT = "Amazon S3 Notification"
EMPTY_ETAG = "d41d8cd98f00b204e9800998ecf8427e"
"""What a delete marker shows as its eTag."""

_DETAIL_TYPES = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "ObjectTagging:Put": "Object Tags Added",
    "ObjectTagging:Delete": "Object Tags Deleted",
    "ObjectAcl:Put": "Object ACL Updated",
    "ObjectRestore:Post": "Object Restore Initiated",
    "ObjectRestore:Completed": "Object Restore Completed",
}
_REASONS = {"Put": "PutObject", "Post": "POST Object", "Copy": "CopyObject"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectEvent:
    """One change of one object; `name` is the event type without its `s3:`.

    `size` in bytes, `etag` without quotes; `sequencer` orders the events of one key.
    """

    name: str
    time: datetime
    region: str
    account_id: str
    bucket: str
    owner_id: str
    key: str
    size: int
    etag: str
    version_id: str | None
    sequencer: str
    principal_id: str
    request_id: str
    host_id: str
    storage_class: str = "STANDARD"
    restored_until: datetime | None = None

    @property
    def family(self) -> str:
        """The first half of the name: ObjectCreated, ObjectRemoved, …"""
        return self.name.partition(":")[0]

    @property
    def bucket_arn(self) -> str:
        """The ARN of the bucket, which names neither Region nor account."""
        return f"arn:aws:s3:::{self.bucket}"


def notification(event: ObjectEvent, configuration_id: str) -> dict[str, Any]:
    """Return what Lambda, SQS and SNS get: always one record."""
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "eventSource": "aws:s3",
        "awsRegion": event.region,
        "eventTime": _iso(event.time),
        "eventName": event.name,
        "userIdentity": {"principalId": event.principal_id},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {
            "x-amz-request-id": event.request_id,
            "x-amz-id-2": event.host_id,
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration_id,
            "bucket": {
                "name": event.bucket,
                "ownerIdentity": {"principalId": event.owner_id},
                "arn": event.bucket_arn,
            },
            "object": _object(event, encode_key(event.key), "eTag", "versionId"),
        },
    }
    if event.name == "ObjectRestore:Completed" and event.restored_until is not None:
        record["glacierEventData"] = {
            "restoreEventData": {
                "lifecycleRestorationExpiryTime": _iso(event.restored_until),
                "lifecycleRestoreStorageClass": event.storage_class,
            }
        }
    return {"Records": [record]}


def probe_message(bucket: str, time: datetime, request_id: str, host_id: str) -> dict[str, str]:
    """Return what a queue or topic gets once it is configured; functions get none."""
    return {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": _iso(time),
        "Bucket": bucket,
        "RequestId": request_id,
        "HostId": host_id,
    }


def bus_entry(event: ObjectEvent) -> dict[str, Any]:
    """Return the entry for the default event bus; its key is not URL-encoded."""
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": event.bucket},
        "object": _object(event, event.key, "etag", "version-id"),
        "request-id": event.request_id,
        "requester": event.account_id,
        "source-ip-address": "127.0.0.1",
    }
    detail |= _particulars(event)
    detail_type = _DETAIL_TYPES.get(event.family) or _DETAIL_TYPES[event.name]
    return {
        "Source": "aws.s3",
        "DetailType": detail_type,
        "Resources": [event.bucket_arn],
        "Time": event.time.timestamp(),
        "Detail": json.dumps(detail),
    }


def encode_key(key: str) -> str:
    """Return a key as records show it: like a form's field, but with its slashes.

    >>> encode_key("in box/a+b@c.txt")
    'in+box/a%2Bb%40c.txt'
    """
    return quote_plus(key, safe="/*")


def _object(event: ObjectEvent, key: str, etag: str, version: str) -> dict[str, Any]:
    """Return the object's members: which of them there are depends on what happened."""
    marked = event.name == "ObjectRemoved:DeleteMarkerCreated"
    found: dict[str, Any] = {"key": key}
    if event.family in ("ObjectCreated", "ObjectRestore"):
        found["size"] = event.size
    if event.name != "ObjectRemoved:Delete":
        found[etag] = EMPTY_ETAG if marked else event.etag
    if event.version_id is not None:
        found[version] = event.version_id
    if event.family not in ("ObjectTagging", "ObjectAcl"):
        found["sequencer"] = event.sequencer
    return found


def _particulars(event: ObjectEvent) -> Mapping[str, Any]:
    kind = event.name.partition(":")[2]
    if event.family == "ObjectCreated":
        return {"reason": _REASONS.get(kind, kind)}
    if event.family == "ObjectRemoved":
        marked = kind == "DeleteMarkerCreated"
        deletion = "Delete Marker Created" if marked else "Permanently Deleted"
        return {"reason": "DeleteObject", "deletion-type": deletion}
    if event.family == "ObjectRestore":
        expiry = event.restored_until
        until = {"restore-expiry-time": _iso(expiry)} if kind == "Completed" and expiry else {}
        return {"source-storage-class": event.storage_class, **until}
    return {}


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
