"""What stacks need of the cloud around them."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.cloud.clock import Clock
from helpers.cloud.http_fronts.stack_responses import StackResponses
from helpers.cloud.moto_seam.stack_calls import StackCalls


@dataclass(frozen=True, slots=True)
class Around:
    """Who makes a stack's resources, the clock of waits, and where custom resources answer."""

    calls: StackCalls
    clock: Clock
    responses: StackResponses
