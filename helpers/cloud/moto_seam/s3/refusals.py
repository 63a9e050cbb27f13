"""What S3 refuses of names, keys, digests and pages, where moto takes it.

Source: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (codes and sentences),
docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html and object-keys.html.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Any

from moto.s3.exceptions import InvalidArgumentError, InvalidBucketName, S3ClientError
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from helpers.cloud.moto_seam.wrapping import wrapped

BUCKET = re.compile(r"[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]")
ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
KEY_BYTES = 1024
DIGEST_BYTES = 16
MAX_KEYS = re.compile(r"\d{1,10}")


def install() -> None:
    """Bind the checks; harmless when called again."""
    S3Backend.create_bucket = wrapped(S3Backend.create_bucket, _create_bucket)
    S3Backend.put_object = wrapped(S3Backend.put_object, _put_object)
    S3Response.put_object = wrapped(S3Response.put_object, _put)
    for name in ("list_objects", "list_objects_v2"):
        setattr(S3Response, name, wrapped(getattr(S3Response, name), _list))


def _create_bucket(original: Any, backend: Any, bucket_name: str, *rest: Any, **named: Any) -> Any:
    if BUCKET.fullmatch(bucket_name) is None or ADDRESS.fullmatch(bucket_name) is not None:
        raise InvalidBucketName
    return original(backend, bucket_name, *rest, **named)


def _put_object(
    original: Any, backend: Any, bucket_name: str, key_name: str, *rest: Any, **named: Any
) -> Any:
    if len(key_name.encode()) > KEY_BYTES:
        raise S3ClientError("KeyTooLongError", "Your key is too long")
    return original(backend, bucket_name, key_name, *rest, **named)


def _put(original: Any, response: Any) -> Any:
    given = response.headers.get("content-md5")
    if given is not None and "x-amz-copy-source" not in response.headers:
        _check_digest(given, response.body)
    return original(response)


def _check_digest(given: str, body: Any) -> None:
    try:
        digest = base64.b64decode(given, validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != DIGEST_BYTES:
        raise S3ClientError("InvalidDigest", "The Content-MD5 you specified was invalid.")
    data = body if isinstance(body, bytes) else str(body).encode()
    if hashlib.md5(data, usedforsecurity=False).digest() != digest:
        words = "The Content-MD5 you specified did not match what we received."
        raise S3ClientError("BadDigest", words)


def _list(original: Any, response: Any) -> Any:
    given = response.querystring.get("max-keys", [None])[0]
    if given is not None and MAX_KEYS.fullmatch(str(given)) is None:
        words = "Argument max-keys must be an integer between 0 and 2147483647"
        raise InvalidArgumentError(words, "max-keys", str(given))
    return original(response)
