"""Whether a bucket belongs to whom the caller expects: a condition that moto does not read.

Source: docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from moto.s3.models import s3_backends

from helpers.cloud.moto_seam.operations import Call, Failure

EXPECTED = "x-amz-expected-bucket-owner"
EXPECTED_OF_SOURCE = "x-amz-source-expected-bucket-owner"
ACCOUNT = re.compile(r"\d{12}")
DENIED = Failure("AccessDenied", "Access Denied", 403)


def expects_an_owner(service: str, headers: Mapping[str, str]) -> bool:
    """Tell cheaply whether a request says whose a bucket has to be."""
    return service == "s3" and (EXPECTED in headers or EXPECTED_OF_SOURCE in headers)


def unexpected_owner(call: Call, headers: Mapping[str, str]) -> Failure | None:
    """Return the error when a bucket that is there has another owner."""
    source = unquote(str(call.params.get("CopySource") or "")).lstrip("/").partition("/")[0]
    asked = ((EXPECTED, str(call.params.get("Bucket") or "")), (EXPECTED_OF_SOURCE, source))
    for header, bucket in asked:
        owner = headers.get(header)
        if owner is None:
            continue
        if ACCOUNT.fullmatch(owner) is None:
            return Failure(
                "InvalidBucketOwnerAWSAccountID",
                "The value of the expected bucket owner parameter must be an AWS Account ID... "
                f"[{owner}]",
            )
        _, account = s3_backends.bucket_accounts.get(bucket, ("", owner))
        if account != owner:
            return DENIED
    return None
