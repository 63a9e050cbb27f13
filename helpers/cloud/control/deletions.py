"""What DeleteFunction refuses of a version: one that aliases name stays.

Source: docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html; sentence as AWS's answers in
public reports have it.
"""

from __future__ import annotations

from helpers.cloud.errors import ResourceConflictException
from helpers.cloud.registry import PublishedFunction


def check_deletable(function: PublishedFunction | None, version: str | None) -> None:
    """Raise ResourceConflictException for a version that an alias points to, or weighs."""
    if version is None or function is None:
        return
    users = sorted(
        alias.name
        for alias in function.aliases.values()
        if version in (alias.version, *alias.weights)
    )
    if users:
        raise ResourceConflictException(
            "Unable to delete version because the following aliases reference it: "
            f"[{', '.join(users)}]"
        )
