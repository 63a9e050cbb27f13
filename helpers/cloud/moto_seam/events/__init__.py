"""EventBridge and its Scheduler: buses and rules as AWS keeps them, and where events go."""

from __future__ import annotations

from helpers.cloud.moto_seam.events import buses, rules

__all__ = ["install"]


def install(hooks: buses.EventHooks) -> None:
    """Bind what happens on buses, and what the API says of them and of rules."""
    buses.install(hooks)
    rules.install()
