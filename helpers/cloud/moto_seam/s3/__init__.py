"""S3: notifications of what changed, tags, and a short way for a plain PutObject."""

from __future__ import annotations

from helpers.cloud.moto_seam.s3 import notifications, tagging

__all__ = ["install"]


def install(notifier: notifications.S3Notifications) -> None:
    """Bind the notifier, and the reading of tags."""
    notifications.install(notifier)
    tagging.install()
