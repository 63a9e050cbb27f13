"""JSON Web Tokens as a JWT authorizer checks them.

Signature by the issuer's published keys (RSA only), issuer, audience or client, times, scopes.
Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

ALGORITHMS = ["RS256", "RS384", "RS512"]
SKEW_S = 1.0
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What comes of tokens and key sets that are none."""
KEPT_S = 7200.0
"""How long an issuer's keys are kept."""


class Issuers(Protocol):
    """Who can be asked for the keys of an issuer."""

    def keys(self, issuer: str) -> Mapping[str, Any]:
        """Return the issuer's JSON Web Key Set; raises OSError or ValueError without one."""


class TokenError(Exception):
    """A token that is not believed; the message is what WWW-Authenticate says."""


@dataclass(frozen=True, slots=True)
class Token:
    """A believed token: its claims as text, and its scopes; None where it names none."""

    claims: Mapping[str, str]
    scopes: Sequence[str] | None


def read_token(
    text: str, keys: Mapping[str, Any], issuer: str, audience: Sequence[str], *, now: float
) -> Token:
    """Return what a token says when it is believed; raises TokenError. `now` is Unix seconds."""
    # imported late: it takes a tenth of a second, and few accounts have tokens
    from joserfc import jwt  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import KeySet  # noqa: PLC0415

    try:
        decoded = jwt.decode(text, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
    except (JoseError, *UNREADABLE) as error:
        raise TokenError("signature verification failed") from error
    claims: Mapping[str, Any] = decoded.claims
    if claims.get("iss") != issuer:
        raise TokenError("invalid issuer")
    _check_audience(claims, audience)
    _check_times(claims, now)
    scopes = claims.get("scope", claims.get("scp"))
    listed = scopes.split() if isinstance(scopes, str) else scopes
    return Token(
        {name: _text(value) for name, value in claims.items()},
        [str(scope) for scope in listed] if isinstance(listed, list) else None,
    )


def has_key_of(keys: Mapping[str, Any], text: str) -> bool:
    """Tell whether a key set has the key that a token names; an issuer may have a new one."""
    head = text.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        wanted = header.get("kid")
        return wanted is None or any(key.get("kid") == wanted for key in keys["keys"])
    except UNREADABLE:
        return True  # nothing new to ask for


def _check_audience(claims: Mapping[str, Any], audience: Sequence[str]) -> None:
    given = claims.get("aud", claims.get("client_id"))
    named = given if isinstance(given, list) else [given]
    if not any(name in audience for name in named):
        raise TokenError("invalid audience")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    ends, begins = _moment(claims, "exp"), _moment(claims, "nbf")
    issued = _moment(claims, "iat")
    if ends is None or ends <= now:
        raise TokenError("the token has expired")
    if begins is not None and begins > now:
        raise TokenError("the token is not active yet")
    if issued is not None and issued > now + SKEW_S:
        raise TokenError("the token was issued in the future")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TokenError(f"{name} is not a moment")
    return float(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{' '.join(str(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
