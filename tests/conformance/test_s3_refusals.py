"""What S3 refuses of names, keys, digests, tags and pages."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.conformance.refusals import refused

PAGES = "Argument max-keys must be an integer between 0 and 2147483647"
WRONG_MD5 = "nZm0cRfDWVVDQsnXBHiSKQ=="


@pytest.fixture(scope="module")
def bucket(cloud: Any) -> str:
    """Return the name of a bucket."""
    name = f"b-{secrets.token_hex(6)}"
    cloud.client("s3").create_bucket(Bucket=name)
    return name


@pytest.mark.parametrize("name", ["Shop", "my_shop", "shop.", "a..b", "192.168.5.4", "ab"])
def test_a_bucket_has_a_name_of_the_rules(cloud: Any, name: str):
    """Small letters, digits, dots and hyphens, 3 to 63, and no address."""
    s3 = cloud.client("s3", parameter_validation=False)

    told = refused(s3.create_bucket, Bucket=name)
    assert (400, "InvalidBucketName", "The specified bucket is not valid.") == told


def test_names_within_the_rules_are_taken(cloud: Any):
    """Dots between letters, and the longest name."""
    s3, mark = cloud.client("s3"), secrets.token_hex(5)

    for name in (f"my.shop-{mark}", f"{mark:0<63}"):
        assert s3.create_bucket(Bucket=name)["Location"]


@pytest.mark.parametrize("letter", ["k", "é"])
def test_a_key_has_1024_bytes(cloud: Any, bucket: str, letter: str):
    """One more is too long, however it is written."""
    s3, key = cloud.client("s3"), letter * (1024 // len(letter.encode()))

    assert s3.put_object(Bucket=bucket, Key=key, Body=b"x")["ETag"]
    for more in ({}, {"Metadata": {"a": "b"}}):
        told = refused(s3.put_object, Bucket=bucket, Key=key + "k", Body=b"x", **more)
        assert (400, "KeyTooLongError", "Your key is too long") == told


@pytest.mark.parametrize(
    ("digest", "code", "message"),
    [
        ("AAAA", "InvalidDigest", "The Content-MD5 you specified was invalid."),
        ("***", "InvalidDigest", "The Content-MD5 you specified was invalid."),
        (
            WRONG_MD5,
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
        ),
    ],
)
def test_a_body_fits_its_digest(cloud: Any, bucket: str, digest: str, code: str, message: str):
    """Content-MD5 is compared with what came, and nothing is stored."""
    s3, key = cloud.client("s3"), secrets.token_hex(5)

    told = refused(s3.put_object, Bucket=bucket, Key=key, Body=b"x", ContentMD5=digest)
    assert (400, code, message) == told
    assert 404 == refused(s3.head_object, Bucket=bucket, Key=key)[0]


def test_a_right_digest_is_taken(cloud: Any, bucket: str):
    """MD5 in base64."""
    s3 = cloud.client("s3")

    assert s3.put_object(Bucket=bucket, Key="d", Body=b"x", ContentMD5="ndTkYSaMgDT1yFZOFVxnpg==")[
        "ETag"
    ]


def test_a_tag_has_a_key_of_its_own(cloud: Any, bucket: str):
    """The same key twice is an InvalidTag."""
    s3 = cloud.client("s3")
    s3.put_object(Bucket=bucket, Key="t", Body=b"x")
    tags = [{"Key": "kind", "Value": value} for value in "ab"]

    told = refused(s3.put_object_tagging, Bucket=bucket, Key="t", Tagging={"TagSet": tags})
    assert (400, "InvalidTag", "Cannot provide multiple Tags with the same key") == told


def test_a_page_has_no_negative_size(cloud: Any, bucket: str):
    """Neither of the lists."""
    s3 = cloud.client("s3")

    for call in (s3.list_objects, s3.list_objects_v2):
        assert (400, "InvalidArgument", PAGES) == refused(call, Bucket=bucket, MaxKeys=-1)
