"""Allowed invocations, kept so that the same caller's next one is not decided anew.

A warm Invoke of a restricted caller, of a public front or of a service costs as much to decide as
to hand over, and its decision is the same until something changes in IAM or in Lambda. Decisions
that ask for the time are never kept, and each use of a kept one is recorded like the first: what
is kept is its record.
"""

from __future__ import annotations

from collections.abc import Sequence

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.policy import Policies
from helpers.cloud.records import Decided

CHANGING = frozenset({"iam", "lambda", "cloudformation", "tagging", "sts"})
"""Services whose calls may change what a caller may invoke."""
MOST = 1024
_TIMES = ("currenttime", "epochtime", "issuetime", "authage")

Key = tuple[str, ...]


class KeptDecisions:
    """The records of decisions by request, dropped together at a change; lives with the cloud."""

    def __init__(self) -> None:
        self._kept: dict[Key, tuple[Decided, ...]] = {}
        self.generation = 0

    def forget(self) -> None:
        """Drop everything: policies, tags or functions may have changed."""
        self.generation += 1
        self._kept = {}

    def find(self, key: Key | None) -> tuple[Decided, ...] | None:
        """Return what was decided for the same request; None when it has to be asked."""
        return self._kept.get(key) if key is not None else None

    def keep(self, key: Key, generation: int, decisions: Sequence[Decided]) -> None:
        """Keep the decisions, unless something has changed since `generation`."""
        kept = self._kept
        if len(kept) < MOST:
            kept[key] = tuple(decisions)
        if generation != self.generation:  # `kept` may be the new, empty one
            kept.pop(key, None)


def key_of(
    request: HttpRequest, access_key_id: str | None, service: str, region: str
) -> Key | None:
    """Name everything that the decision about an Invoke follows from; None for other requests."""
    if service != "lambda" or access_key_id is None or not request.path.endswith("/invocations"):
        return None
    agent = request.headers.get("user-agent", "")
    return (access_key_id, region, request.method, request.path, request.query, agent)


def depends_on_time(policies: Policies) -> bool:
    """Tell whether a condition or variable asks for a moment or an age."""
    statements = (
        statement for _, policy in policies.all() for statement in (*policy.denies, *policy.allows)
    )
    return any(
        time in str(statement.document).lower() for statement in statements for time in _TIMES
    )
