"""What a signature says of its maker, and where secrets are looked up."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class SecretLookup(Protocol):
    """What is known of an access key: its secret, and the token when it is temporary."""

    @property
    def secret_access_key(self) -> str: ...

    @property
    def session_token(self) -> str | None: ...


SecretOf = Callable[[str], SecretLookup | None]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a request, and for which region and service; `presigned` by query or form."""

    access_key_id: str
    region: str
    service: str
    session_token: str | None = field(default=None, repr=False)
    presigned: bool = False


def same(expected: str, given: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(expected.encode(), given.encode())
