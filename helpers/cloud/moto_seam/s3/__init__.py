"""S3: notifications, tags, owners, uploads in parts, and a short way for a plain PutObject."""

from __future__ import annotations

from helpers.cloud.moto_seam.s3 import notifications, tagging, uploads

__all__ = ["install"]


def install(notifier: notifications.S3Notifications) -> None:
    """Bind the notifier, the reading of tags, and the look for an upload."""
    notifications.install(notifier)
    tagging.install()
    uploads.install()
