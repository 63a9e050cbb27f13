"""S3's event notifications: moto says what changed, the kit says it as S3 does.

moto tells of too much (a multipart upload as a Put, too) and of too little (no delete markers),
inside the writer's call. Here the events of a request are gathered, put right, and delivered once
it has succeeded. Leaves out lifecycle: moto's objects never expire.
Source: docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from inspect import unwrap
from typing import Any

from moto.s3 import notifications
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend

from helpers.cloud.events import s3
from helpers.cloud.events.s3_configuration import Destination, NotificationConfiguration
from helpers.cloud.moto_seam.courier import Courier, QueueMessage, Sender
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.wrapping import wrapped
from helpers.cloud.moto_seam.writers import Writer

SERVICE = "s3.amazonaws.com"
OWNER_ID = "A3NL1KOZZKEXAMPLE"
"""The customer id that records show as the owner of every bucket."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something moto did to an object, not yet told; `name` has no `s3:`."""

    name: str
    bucket: Any
    key: str
    size: int
    etag: str
    version_id: str | None
    storage_class: str
    restored_until: datetime | None
    time: datetime


class S3Notifications:
    """Tells of the changes in every bucket; lives with the cloud."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._lock = threading.Lock()
        self._last = 0

    def changed(self, name: str, bucket: Any, key: Any) -> None:
        """Note a change: told when its request has succeeded, or at once when there is none."""
        if bucket.notification_configuration is None:
            return
        change = self._change(name, bucket, key)
        writer = self._courier.writers.current
        if writer is not None:
            writer.events.append(change)
        else:
            self._tell(change, Writer())

    def told(self, writer: Writer) -> None:
        """Deliver what a request has changed."""
        for change in _as_s3_tells_it(writer.events):
            self._tell(change, writer)

    def probe(self, configuration: NotificationConfiguration, bucket: Any, writer: Writer) -> None:
        """Send the test event to each queue and topic of a new configuration."""
        text = json.dumps(
            s3.probe_message(
                bucket.name, self._courier.clock.today(), writer.request_id, writer.host_id
            )
        )
        sender = Sender(SERVICE, bucket.arn)
        for arn in dict.fromkeys(each.arn for each in configuration.notifications):
            self._send(sender, arn, text)

    def _change(self, name: str, bucket: Any, key: Any) -> Change:
        marker = isinstance(key, FakeDeleteMarker)
        version = None if key.version_id in (None, "null") else str(key.version_id)
        expiry = None if marker else key._expiry
        return Change(
            name=name,
            bucket=bucket,
            key=key.name,
            size=0 if marker else key.size,
            etag="" if marker else key.etag.replace('"', ""),
            version_id=version,
            storage_class="STANDARD" if marker else key.storage_class,
            restored_until=expiry.replace(tzinfo=UTC) if expiry else None,
            time=self._courier.clock.today(),
        )

    def _tell(self, change: Change, writer: Writer) -> None:
        bucket, event = change.bucket, self._event(change, writer)
        configuration: NotificationConfiguration = bucket.notification_configuration
        if configuration is None:  # taken away by now
            return
        sender = Sender(SERVICE, bucket.arn)
        for rule in configuration.notifications:
            if not rule.matches(f"s3:{change.name}", change.key):
                continue
            message = s3.notification(event, rule.id)
            if rule.destination is Destination.FUNCTION:
                self._courier.to_function(sender, rule.arn, message)
            else:
                self._send(sender, rule.arn, json.dumps(message))
        if configuration.event_bridge:
            bus = f"arn:aws:events:{bucket.region_name}:{ACCOUNT_ID}:event-bus/default"
            self._courier.to_bus(sender, bus, s3.bus_entry(event))

    def _send(self, sender: Sender, arn: str, text: str) -> None:
        if arn.split(":")[2] == Destination.QUEUE:
            self._courier.to_queue(sender, arn, QueueMessage(body=text))
        elif arn.split(":")[2] == Destination.TOPIC:
            self._courier.to_topic(sender, arn, text, s3.SUBJECT)

    def _event(self, change: Change, writer: Writer) -> s3.ObjectEvent:
        return s3.ObjectEvent(
            name=change.name,
            time=change.time,
            region=change.bucket.region_name,
            account_id=ACCOUNT_ID,
            bucket=change.bucket.name,
            owner_id=OWNER_ID,
            key=change.key,
            size=change.size,
            etag=change.etag,
            version_id=change.version_id,
            sequencer=self._sequencer(change.time),
            principal_id=self._courier.writers.principal_id(writer),
            request_id=writer.request_id,
            host_id=writer.host_id,
            storage_class=change.storage_class,
            restored_until=change.restored_until,
        )

    def _sequencer(self, moment: datetime) -> str:
        """Return 18 hexadecimal digits that grow from event to event."""
        with self._lock:
            self._last = max(self._last + 1, int(moment.timestamp() * 1e6))
            return f"{self._last:018X}"


def install(notifier: S3Notifications) -> None:
    """Bind the notifier where moto's S3 tells of its changes."""

    @wraps(unwrap(notifications.send_event))
    def send_event(_account_id: str, event_name: Any, bucket: Any, key: Any) -> None:
        name = event_name.value.removeprefix("s3:")
        if not name.startswith("ObjectRemoved"):  # moto does not tell them all
            notifier.changed(name, bucket, key)

    notifications.send_event = send_event
    FakeKey.dispose = _let_go
    S3Backend.delete_object = _telling(unwrap(S3Backend.delete_object), notifier)
    S3Backend.put_object_acl = wrapped(S3Backend.put_object_acl, _put_object_acl)


