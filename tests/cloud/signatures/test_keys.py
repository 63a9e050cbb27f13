"""Keys that no longer open anything, in the code of each family of services."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from helpers.cloud.signatures import Dialect, KeyStatus, Signature, SignatureError
from helpers.cloud.signatures.keys import secret_for


@dataclass(frozen=True)
class Key:
    status: KeyStatus
    secret_access_key: str = "secret"
    session_token: str | None = "token"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (KeyStatus.EXPIRED, ["ExpiredToken", "ExpiredToken", "ExpiredTokenException"]),
        (
            KeyStatus.REVOKED,
            ["InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"],
        ),
    ],
)
def test_a_key_that_is_over_is_refused(status: KeyStatus, expected: list[str]):
    """Though secret and token are right."""
    claim = Signature("ASIAKEY", "us-east-1", "sts", "token")
    with pytest.raises(SignatureError) as caught:
        secret_for(claim, lambda _key: Key(status))

    assert expected == [caught.value.code(dialect) for dialect in Dialect]


def test_a_wrong_token_tells_nothing_of_the_key():
    """Whoever has not the token does not learn that the session is over."""
    claim = Signature("ASIAKEY", "us-east-1", "sts", "another")
    with pytest.raises(SignatureError) as caught:
        secret_for(claim, lambda _key: Key(KeyStatus.EXPIRED))

    assert "InvalidClientTokenId" == caught.value.code(Dialect.QUERY)
