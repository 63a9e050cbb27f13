"""S3 POST policies: a browser's upload form, signed over its base64 policy.

Models both signature versions, the policy's expiration and its conditions on form fields.
Left out: content-length-range, which S3 itself checks while it stores.
Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.json_text import read_json
from helpers.cloud.signatures.errors import Fault, SignatureError, malformed, mismatch
from helpers.cloud.signatures.keys import secret_for
from helpers.cloud.signatures.signature import SecretOf, Signature, same
from helpers.cloud.signatures.sigv2 import REGION, sign_sha1
from helpers.cloud.signatures.sigv4 import parse_credential, string_signature

NAME = re.compile(rb'\bname="([^"]*)"', re.IGNORECASE)


def is_upload_form(request: HttpRequest) -> bool:
    """Tell whether a request is an HTML form with files."""
    kind = request.headers.get("content-type", "")
    return request.method == "POST" and kind.lower().startswith("multipart/form-data")


def verify_post(request: HttpRequest, secret_of: SecretOf, now: float) -> Signature | None:
    """Verify the policy of an upload form; None when it carries none."""
    fields = form_fields(request)
    if "policy" not in fields:
        return None
    policy, token = fields["policy"], fields.get("x-amz-security-token")
    if "x-amz-signature" in fields:
        claim, day = parse_credential(fields.get("x-amz-credential", ""), token, presigned=True)
        expected = string_signature(policy, secret_for(claim, secret_of), claim, day)
        given = fields["x-amz-signature"]
    else:
        claim = Signature(fields.get("awsaccesskeyid", ""), REGION, "s3", token, presigned=True)
        expected = sign_sha1(policy, secret_for(claim, secret_of))
        given = fields.get("signature", "")
    if not same(expected, given):
        raise mismatch(claim)
    _check_policy(policy, {**fields, "bucket": _bucket(request)}, claim, now=now)
    return claim


def form_fields(request: HttpRequest) -> dict[str, str]:
    """Return the fields before the file, names lower-case."""
    found = re.search(r'boundary="?([^";]+)', request.headers["content-type"], re.IGNORECASE)
    if found is None:
        return {}
    fields: dict[str, str] = {}
    for part in request.body.split(b"--" + found[1].encode("latin-1"))[1:]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = NAME.search(head)
        if name is None or name[1].lower() == b"file":
            break
        fields[name[1].decode().lower()] = value.removesuffix(b"\r\n").decode("utf-8", "replace")
    return fields


def _bucket(request: HttpRequest) -> str:
    """Return the bucket a form is sent to, which is in the URL and not in the form."""
    named = request.path.strip("/")
    host = request.headers.get("host", "").partition(":")[0]
    return named or host.removesuffix(".localhost").removesuffix(".s3")


def _check_policy(policy: str, fields: Mapping[str, str], claim: Signature, *, now: float) -> None:
    try:
        document = read_json(base64.b64decode(policy))
        expires = datetime.fromisoformat(document["expiration"]).timestamp()
        conditions = list(document.get("conditions", ()))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise malformed("Invalid Policy: it is not JSON with an expiration.") from None
    if now > expires:
        message = "Invalid according to Policy: Policy expired."
        raise SignatureError(Fault.EXPIRED, message, claim=claim)
    for condition in conditions:
        if not _holds(condition, fields):
            message = f"Invalid according to Policy: Policy Condition failed: {condition}"
            raise SignatureError(Fault.EXPIRED, message, claim=claim)


def _holds(condition: Any, fields: Mapping[str, str]) -> bool:
    if isinstance(condition, dict):
        return all(fields.get(name.lower()) == str(value) for name, value in condition.items())
    operator, field, value = (str(part) for part in condition)
    given = fields.get(field.removeprefix("$").lower(), "")
    if operator.lower() == "starts-with":
        return given.startswith(value)
    return operator.lower() != "eq" or given == value
