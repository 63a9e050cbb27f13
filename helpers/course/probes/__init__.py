"""Finding out what an account can do by trying: one probe for each capability.

A probe makes real calls of boto3 on resources of its own and says whether the account behaved as
AWS does. It never asks which product answers. The modules hold one area each and one mapping:

    def timeout(ground: Ground) -> bool:
        \"""A handler that sleeps past its Timeout is ended with Sandbox.Timedout.\"""
        function = ground.function(SLEEPS, "sleeps", Timeout=1)
        return ground.invoke(function, {"s": 3}).error_type == "Sandbox.Timedout"

    PROBES: Mapping[Capability, Probe] = {Capability.TIMEOUT: timeout}

and `PROBES` here is all of them together. `Ground` hands out clients and names, deploys functions,
waits, and removes at the end what was made. Whatever a probe raises counts as no, and its words
are kept. Capabilities without a probe are the kit's own cloud's only: nobody else can have them.
"""

from __future__ import annotations

from collections.abc import Mapping

from helpers.checks.capability import Capability
from helpers.course.probes import code, concurrency, environments, evidence, pollers, reach
from helpers.course.probes.ground import Probe

PROBES: Mapping[Capability, Probe] = {
    **environments.PROBES,
    **concurrency.PROBES,
    **code.PROBES,
    **evidence.PROBES,
    **reach.PROBES,
    **pollers.PROBES,
}
"""What can be tried; a capability that is not here cannot be had from another endpoint."""
