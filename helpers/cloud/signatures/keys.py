"""Secrets of the access keys that requests name, and the signing keys derived from them."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from helpers.cloud.signatures.errors import (
    INVALID_TOKEN,
    Fault,
    SignatureError,
    expired_token,
    revoked_key,
    unknown_key,
)
from helpers.cloud.signatures.signature import KeyStatus, SecretOf, Signature, same

S3_TOKEN = "The provided token is malformed or otherwise invalid."


def secret_for(claim: Signature, secret_of: SecretOf) -> str:
    """Return the secret of the key a request names; SignatureError if key or token is wrong."""
    found = secret_of(claim.access_key_id)
    if found is None:
        raise unknown_key(claim)
    if found.status is KeyStatus.REVOKED:
        raise revoked_key(claim)
    if not same(found.session_token or "", claim.session_token or ""):
        message = S3_TOKEN if claim.service == "s3" else INVALID_TOKEN
        raise SignatureError(Fault.WRONG_TOKEN, message, claim=claim)
    if found.status is KeyStatus.EXPIRED:
        raise expired_token(claim)
    return found.secret_access_key


# a pure function: the same secret signs all day, and deriving costs four of the five HMACs
@lru_cache(maxsize=256)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """Derive the SigV4 signing key of a day, region and service."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key
