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
    WRONG_TOKEN = "wrong token"
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


def mismatch(claim: Signature) -> SignatureError:
    """Return the error for a signature that another key or another request made."""
    return SignatureError(Fault.MISMATCH, MISMATCH, claim=claim)


def malformed(message: str) -> SignatureError:
    """Return the error for authentication that cannot be read."""
    return SignatureError(Fault.MALFORMED, message)
