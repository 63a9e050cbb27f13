"""Probes of execution environments: what lives on, what stands still, what is ended."""

from __future__ import annotations

from collections.abc import Mapping

from helpers.checks.capability import Capability
from helpers.course.probes.ground import Ground, Probe

SLEEPS = """
import time

def handler(event, context):
    time.sleep(event["s"])
"""


def timeout(ground: Ground) -> bool:
    """A handler that sleeps past its Timeout is ended, and the answer says so."""
    function = ground.function(SLEEPS, "sleeps", Timeout=1)
    return ground.invoke(function, {"s": 3}).error_type == "Sandbox.Timedout"


PROBES: Mapping[Capability, Probe] = {
    Capability.TIMEOUT: timeout,
}
