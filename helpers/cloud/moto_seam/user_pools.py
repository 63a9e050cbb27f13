"""Tokens of Cognito's user pools, which moto signs with a key of its own.

Source: docs.aws.amazon.com/cognito/latest/developerguide/
amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.cloud.clock import Clock
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID


class MotoUserPools:
    """Implements UserPools; keeps nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def claims(self, token: str, pool_arns: Sequence[str]) -> Mapping[str, Any] | None:
        """Return the claims of a valid token that one of the pools issued, else None."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from moto.cognitoidp.models import cognitoidp_backends

        for arn in pool_arns:
            region, pool_id = arn.split(":")[3], arn.rpartition("/")[2]
            pool = cognitoidp_backends[ACCOUNT_ID][region].user_pools.get(pool_id)
            if pool is None:
                continue
            try:
                read = jwt.decode(token, pool.json_web_key, algorithms=["RS256"]).claims
            except (JoseError, ValueError, TypeError, KeyError):
                return None
            issuer = f"https://cognito-idp.{region}.amazonaws.com/{pool_id}"
            expiry = read.get("exp")
            lives = isinstance(expiry, int | float) and self._clock.now() < expiry
            if read.get("iss") == issuer and lives:
                known: Mapping[str, Any] = read
                return known
        return None
