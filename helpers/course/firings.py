"""When a schedule expression fires next, as EventBridge Scheduler reckons.

AWS's console shows the next ten moments of a schedule; no operation of its API tells them.
"""

from __future__ import annotations

from typing import Protocol

from helpers.cloud.client import CloudError
from helpers.cloud.errors import KitError


class Scheduling(Protocol):
    """An account that can say when schedules fire."""

    def schedules(self, **query: object) -> dict[str, list[str]]:
        """Return the coming moments of schedules, or of an `expression`."""


def firings_of(
    cloud: Scheduling, expression: str, *, timezone: str, after: str, count: int
) -> list[str]:
    """Return the next moments of an expression, in UTC; raises KitError in the cloud's words."""
    query = {"expression": expression, "timezone": timezone, "count": count}
    if after:
        query["after"] = after
    try:
        return cloud.schedules(**query)[expression]
    except CloudError as refused:
        raise KitError(str(refused), anchor="schedule") from None
