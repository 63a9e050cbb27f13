"""Signature Version 4, in the Authorization header and in the query string.

Models canonical request, string to sign, the ±15 minutes, presigned expiry, payload hashes with
the unsigned and streaming forms (whose seed signature is verified; the signatures of the single
chunks are not). Left out: SigV4A, S3 Express sessions.
Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html and
docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import quote, unquote

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.signatures.errors import Fault, SignatureError, malformed, mismatch
from helpers.cloud.signatures.keys import secret_for, signing_key
from helpers.cloud.signatures.signature import SecretOf, Signature, same

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW_S = 15 * 60
LONGEST_S = 7 * 24 * 3600
S3_SERVICES = frozenset({"s3", "s3-object-lambda", "s3-outposts", "s3express"})
UNHASHED = frozenset(
    {
        "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    }
)
MAY_STAY_UNSIGNED = frozenset({"x-amz-content-sha256", "x-amz-user-agent"})
# strict: whoever routes the request by its Authorization header must read the same key and scope
AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([^,\s]+)"
)
EMPTY = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True, slots=True)
class _Parts:
    """A SigV4 signature taken apart; `query` is the query string without the signature."""

    claim: Signature
    day: str
    timestamp: str
    signed_headers: tuple[str, ...]
    signature: str
    query: str
    expires_s: int | None = None

    @property
    def scope(self) -> str:
        return f"{self.day}/{self.claim.region}/{self.claim.service}/aws4_request"


def verify_header(request: HttpRequest, secret_of: SecretOf, now: float) -> Signature:
    """Verify a signature in the Authorization header; SignatureError if it is not believed."""
    fields = AUTHORIZATION.fullmatch(request.headers["authorization"])
    if fields is None:
        raise malformed(
            "Authorization header requires 'Credential' parameter. Authorization header requires "
            "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter."
        )
    parts = _Parts(
        *parse_credential(fields[1], request.headers.get("x-amz-security-token")),
        timestamp=_timestamp(request),
        signed_headers=tuple(fields[2].split(";")),
        signature=fields[3],
        query=request.query,
    )
    return _verify(request, parts, secret_of, now)


def verify_query(request: HttpRequest, secret_of: SecretOf, now: float) -> Signature:
    """Verify a presigned request; SignatureError if it is not believed."""
    raw = dict(_pairs(request.query))
    values = {name.lower(): unquote(value) for name, value in raw.items()}
    missing = [
        name
        for name in ("Credential", "Date", "SignedHeaders", "Signature", "Expires")
        if f"x-amz-{name.lower()}" not in values
    ]
    if missing or not values["x-amz-expires"].isdigit():
        raise malformed("Query-string authentication requires the X-Amz-* parameters of SigV4.")
    parts = _Parts(
        *parse_credential(
            values["x-amz-credential"], values.get("x-amz-security-token"), presigned=True
        ),
        timestamp=values["x-amz-date"],
        signed_headers=tuple(values["x-amz-signedheaders"].split(";")),
        signature=values["x-amz-signature"],
        query="&".join(
            part
            for part in request.query.split("&")
            if part.partition("=")[0].lower() != "x-amz-signature"
        ),
        expires_s=int(values["x-amz-expires"]),
    )
    return _verify(request, parts, secret_of, now)


def string_signature(text: str, secret: str, claim: Signature, day: str) -> str:
    """Return the hex signature of a text, as S3 POST policies carry it."""
    key = signing_key(secret, day, claim.region, claim.service)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def parse_credential(
    credential: str, token: str | None, *, presigned: bool = False
) -> tuple[Signature, str]:
    """Return who signed and the day, from `key/day/region/service/aws4_request`."""
    words = credential.rsplit("/", 4)
    if len(words) != 5 or words[4] != "aws4_request" or not all(words):
        raise malformed(
            f"Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/term, got '{credential}'"
        )
    key, day, region, service, _ = words
    return Signature(key, region, service, token, presigned=presigned), day


def _verify(request: HttpRequest, parts: _Parts, secret_of: SecretOf, now: float) -> Signature:
    secret = secret_for(parts.claim, secret_of)
    _check_time(parts, now)
    _check_signed_headers(request, parts)
    payload = _payload_hash(request, parts)
    key = signing_key(secret, parts.day, parts.claim.region, parts.claim.service)
    if not any(
        same(_signature(key, parts, canonical), parts.signature)
        for canonical in _canonical_requests(request, parts, payload)
    ):
        raise mismatch(parts.claim)
    if payload not in UNHASHED and not same(
        payload, hashlib.sha256(request.body).hexdigest() if request.body else EMPTY
    ):
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise SignatureError(Fault.HASH_MISMATCH, message, claim=parts.claim)
    return parts.claim


def _signature(key: bytes, parts: _Parts, canonical: str) -> str:
    digest = hashlib.sha256(canonical.encode("latin-1", "replace")).hexdigest()
    text = f"{ALGORITHM}\n{parts.timestamp}\n{parts.scope}\n{digest}"
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()


def _canonical_requests(request: HttpRequest, parts: _Parts, payload: str) -> Iterator[str]:
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n"
        for name in parts.signed_headers
    )
    path = request.path or "/"
    if parts.claim.service not in S3_SERVICES:
        path = quote(_normalised(path), safe="/~")
    tail = f"{headers}\n{';'.join(parts.signed_headers)}\n{payload}"
    pairs = _pairs(parts.query)
    yield f"{request.method}\n{path}\n{_joined(pairs)}\n{tail}"
    # botocore signs a query as it stands; other SDKs encode each name and value anew
    encoded = [(_encoded(name), _encoded(value)) for name, value in pairs]
    if encoded != pairs:
        yield f"{request.method}\n{path}\n{_joined(encoded)}\n{tail}"


def _pairs(query: str) -> list[tuple[str, str]]:
    split = (part.partition("=") for part in query.split("&") if part)
    return [(name, value) for name, _, value in split]


def _joined(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encoded(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def _normalised(path: str) -> str:
    """Return the path without empty, `.` and `..` segments, as every service but S3 signs it."""
    if "//" not in path and "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    ending = "/" if path.endswith("/") and kept else ""
    return f"/{'/'.join(kept)}{ending}"


def _payload_hash(request: HttpRequest, parts: _Parts) -> str:
    given = request.headers.get("x-amz-content-sha256")
    if parts.claim.presigned and parts.claim.service in S3_SERVICES:
        named = dict(_pairs(parts.query)).get("X-Amz-Content-Sha256")
        return named or (
            given if given and "x-amz-content-sha256" in parts.signed_headers else UNSIGNED
        )
    return given or hashlib.sha256(request.body).hexdigest()


def _check_signed_headers(request: HttpRequest, parts: _Parts) -> None:
    unsigned = [
        name
        for name in request.headers
        if name.startswith("x-amz-") and name not in parts.signed_headers
    ]
    if "host" not in parts.signed_headers or set(unsigned) - MAY_STAY_UNSIGNED:
        message = "There were headers present in the request which were not signed"
        raise SignatureError(Fault.MISMATCH, message, claim=parts.claim)


def _timestamp(request: HttpRequest) -> str:
    given = request.headers.get("x-amz-date")
    if given:
        return given
    try:
        date = parsedate_to_datetime(request.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        raise malformed(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        ) from None
    return f"{date:%Y%m%dT%H%M%SZ}"


def _check_time(parts: _Parts, now: float) -> None:
    made = _unix_seconds(parts.timestamp)
    if made is None:
        raise malformed(f"Date must be in ISO-8601 'basic format'. Got '{parts.timestamp}'.")
    if parts.timestamp[:8] != parts.day:
        raise mismatch(parts.claim)
    s3 = parts.claim.service in S3_SERVICES
    early = made > now + SKEW_S
    if parts.expires_s is not None and not early:
        if parts.expires_s > LONGEST_S:
            raise malformed("X-Amz-Expires must be less than a week (in seconds)")
        if now > made + parts.expires_s:
            message = "Request has expired" if s3 else "Signature expired"
            raise SignatureError(Fault.EXPIRED, message, claim=parts.claim)
    elif early or now > made + SKEW_S:
        raise SignatureError(Fault.SKEWED, _skew_message(parts, now, early), claim=parts.claim)


@lru_cache(maxsize=64)  # many requests are signed within one second
def _unix_seconds(timestamp: str) -> float | None:
    try:
        return datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _skew_message(parts: _Parts, now: float, early: bool) -> str:
    if parts.claim.service in S3_SERVICES:
        return "The difference between the request time and the current time is too large."
    here = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}"
    if early:
        return f"Signature not yet current: {parts.timestamp} is still later than {here} + 15 min."
    return f"Signature expired: {parts.timestamp} is now earlier than {here} - 15 min."
