"""Signature Version 2: S3 presigned URLs, and query requests with SignatureVersion=2.

AWS retired it; boto3 still presigns S3 URLs this way unless it is told otherwise.
Source: docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html,
docs.aws.amazon.com/general/latest/gr/signature-version-2.html (archived), botocore/auth.py.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import parse_qsl, quote, unquote

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.signatures.errors import Fault, SignatureError, malformed, mismatch
from helpers.cloud.signatures.keys import secret_for
from helpers.cloud.signatures.signature import SecretOf, Signature, same

REGION = "us-east-1"
SKEW_S = 15 * 60
_SUBRESOURCES = """
    accelerate acl analytics cors defaultObjectAcl delete inventory lifecycle location logging
    metrics notification object-lock partNumber policy replication requestPayment restore select
    select-type storageClass tagging torrent uploadId uploads versionId versioning versions website
    response-cache-control response-content-disposition response-content-encoding
    response-content-language response-content-type response-expires
"""
SUBRESOURCES = frozenset(_SUBRESOURCES.split())


def verify_s3_query(request: HttpRequest, secret_of: SecretOf, now: float) -> Signature:
    """Verify an S3 URL presigned with AWSAccessKeyId, Expires and Signature."""
    values = dict(parse_qsl(request.query, keep_blank_values=True))
    token = values.get("x-amz-security-token") or request.headers.get("x-amz-security-token")
    claim = Signature(values["AWSAccessKeyId"], REGION, "s3", token, presigned=True)
    secret = secret_for(claim, secret_of)
    expires = values.get("Expires", "")
    if not expires.isdigit():
        raise malformed(
            "Query-string authentication requires the Signature, Expires and "
            "AWSAccessKeyId parameters"
        )
    if now > int(expires):
        raise SignatureError(Fault.EXPIRED, "Request has expired", claim=claim)
    signed = {**request.headers, **{name.lower(): value for name, value in values.items()}}
    if not any(
        same(sign_sha1(text, secret), values["Signature"])
        for text in _s3_strings(request, signed, expires)
    ):
        raise mismatch(claim)
    return claim


def verify_form(request: HttpRequest, secret_of: SecretOf, now: float) -> Signature:
    """Verify a query-protocol request with SignatureVersion=2, in its URL or its form."""
    text = request.query or request.body.decode("latin-1")
    values = dict(parse_qsl(text, keep_blank_values=True))
    service = request.headers.get("host", "").partition(".")[0]
    claim = Signature(values["AWSAccessKeyId"], REGION, service, values.get("SecurityToken"))
    secret = secret_for(claim, secret_of)
    digests = {"HmacSHA256": hashlib.sha256, "HmacSHA1": hashlib.sha1}
    digest = digests.get(values.get("SignatureMethod", ""))
    if digest is None:
        raise malformed("SignatureMethod must be HmacSHA256 or HmacSHA1.")
    _check_form_time(values, claim, now)
    pairs = "&".join(
        f"{quote(name, safe='-_~')}={quote(values[name], safe='-_~')}"
        for name in sorted(values)
        if name != "Signature"
    )
    host = request.headers.get("host", "")
    signed = f"{request.method}\n{host}\n{request.path or '/'}\n{pairs}"
    expected = base64.b64encode(hmac.digest(secret.encode(), signed.encode(), digest)).decode()
    if not same(expected, values["Signature"]):
        raise mismatch(claim)
    return claim


def sign_sha1(text: str, secret: str) -> str:
    """Return the base64 HMAC-SHA1 of a text, as S3 used it."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha1)).decode()


def _s3_strings(request: HttpRequest, signed: Mapping[str, str], expires: str) -> Iterator[str]:
    custom = "".join(
        f"{name}:{signed[name].strip()}\n" for name in sorted(signed) if name.startswith("x-amz-")
    )
    head = [request.method, signed.get("content-md5", ""), signed.get("content-type", ""), expires]
    resource = request.path + _subresources(request.query)
    start = "\n".join(head) + "\n" + custom
    yield start + resource
    # a bucket that is named in the host is part of the resource all the same
    bucket, dot, _ = request.headers.get("host", "").rpartition(":")[0].rpartition(".localhost")
    if dot:
        yield f"{start}/{bucket.removesuffix('.s3')}{resource}"


def _subresources(query: str) -> str:
    pairs = [part.split("=", 1) for part in query.split("&")]
    kept = [[name, *map(unquote, value)] for name, *value in pairs if name in SUBRESOURCES]
    return "?" + "&".join("=".join(pair) for pair in sorted(kept)) if kept else ""


def _check_form_time(values: Mapping[str, str], claim: Signature, now: float) -> None:
    stamp = values.get("Timestamp") or values.get("Expires") or ""
    try:
        moment = datetime.fromisoformat(stamp)
        time = moment.timestamp() if moment.tzinfo else None
    except ValueError:
        time = None
    if time is None:
        raise malformed(f"Timestamp or Expires must be an ISO-8601 time with zone. Got {stamp!r}.")
    late = now > time + (SKEW_S if "Timestamp" in values else 0)
    if late or time > now + SKEW_S:
        raise SignatureError(Fault.EXPIRED, "Request has expired.", claim=claim)
