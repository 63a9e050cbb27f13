"""Parts of an upload that is not there, or no longer: moto stumbles over them.

Source: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (NoSuchUpload).
"""

from __future__ import annotations

from typing import Any

from moto.s3.exceptions import NoSuchUpload
from moto.s3.models import S3Backend

from helpers.cloud.moto_seam.wrapping import wrapped

OPERATIONS = ("complete_multipart_upload", "upload_part", "upload_part_copy")


def install() -> None:
    """Bind the check; harmless when called again."""
    for name in OPERATIONS:
        setattr(S3Backend, name, wrapped(getattr(S3Backend, name), _of_an_upload))


def _of_an_upload(
    original: Any, backend: Any, bucket_name: str, upload_id: str, *rest: Any, **named: Any
) -> Any:
    if upload_id not in backend.get_bucket(bucket_name).multiparts:
        raise NoSuchUpload(upload_id=upload_id)
    return original(backend, bucket_name, upload_id, *rest, **named)
