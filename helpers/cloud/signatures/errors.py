"""What is wrong with a signature, in the code that each family of AWS services gives it.

Source: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and its
siblings of the JSON services.
"""

from __future__ import annotations

from enum import StrEnum

from helpers.cloud.signatures.signature import Signature


class Dialect(StrEnum):
    """How a service names its errors."""

    S3 = "s3"
    QUERY = "query"
    JSON = "json"


class Fault(StrEnum):
    """Why a request is not believed."""

    MISSING = "missing"
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown key"
    REVOKED_KEY = "revoked key"
    WRONG_TOKEN = "wrong token"
    EXPIRED_TOKEN = "expired token"
    MISMATCH = "mismatch"
    SKEWED = "skewed"
    EXPIRED = "expired"
    HASH_MISMATCH = "hash mismatch"


CODES: dict[Fault, tuple[str, str, str]] = {
    Fault.MISSING: (
        "AccessDenied",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
    ),
    Fault.MALFORMED: (
        "AuthorizationHeaderMalformed",
        "IncompleteSignature",
        "IncompleteSignatureException",
    ),
    Fault.UNKNOWN_KEY: (
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    ),
    Fault.REVOKED_KEY: (
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    ),
    Fault.EXPIRED_TOKEN: ("ExpiredToken", "ExpiredToken", "ExpiredTokenException"),
    Fault.WRONG_TOKEN: ("InvalidToken", "InvalidClientTokenId", "UnrecognizedClientException"),
    Fault.MISMATCH: ("SignatureDoesNotMatch", "SignatureDoesNotMatch", "InvalidSignatureException"),
    Fault.SKEWED: ("RequestTimeTooSkewed", "SignatureDoesNotMatch", "InvalidSignatureException"),
    Fault.EXPIRED: ("AccessDenied", "RequestExpired", "InvalidSignatureException"),
    Fault.HASH_MISMATCH: (
        "XAmzContentSHA256Mismatch",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
    ),
}
"""Code of each fault for S3, query and JSON services."""

INVALID_TOKEN = "The security token included in the request is invalid."
S3_UNKNOWN_KEY = "The AWS Access Key Id you provided does not exist in our records."
EXPIRED_TOKEN = "The security token included in the request is expired"
S3_EXPIRED_TOKEN = "The provided token has expired."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. "
    "Consult the service documentation for details."
)


class SignatureError(Exception):
    """A signature that is not believed; `claim` is what it says of itself, when readable."""

    def __init__(self, fault: Fault, message: str, *, claim: Signature | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.claim = claim

    def code(self, dialect: Dialect) -> str:
        """Return AWS's error code, as services of this dialect spell it."""
        return CODES[self.fault][list(Dialect).index(dialect)]


def unknown_key(claim: Signature) -> SignatureError:
    """Return the error for an access key that nobody made."""
    message = S3_UNKNOWN_KEY if claim.service == "s3" else INVALID_TOKEN
    return SignatureError(Fault.UNKNOWN_KEY, message, claim=claim)


def revoked_key(claim: Signature) -> SignatureError:
    """Return the error for a key that was deactivated, or whose user or role is gone."""
    message = S3_UNKNOWN_KEY if claim.service == "s3" else INVALID_TOKEN
    return SignatureError(Fault.REVOKED_KEY, message, claim=claim)


def expired_token(claim: Signature) -> SignatureError:
    """Return the error for a session that is over."""
    message = S3_EXPIRED_TOKEN if claim.service == "s3" else EXPIRED_TOKEN
    return SignatureError(Fault.EXPIRED_TOKEN, message, claim=claim)


def mismatch(claim: Signature) -> SignatureError:
    """Return the error for a signature that another key or another request made."""
    return SignatureError(Fault.MISMATCH, MISMATCH, claim=claim)


def malformed(message: str) -> SignatureError:
    """Return the error for authentication that cannot be read."""
    return SignatureError(Fault.MALFORMED, message)
