"""Which kind of signature a request carries, and whether it is believed."""

from __future__ import annotations

import re

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.signatures.errors import malformed
from helpers.cloud.signatures.post_policy import is_upload_form, verify_post
from helpers.cloud.signatures.signature import SecretOf, Signature
from helpers.cloud.signatures.sigv2 import verify_form, verify_s3_query
from helpers.cloud.signatures.sigv4 import ALGORITHM, verify_header, verify_query

V4_QUERY = re.compile(r"(?:^|&)X-Amz-Signature=", re.IGNORECASE)
V2_QUERY = re.compile(r"(?:^|&)Signature=")
V2_KEY = re.compile(r"(?:^|&)AWSAccessKeyId=")
V2_VERSION = re.compile(r"(?:^|&)SignatureVersion=2(?:&|$)")


def verify(request: HttpRequest, secret_of: SecretOf, *, now: float) -> Signature | None:
    """Return who signed the request, None when nobody did; SignatureError if it is not believed.

    `request.path` and `request.query` must be as they were on the wire; `now` is Unix seconds.
    """
    authorization = request.headers.get("authorization", "")
    if authorization.startswith(ALGORITHM):
        return verify_header(request, secret_of, now)
    if authorization:
        raise malformed(
            "The authorization mechanism you have provided is not supported. "
            f"Please use {ALGORITHM}."
        )
    if V4_QUERY.search(request.query):
        return verify_query(request, secret_of, now)
    if _is_v2(request.query):
        by_form = V2_VERSION.search(request.query)
        return (verify_form if by_form else verify_s3_query)(request, secret_of, now)
    if is_upload_form(request):
        return verify_post(request, secret_of, now)
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body = request.body.decode("latin-1")
        if _is_v2(body) and V2_VERSION.search(body):
            return verify_form(request, secret_of, now)
    return None


def _is_v2(text: str) -> bool:
    return bool(V2_QUERY.search(text) and V2_KEY.search(text))
