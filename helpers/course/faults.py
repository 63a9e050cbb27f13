"""Faults on demand, as a learner asks for them: what will fail now, and what else still will."""

from __future__ import annotations

from typing import Any, Protocol

from helpers.cloud.client import CloudError
from helpers.cloud.errors import KitError
from helpers.views.card import Card
from helpers.views.panel import Tone


class Faulty(Protocol):
    """An account whose calls can be made to fail."""

    def fault(self, **fault: object) -> list[dict[str, Any]]:
        """Plan a fault; return all that are to come."""


def inject(cloud: Faulty, action: str, error: str, times: int) -> Card:
    """Plan a fault and return a card that says so; raises KitError in the cloud's words."""
    try:
        planned = cloud.fault(action=action, error=error, times=times)
    except CloudError as refused:
        raise KitError(str(refused), anchor="fault") from None
    calls = "call" if times == 1 else f"{times} calls"
    heading = (
        f"The next {calls} of {action} will fail with {error}" if times else f"{action} works again"
    )
    others = tuple(
        (str(fault["action"]), f"{fault['error']}, {fault['times']} to come")
        for fault in planned
        if fault["action"] != action
    )
    closing = "lab.reset() undoes it, and so does times=0." if times else ""
    return Card(Tone.WAIT if planned else Tone.QUIET, heading, others, closing)