def _let_go(key: Any, garbage: bool = False) -> None:
    """Leave an overwritten object's bytes to whoever still reads them: its own writer may."""
    key.disposed = True


def _put_object_acl(
    original: Any, backend: Any, bucket_name: str, key_name: str, acl: Any, *rest: Any, **more: Any
) -> None:
    """Change the ACL of an object; one that is the same already makes no event."""
    key = backend.get_object(bucket_name, key_name)
    if key is None or repr(key.acl) != repr(acl):
        original(backend, bucket_name, key_name, acl, *rest, **more)


def _telling(original: Any, notifier: S3Notifications) -> Any:
    """Return DeleteObject with the events of AWS: of markers, versions, and what was there."""

    @wraps(original)
    def delete_object(
        backend: Any,
        bucket_name: str,
        key_name: str,
        version_id: str | None = None,
        bypass: bool = False,
    ) -> Any:
        bucket: FakeBucket = backend.get_bucket(bucket_name)
        before = _versions(bucket, key_name)
        if bucket.is_versioned and version_id is None and not before:
            return _mark(bucket, key_name, notifier)
        answer = original(backend, bucket_name, key_name, version_id=version_id, bypass=bypass)
        if bucket.is_versioned and version_id is None:
            now = _versions(bucket, key_name)
            if len(now) > len(before):
                notifier.changed("ObjectRemoved:DeleteMarkerCreated", bucket, now[-1])
            return answer
        gone = [v for v in before if version_id in (None, str(v.version_id))]
        if gone:
            notifier.changed("ObjectRemoved:Delete", bucket, gone[-1])
        return answer

    return delete_object


def _mark(bucket: Any, key_name: str, notifier: S3Notifications) -> Any:
    """Add a delete marker where no version has been: moto would not, AWS does."""
    name = FakeKey(key_name, b"", bucket.account_id, bucket.region_name, bucket_name=bucket.name)
    marker = FakeDeleteMarker(key=name)
    bucket.keys[key_name] = marker
    notifier.changed("ObjectRemoved:DeleteMarkerCreated", bucket, marker)
    return True, {"delete-marker": "true", "version-id": marker.version_id}


def _versions(bucket: Any, key_name: str) -> list[Any]:
    return list(bucket.keys.getlist(key_name) or []) if key_name in bucket.keys else []


def _as_s3_tells_it(changes: Sequence[Change]) -> list[Change]:
    """Keep of one request what S3 tells: an object's creation says all about it."""
    created = {c.key: c.name for c in changes if c.name.startswith("ObjectCreated")}
    return [c for c in changes if c.name == created.get(c.key, c.name)]
