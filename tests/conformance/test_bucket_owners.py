"""Whose a bucket has to be, and uploads that are no longer there."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.conformance.refusals import refused

MINE, OTHER = "123456789012", "111122223333"
DENIED = (403, "AccessDenied", "Access Denied")


@pytest.fixture(scope="module")
def bucket(cloud: Any) -> str:
    """Return the name of a bucket with one object, `key`."""
    name = f"b-{secrets.token_hex(6)}"
    cloud.client("s3").create_bucket(Bucket=name)
    cloud.client("s3").put_object(Bucket=name, Key="key", Body=b"x")
    return name


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("get_object", {"Key": "key"}),
        ("put_object", {"Key": "new", "Body": b"x"}),
        ("delete_object", {"Key": "key"}),
        ("list_objects_v2", {}),
        ("get_bucket_notification_configuration", {}),
    ],
)
def test_the_owner_must_be_the_expected_one(
    cloud: Any, bucket: str, call: str, given: dict[str, Any]
):
    """AccessDenied, and nothing was done; with the owner named rightly it is done."""
    operation = getattr(cloud.client("s3"), call)

    assert DENIED == refused(operation, Bucket=bucket, ExpectedBucketOwner=OTHER, **given)
    if call != "delete_object":
        assert operation(Bucket=bucket, ExpectedBucketOwner=MINE, **given)


def test_the_source_of_a_copy_has_an_owner_too(cloud: Any, bucket: str):
    """ExpectedSourceBucketOwner is of the bucket that is copied from."""
    s3 = cloud.client("s3")
    call = {"Bucket": bucket, "Key": "copy", "CopySource": f"{bucket}/key"}

    assert DENIED == refused(s3.copy_object, **call, ExpectedSourceBucketOwner=OTHER)
    assert s3.copy_object(**call, ExpectedSourceBucketOwner=MINE)["CopyObjectResult"]


def test_an_owner_is_an_account(cloud: Any, bucket: str):
    """What is no account id is refused as such; a bucket that is missing is missed."""
    s3 = cloud.client("s3")

    status, code, _ = refused(s3.list_objects_v2, Bucket=bucket, ExpectedBucketOwner="me")
    assert (400, "InvalidBucketOwnerAWSAccountID") == (status, code)
    missing = refused(s3.list_objects_v2, Bucket=f"no-{bucket}", ExpectedBucketOwner=OTHER)
    assert (404, "NoSuchBucket") == missing[:2]


def test_parts_of_an_upload_that_is_not_there(cloud: Any, bucket: str):
    """NoSuchUpload, 404, for a part as for the end."""
    s3 = cloud.client("s3")
    call = {"Bucket": bucket, "Key": "large", "UploadId": "none"}
    parts = {"Parts": [{"PartNumber": 1, "ETag": "x"}]}

    part = refused(s3.upload_part, **call, PartNumber=1, Body=b"x")
    end = refused(s3.complete_multipart_upload, **call, MultipartUpload=parts)
    assert [(404, "NoSuchUpload")] * 2 == [part[:2], end[:2]]
