"""Buckets that a check may use: what it adds is gone when it ends, and so is what it configured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.session import Session


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket of a check; lives as long as the block that asked for it."""

    s3: Any
    name: str

    @property
    def arn(self) -> str:
        """The bucket's ARN, which names no account."""
        return f"arn:aws:s3:::{self.name}"

    def put(self, key: str, body: bytes) -> None:
        """Store an object."""
        self.s3.put_object(Bucket=self.name, Key=key, Body=body)

    def copy(self, source: str, key: str) -> None:
        """Store an object by copying another one."""
        self.s3.copy_object(
            Bucket=self.name, Key=key, CopySource={"Bucket": self.name, "Key": source}
        )

    def get(self, key: str) -> bytes:
        """Return what an object holds."""
        return bytes(self.s3.get_object(Bucket=self.name, Key=key)["Body"].read())

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that begin so, in their order; a check has fewer than a page."""
        page = self.s3.list_objects_v2(Bucket=self.name, Prefix=prefix)
        return [str(entry["Key"]) for entry in page.get("Contents", [])]

    def delete(self, *keys: str) -> None:
        """Delete objects."""
        for key in keys:
            self.s3.delete_object(Bucket=self.name, Key=key)


@contextmanager
def bucket(session: Session, name: str) -> Iterator[Bucket]:
    """Yield a bucket, made if need be; afterwards it is as it was."""
    s3 = session.client("s3")
    mine = Bucket(s3, name)
    made = not _exists(mine)
    if made:
        s3.create_bucket(Bucket=name)
    told = _notifications(mine)
    kept = set(mine.keys())
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={})
    try:
        yield mine
    finally:
        s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={})
        mine.delete(*sorted({*mine.keys()} - kept))
        with suppress(ClientError):
            if made:
                s3.delete_bucket(Bucket=name)
            elif told:
                s3.put_bucket_notification_configuration(
                    Bucket=name, NotificationConfiguration=told
                )


def _exists(mine: Bucket) -> bool:
    return any(mine.name == one["Name"] for one in mine.s3.list_buckets()["Buckets"])


def _notifications(mine: Bucket) -> dict[str, Any]:
    found = mine.s3.get_bucket_notification_configuration(Bucket=mine.name)
    return {name: value for name, value in found.items() if name != "ResponseMetadata"}
