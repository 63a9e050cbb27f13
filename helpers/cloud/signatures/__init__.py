"""Who signed a request: Signature Version 4 and 2, in headers, query strings and upload forms."""

from helpers.cloud.signatures.errors import Dialect, Fault, SignatureError
from helpers.cloud.signatures.signature import KeyStatus, SecretLookup, SecretOf, Signature
from helpers.cloud.signatures.verify import verify

__all__ = [
    "Dialect",
    "Fault",
    "KeyStatus",
    "SecretLookup",
    "SecretOf",
    "Signature",
    "SignatureError",
    "verify",
]
