"""What a signature says of its maker, and where secrets are looked up."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class KeyStatus(StrEnum):
    """Whether an access key still opens anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    """Deactivated, or its user or role is gone."""


class SecretLookup(Protocol):
    """What is known of an access key: its secret, the token when it is temporary, its status."""

    @property
    def secret_access_key(self) -> str: ...

    @property
    def session_token(self) -> str | None: ...

    @property
    def status(self) -> KeyStatus: ...


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
