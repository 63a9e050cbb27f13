"""A plain PutObject is answered as moto answers it; whatever is not plain is left to moto."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam import application
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION
from helpers.cloud.moto_seam.s3 import plain_put
from helpers.cloud.wsgi import call

KEY = "AKIAIOSFODNN7EXAMPLE"
BUCKET = "plain-bucket"
CHANGES = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{52}|\w{3}, \d\d \w{3} \d{4} [0-9:]{8}"
)
PLAIN = (str, bool, int, type(None))
CHECKSUM = {"x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-checksum-crc32": "jNwWgw=="}


@pytest.fixture
def bucket() -> Iterator[Any]:
    """Yield a bucket of the account."""
    application.reset_services()
    yield s3_backends[ACCOUNT_ID][PARTITION].create_bucket(BUCKET, "us-east-1")
    application.reset_services()


def request(
    path: str = f"/{BUCKET}/a%20b/c.txt",
    *,
    key: str = KEY,
    query: str = "",
    method: str = "PUT",
    region: str = "us-east-1",
    **more: str,
) -> HttpRequest:
    """Return a signed PutObject, as the server hands it on."""
    headers = {
        "host": "127.0.0.1:4566",
        "user-agent": "Boto3/1.44.5",
        "authorization": f"AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/s3/aws4_request, "
        "SignedHeaders=host, Signature=0",
        "x-amz-content-sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        "content-length": "1",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return HttpRequest(method, path, query, headers, tuple(headers), b"x")


def compared(answer: HttpAnswer) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return an answer without its ids and times, and without the length that the server adds."""
    headers = [(name.lower(), CHANGES.sub("*", value)) for name, value in answer.headers]
    return answer.status, sorted(h for h in headers if h[0] != "content-length"), answer.body


def stored(bucket: Any) -> list[dict[str, Any]]:
    """Return all that is known of each version of each object, without its ids and times."""
    known = []
    for key in [each for name in bucket.keys for each in bucket.keys.getlist(name)]:
        told = {name: CHANGES.sub("*", str(value)) for name, value in key.response_dict.items()}
        own = {name: value for name, value in vars(key).items() if isinstance(value, PLAIN)}
        del own["_version_id"], own["_tick"]  # how often moto has looked at it
        more = {"value": key.value, "metadata": dict(key.metadata), "acl": key.acl}
        known.append({**own, **told, **more})
    return known


def forget(bucket: Any) -> None:
    """Remove every object."""
    for name in list(bucket.keys):
        bucket.keys.pop(name)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(request(), id="a body"),
        pytest.param(request(**CHECKSUM), id="with a checksum"),
        pytest.param(request(content_type="application/json"), id="with a type"),
        pytest.param(request(x_amz_content_sha256="UNSIGNED-PAYLOAD"), id="unsigned body"),
        pytest.param(request(f"/{BUCKET}/caf%C3%A9%2Fa+b".replace("+", "%2B")), id="odd key"),
        pytest.param(request(f"/{BUCKET}/folder/"), id="a folder"),
        pytest.param(request(f"/{BUCKET}/a//b"), id="an empty segment"),
        pytest.param(request(f"/{BUCKET}/a/../b"), id="dots"),
        pytest.param(request(f"/{BUCKET}/%2Fa%ff"), id="no UTF-8"),
    ],
)
@pytest.mark.parametrize("versioning", [None, "Enabled", "Suspended"])
def test_answer_and_object_are_those_of_moto(
    bucket: Any, asked: HttpRequest, versioning: str | None
):
    """Status, headers, and all that is kept; also where the object was there before."""
    bucket.versioning_status = versioning
    moto = application.wsgi_application({})
    theirs = [call(moto, asked, port=4566) for _ in range(2)]
    kept = stored(bucket)
    forget(bucket)

    ours = [plain_put.answer(asked) for _ in range(2)]

    assert [compared(each) for each in theirs] == [compared(each) for each in ours if each]
    assert kept == stored(bucket)


@pytest.mark.parametrize(
    "asked",
    [
        request(method="POST"),
        request(query="tagging"),
        request(f"/{BUCKET}"),
        request(f"/{BUCKET}/"),
        request(f"/{BUCKET}//a"),
        request("/no-such-bucket/a"),
        request(region="eu-west-1"),
        request(host="plain-bucket.s3.localhost:4566"),
        request(host="s3.amazonaws.com"),
        request(authorization="AWS AKIA:signature"),
        request(origin="http://localhost:8888"),
        request(user_agent="sdk region/eu-west-1"),
        request(x_amz_acl="public-read"),
        request(x_amz_tagging="a=b"),
        request(x_amz_meta_a="b"),
        request(x_amz_copy_source="/plain-bucket/b"),
        request(x_amz_storage_class="GLACIER"),
        request(x_amz_server_side_encryption="AES256"),
        request(if_none_match="*"),
        request(content_md5="nduUYSaMgDT1yFZOFVxnpg=="),
        request(content_encoding="gzip"),
        request(content_type="application/x-www-form-urlencoded"),
        request(content_type="multipart/form-data; boundary=x"),
        request(x_amz_content_sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        request(x_amz_checksum_crc32="jNwWgw=="),
        request(x_amz_sdk_checksum_algorithm="CRC32"),
        request(x_amz_checksum_sha1="x", **CHECKSUM),
        request(x_moto_account_id="111122223333"),
    ],
)
def test_everything_else_is_left_to_moto(bucket: Any, asked: HttpRequest):
    """More than a body, its checksum and its type; errors; and what moto would read otherwise."""
    left = plain_put.answer(asked)

    assert left is None
    assert [] == stored(bucket)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("policy", b"{}"),
        ("object_lock_enabled", True),
        ("logging", {"TargetBucket": BUCKET}),
        (
            "encryption",
            {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}},
        ),
    ],
)
def test_a_bucket_that_looks_at_its_writers_is_left_to_moto(
    bucket: Any, setting: str, value: object
):
    """A policy, a lock, a log of requests, encryption."""
    setattr(bucket, setting, value)

    assert plain_put.answer(request()) is None
    assert [] == stored(bucket)


def test_an_object_loses_its_tags_when_it_is_written_again(bucket: Any):
    """As with every PutObject."""
    backend = s3_backends[ACCOUNT_ID][PARTITION]
    plain_put.answer(request())
    backend.put_object_tagging(bucket.keys["a b/c.txt"], {"colour": "red"})

    answer = plain_put.answer(request())

    assert answer is not None
    assert {} == backend.tagger.get_tag_dict_for_resource(bucket.keys["a b/c.txt"].arn)


def test_the_key_was_used(bucket: Any):
    """GetAccessKeyLastUsed tells of it."""
    iam = iam_backends[ACCOUNT_ID][PARTITION]
    iam.create_user(region_name="us-east-1", user_name="writer")
    key = iam.create_access_key("writer")

    assert plain_put.answer(request(key=key.access_key_id)) is not None
    assert "s3" == key.last_used.service
