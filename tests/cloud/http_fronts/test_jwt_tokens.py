"""Tokens as a JWT authorizer reads them."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from helpers.cloud.http_fronts.jwt_tokens import TokenError, has_key_of, read_token

ISSUER = "https://issuer.example"
NOW = 1_000_000.0


@pytest.fixture(scope="module")
def key() -> RSAKey:
    """The issuer's key."""
    return RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"})


def token(key: Any, header: dict[str, str] | None = None, **claims: Any) -> str:
    """Return a token that would be good, but for the claims given."""
    whole = {"iss": ISSUER, "aud": ["other", "shop"], "exp": NOW + 60} | claims
    return jwt.encode(header or {"alg": "RS256", "kid": "one"}, whole, key)


def read(text: str, key: RSAKey) -> Any:
    """Read a token as the shop does."""
    keys = KeySet([key]).as_dict(private=False)
    return read_token(text, keys, ISSUER, ["shop"], now=NOW)


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [({}, None), ({"scope": "a b"}, ["a", "b"]), ({"scp": ["c"]}, ["c"]), ({"scope": 7}, None)],
)
def test_scopes_are_a_text_or_a_list(key: RSAKey, claims: dict[str, Any], scopes: Any):
    """Under `scope` or `scp`."""
    assert scopes == read(token(key, **claims), key).scopes


def test_claims_are_text(key: RSAKey):
    """As the event shows them."""
    claims = read(token(key, n=1, yes=True, many=["a", 2]), key).claims

    assert ("1", "true", "[a 2]") == (claims["n"], claims["yes"], claims["many"])


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iss": ISSUER + "/"}, "issuer"),
        ({"aud": []}, "audience"),
        ({"aud": "x"}, "audience"),
        ({"exp": NOW}, "expired"),
        ({"exp": "soon"}, "exp is not a moment"),
        ({"exp": True}, "exp is not a moment"),
        ({"nbf": NOW + 5}, "not active"),
        ({"iat": NOW + 5}, "future"),
    ],
)
def test_each_claim_is_checked(key: RSAKey, claims: dict[str, Any], words: str):
    """Issuer, audience, and the three moments."""
    with pytest.raises(TokenError, match=words):
        read(token(key, **claims), key)


def test_a_symmetric_signature_with_the_public_key_is_no_signature(key: RSAKey):
    """The classic forgery: the published key as a secret."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "kid": "one"}, {"iss": ISSUER, "aud": "shop"})
    )
    signature = hmac.new(key.as_pem(private=False), head + b"." + body, "sha256").digest()
    forged = b".".join([head, body, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()

    with pytest.raises(TokenError, match="signature"):
        read(forged, key)


@pytest.mark.parametrize(("kid", "known"), [("one", True), ("two", False), (None, True)], ids=str)
def test_a_new_key_of_the_issuer_is_noticed(key: RSAKey, kid: str | None, known: bool):
    """A token that names a key that is not kept is a reason to ask again."""
    header = {"alg": "RS256"} | ({"kid": kid} if kid else {})

    assert known == has_key_of(KeySet([key]).as_dict(private=False), token(key, header))
    assert has_key_of({"keys": []}, "nonsense")


@pytest.mark.parametrize("keys", [{}, {"keys": 7}, {"keys": ["x"]}, {"keys": [{"kty": "x"}]}])
def test_a_key_set_that_is_none_verifies_nothing(key: RSAKey, keys: dict[str, Any]):
    """An issuer may answer anything."""
    with pytest.raises(TokenError):
        read_token(token(key), keys, ISSUER, ["shop"], now=NOW)
    assert isinstance(has_key_of(keys, token(key)), bool)


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "é.é.é", "." * 100, "e30.e30.e30"])
def test_garbage_is_no_token(key: RSAKey, text: str):
    """Whatever it is."""
    with pytest.raises(TokenError):
        read(text, key)
