"""S3: notifications, tags, owners, uploads in parts, and a short way for a plain PutObject."""

from __future__ import annotations

from helpers.cloud.moto_seam.s3 import notifications, refusals, tagging, uploads

__all__ = ["install"]


def install(notifier: notifications.S3Notifications) -> None:
    """Bind the notifier, the reading of tags, and what S3 refuses."""
    notifications.install(notifier)
    tagging.install()
    uploads.install()
    refusals.install()
